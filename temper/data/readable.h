#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "temper/data/source.h"
#include "temper/io/picture.h"

namespace temper::data {

/// An image that can't be read.
struct BadImage {
  std::int64_t image = 0;  ///< of its source
  std::string where;
  std::string reason;  ///< in one line, without `where`
};

/// A message about an image on one line, without the image's name that it begins with and without a
/// full stop.
std::string reason_alone(std::string message, const std::string& where);

/// Why image i can't be read or decoded, all of it; empty: it can. Errors that are not the image's
/// (Error{Code::internal}, no memory) come out.
/// @param picture  memory
std::string fault_of(const Source& source, std::int64_t i, io::Picture& picture);

/// Calls work(0), ..., work(n - 1), each once, in several threads, each with memory of its own. An
/// exception ends the others after the image that they are at, and comes out.
/// @param threads  >= 1
void for_each_image(std::int64_t n, std::int64_t threads,
                    const std::function<void(std::int64_t i, io::Picture& picture)>& work);

struct Readable {
  std::shared_ptr<const Source> source;  ///< null where no image can be read
  std::vector<BadImage> bad;             ///< ascending by image
};

/// The images of a source that can be read, after reading and decoding all of them: the source
/// itself where all can.
/// @param threads  >= 1
Readable readable_images(std::shared_ptr<const Source> source, std::int64_t threads);

}  // namespace temper::data
