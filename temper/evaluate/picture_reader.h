#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>
#include <future>
#include <optional>
#include <string>
#include <vector>

#include "temper/augment/pipeline/input_transform.h"
#include "temper/augment/pipeline/pipeline.h"
#include "temper/augment/pixels/frame.h"
#include "temper/core/error.h"
#include "temper/io/image/picture.h"

namespace temper::evaluate {

/// The path of a picture at each call, and nothing at the end and thereafter. Not called by two
/// threads at once.
using NextPath = std::function<std::optional<std::string>()>;

/// A file that can't be read (Code::io) or decoded (Code::data).
struct UnreadImage {
  Code code = Code::data;
  std::string reason;
};

/// Pictures that were read together.
struct PictureBatch {
  struct Entry {
    std::string path;
    std::optional<UnreadImage> unread = {};
    std::int64_t row = -1;  ///< of `views`; -1: the picture could not be read
  };

  std::vector<Entry> pictures;  ///< in the order of their paths
  /// The network's inputs: float [views, rows, channels, height, width], each view channels-last.
  at::Tensor views;
};

struct ReaderOptions {
  std::vector<augment::View> views = std::vector<augment::View>(1);  ///< of every picture
  std::int64_t batch = 32;                                           ///< pictures, >= 1
  std::int64_t threads = 0;  ///< that read and decode; 0: one for each processor
};

/// Reads pictures as a saved model does, in several threads, and the next batch while the last one
/// is being used.
class PictureReader {
 public:
  /// Throws Error{Code::usage} for a batch or a number of threads that is out of range.
  PictureReader(const augment::InputTransform& transform, NextPath next,
                const ReaderOptions& options);
  ~PictureReader() = default;
  PictureReader(const PictureReader&) = delete;
  PictureReader& operator=(const PictureReader&) = delete;
  PictureReader(PictureReader&&) = delete;
  PictureReader& operator=(PictureReader&&) = delete;

  /// The next batch; nothing at the end. A picture of which a view can't be made is unread. Throws
  /// what `next` throws, and errors that are not those of a picture.
  std::optional<PictureBatch> next();

 private:
  /// A thread's memory.
  struct Buffers {
    io::Picture picture;
    augment::Frame frame;
  };

  std::optional<PictureBatch> read();
  std::vector<PictureBatch::Entry> take_paths();
  /// @param first  of the first view's sample; those of further views follow at that distance
  std::optional<UnreadImage> fill(const std::string& path, Buffers& buffers, float* first,
                                  std::int64_t distance) const;

  io::DecodeOptions decoding_;
  std::vector<augment::Pipeline> pipelines_;  ///< one for each view
  NextPath next_;
  std::int64_t batch_;
  std::vector<Buffers> buffers_;  ///< one for each thread
  bool ended_ = false;
  std::future<std::optional<PictureBatch>> pending_;  ///< last: it waits for its thread
};

}  // namespace temper::evaluate
