#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "temper/core/error.h"
#include "temper/data/sources/source.h"
#include "temper/io/image/picture.h"

namespace temper::data {

/// An image that can't be read.
struct BadImage {
  std::int64_t image = 0;  ///< index in its source
  std::string where;
  std::string reason;  ///< on one line, without `where`
};

/// The current exception, which reading or using an image threw, as an Error that names the image:
/// user-defined sources may throw anything.
/// @param name  what Source::where() calls the image
Error image_error(const std::string& name);

/// The error of an image as one line, without the name of the image and without a final full stop.
std::string reason_of(const Error& error);

/// Why image i can't be read or fully decoded; nothing if it can. Errors that the image does not
/// cause (Error{Code::internal}, out of memory) are thrown.
/// @param picture  memory to reuse
std::optional<Error> read_error_of(const Source& source, std::int64_t i, io::Picture& picture);

/// Calls work(0), ..., work(n - 1), each once, in several threads, each of which has memory of its
/// own. An exception stops the other threads after their current image and is rethrown.
/// @param threads  >= 1
void for_each_image(std::int64_t n, std::int64_t threads,
                    const std::function<void(std::int64_t i, io::Picture& picture)>& work);

struct Readable {
  std::shared_ptr<const Source> source;  ///< null if no image can be read
  std::vector<BadImage> bad;             ///< sorted by image
};

/// Reads and decodes all images of a source and returns those that can be read: the source itself
/// if all can.
/// @param threads  >= 1
Readable readable_images(std::shared_ptr<const Source> source, std::int64_t threads);

}  // namespace temper::data
