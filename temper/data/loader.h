#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "temper/augment/pipeline.h"
#include "temper/data/batch.h"
#include "temper/data/source.h"

namespace temper::data {

struct LoaderOptions {
  std::vector<augment::Operation> operations = {};
  augment::Normalisation normalisation = {};
  augment::Size size = {};   ///< of the images; with `adapt` the largest, for which there is memory
  std::int64_t batch = 128;  ///< images, >= 1
  std::uint64_t seed = 1;
  bool shuffle = true;       ///< every epoch in an order of its own; false: as the source has them
  bool drop_last = true;     ///< leave out a last batch that is not full
  std::int64_t threads = 1;  ///< workers, >= 0; with 0 next() does the work
  /// The images of an epoch's rows, source->size() of them; an image may stand there several times.
  /// A function of the epoch alone, and in place of `shuffle` where it is given.
  std::function<std::vector<std::int64_t>(std::int64_t epoch)> order = {};
  /// True: where an image can't be read, decoded or augmented (Error{Code::data or Code::io}),
  /// others take its place, at random, and Batch::skipped tells. False: next() throws.
  bool skip_bad = false;
  std::int64_t views = 1;  ///< of every image, in [1, 16], each with draws of its own
  augment::OperationRange only_later = {};  ///< operations that the first view does without
  std::int64_t slots = 3;  ///< batches in memory, >= 2: one that is used, the others being filled
  /// Writes what schedules drive, numbers of operations() and input(), into the pipeline of one
  /// batch: all of it each time, and as a function of the step alone, which is epoch * batches() +
  /// the batch's place in the epoch. Called once a batch, by any thread. Empty: every batch is made
  /// alike.
  std::function<void(std::int64_t step, augment::Pipeline& pipeline)> adapt = {};
};

/// Makes batches while the network trains: workers read, augment and write finished samples
/// straight into preallocated channels-last batches. What a batch holds depends on (seed, epoch,
/// its place in the epoch) and what `adapt` makes of its step, not on the number of threads. A
/// batch of smaller images is a view of its memory's beginning.
///
/// In place of a bad image stands the first good one of Random(seed, Purpose::replacement, {epoch,
/// row, attempt}).below(images), attempt = 1, 2, ..., 100, whose own draws have the repeat 2^20 +
/// attempt.
class Loader {
 public:
  /// Throws Error{Code::usage} for options that can't work, among them a batch that is larger than
  /// the source where incomplete batches are dropped.
  Loader(std::shared_ptr<const Source> source, LoaderOptions options);
  /// Ends the workers, each after the few images that it is at.
  ~Loader();
  Loader(const Loader&) = delete;
  Loader& operator=(const Loader&) = delete;
  Loader(Loader&&) = delete;
  Loader& operator=(Loader&&) = delete;

  /// Of an epoch.
  [[nodiscard]] std::int64_t batches() const;
  /// Begins an epoch, at any of its batches; may be called at any time.
  void start(std::int64_t epoch, std::int64_t first_batch = 0);
  /// The next batch, or null at the end of the epoch. It stays as it is until the next call of
  /// next() or start(), which may hand its memory to the workers. Errors of reading and augmenting
  /// come out here, naming the image, when its batch is due.
  const Batch* next();

 private:
  class Crew;
  std::unique_ptr<Crew> crew_;
};

}  // namespace temper::data
