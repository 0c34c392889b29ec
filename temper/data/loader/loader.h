#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "temper/augment/pipeline/input_transform.h"
#include "temper/augment/pipeline/pipeline.h"
#include "temper/data/loader/batch.h"
#include "temper/data/sources/source.h"

namespace temper::data {

/// Consecutive rows of each batch.
struct BatchPart {
  std::int64_t first = 0;
  std::int64_t count = 0;
};

struct LoaderOptions {
  /// The operations of each augmented view of an image, 1 to 16 views, with independent draws.
  std::vector<std::vector<augment::Operation>> views =
      std::vector<std::vector<augment::Operation>>(1);
  augment::Normalisation normalisation = {};
  /// Brings images to the size before the operations of each view, as in evaluation.
  std::optional<augment::Fit> fit = {};
  augment::Size size = {};   ///< of the images; with `adapt` the largest size, which is allocated
  std::int64_t batch = 128;  ///< images, >= 1
  std::uint64_t seed = 1;
  bool shuffle = true;    ///< a new random order every epoch; false: the source's order
  bool drop_last = true;  ///< drop the last batch if it is incomplete
  /// The rows of each batch that are prepared; empty: all. For processes that share the batches:
  /// each row is the same as in the whole batch. Only with drop_last.
  std::optional<BatchPart> part = {};
  std::int64_t threads = 1;  ///< worker threads, >= 0; with 0 next() does the work
  /// Number of rows of an epoch, other than source->size() only with an order; 0: source->size().
  std::int64_t rows = 0;
  /// The images of an epoch's rows, possibly with repetitions. A function of the epoch alone. Where
  /// it is given it replaces `shuffle`.
  std::function<std::vector<std::int64_t>(std::int64_t epoch)> order = {};
  /// True: an image that can't be read, decoded or augmented (Error{Code::data or Code::io}) is
  /// replaced by a random other one and listed in Batch::skipped. False: next() throws.
  bool skip_bad = false;
  std::int64_t slots = 3;  ///< batches in memory, >= 2: one in use, the others being filled
  /// Writes scheduled values (numbers of operations() and input()) to one batch's pipelines, one
  /// for each view: all of them each time, as a function of the step alone, which is epoch *
  /// batches() + the batch's index in the epoch. Called once per batch, by any thread. Empty:
  /// nothing is scheduled.
  std::function<void(std::int64_t step, std::span<augment::Pipeline> views)> adapt = {};
};

/// The options to read every image once, in the source's order, with that transform.
LoaderOptions evaluation_options(const augment::InputTransform& transform,
                                 const augment::View& view = {});

/// The pipelines of the views, before `adapt`.
std::vector<augment::Pipeline> pipelines_of(const LoaderOptions& options);

/// Prepares batches while the network trains: worker threads load and augment images and write the
/// samples directly into preallocated channels-last batches. The contents of a batch depend on the
/// seed, the epoch, its index in the epoch and the values that `adapt` sets for its step, not on
/// the number of threads. A batch of smaller images is a view of the start of its memory.
///
/// A bad image is replaced by the first good one of Random(seed, Purpose::replacement, {epoch, row,
/// attempt}).below(images), attempt = 1, 2, ..., 100. The replacement's own random draws use the
/// repeat 2^20 + attempt.
class Loader {
 public:
  /// Throws Error{Code::usage} for invalid options, among them a batch that is larger than the
  /// source where incomplete batches are dropped.
  Loader(std::shared_ptr<const Source> source, LoaderOptions options);
  /// Stops the workers, each after the few images that it is working on.
  ~Loader();
  Loader(const Loader&) = delete;
  Loader& operator=(const Loader&) = delete;
  Loader(Loader&&) = delete;
  Loader& operator=(Loader&&) = delete;

  /// The number of batches in an epoch.
  [[nodiscard]] std::int64_t batches() const;
  /// Starts an epoch at any of its batches. May be called at any time.
  void start(std::int64_t epoch, std::int64_t first_batch = 0);
  /// The next batch, or null at the end of the epoch. It is valid until the next call of next() or
  /// start(), after which the workers may reuse its memory. Errors of loading and augmenting are
  /// thrown here when the image's batch is due; they name the image.
  const Batch* next();

 private:
  class Workers;
  std::unique_ptr<Workers> workers_;
};

}  // namespace temper::data
