#include "temper/data/loader/loader.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <utility>

#include "temper/core/error.h"
#include "temper/core/random.h"
#include "temper/data/loader/slot.h"
#include "temper/data/prepare/readable.h"
#include "temper/data/prepare/sampler.h"
#include "temper/data/sources/unreadable_image.h"

namespace temper::data {
namespace {

/// Rows of an epoch, before an incomplete last batch is dropped.
std::int64_t rows_of(const Source& source, const LoaderOptions& options) {
  return options.rows > 0 ? options.rows : source.size();
}

void check(const Source& source, const LoaderOptions& options) {
  if (options.batch < 1 || options.threads < 0 || options.threads > 1024 || options.slots < 2)
    throw Error(Code::usage, fmt::format("a loader with batch {}, {} threads, {} slots; expected a "
                                         "batch of 1 or more, 0 to 1024 threads, 2 slots or more",
                                         options.batch, options.threads, options.slots));
  if (options.views.empty() || options.views.size() > 16)
    throw Error(Code::usage, fmt::format("a loader with {} views of an image; expected 1 to 16",
                                         options.views.size()));
  if (options.rows < 0 || (options.rows > 0 && (!options.order || source.size() < 1)))
    throw Error(Code::usage,
                fmt::format("a loader of {} images with {} rows{}; expected one image or more, and "
                            "an order where the number of rows is given",
                            source.size(), options.rows, options.order ? "" : " without an order"));
  if (rows_of(source, options) < (options.drop_last ? options.batch : 1))
    throw Error(Code::usage, {.option = "data.batch_size"},
                fmt::format("data.batch_size = {} for a set of {} images; expected at most as many",
                            options.batch, source.size()));
  if (const auto& part = options.part;
      part && (!options.drop_last || part->first < 0 || part->count < 1 ||
               part->first + part->count > options.batch))
    throw Error(Code::usage,
                fmt::format("a loader of the rows {} to {} of batches of {}; expected one row or "
                            "more of a batch, and drop_last",
                            part->first, part->first + part->count - 1, options.batch));
  if (options.normalisation.mean.size() != static_cast<std::size_t>(source.channels()))
    throw Error(Code::usage, fmt::format("normalization of {} channels for images with {}",
                                         options.normalisation.mean.size(), source.channels()));
}

}  // namespace

/// The state that the workers and the consumer share. The rows of an epoch are claimed in order, a
/// few at a time, and written to the slots of the batches [released_, released_ + slots).
class Loader::Workers {
 public:
  Workers(std::shared_ptr<const Source> source, LoaderOptions options)
      : source_(std::move(source)),
        options_(std::move(options)),
        outputs_(source_->outputs()),
        batches_((rows_of(*source_, options_) + (options_.drop_last ? 0 : options_.batch - 1)) /
                 options_.batch),
        rows_(std::min(rows_of(*source_, options_), batches_ * options_.batch)),
        part_(options_.part.value_or(BatchPart{0, options_.batch})) {
    const auto pipelines = pipelines_of(options_);
    share_ = std::clamp<std::int64_t>(
        kValuesAtOnce / (pipelines.front().sample_size() * std::ssize(pipelines)), 1,
        options_.batch);
    const auto rows = std::min(part_.count, rows_of(*source_, options_));
    for (std::int64_t s = 0; s < options_.slots; ++s)
      slots_.push_back(make_slot(pipelines, rows, outputs_));
    for (auto& slot : slots_) {
      slot.full.first_row = part_.first;
      slot.full.all_rows = options_.part ? options_.batch : 0;
    }
    try {
      for (std::int64_t t = 0; t < options_.threads; ++t) workers_.emplace_back([this] { work(); });
    } catch (...) {
      end();
      throw;
    }
  }
  ~Workers() { end(); }
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;
  Workers(Workers&&) = delete;
  Workers& operator=(Workers&&) = delete;

  [[nodiscard]] std::int64_t batches() const { return batches_; }

  void start(std::int64_t epoch, std::int64_t first_batch) {
    std::unique_lock lock(mutex_);
    cancelled_ = true;
    finished_.wait(lock, [this] { return busy_ == 0; });
    if (options_.order)
      take_order(options_.order(epoch));
    else if (options_.shuffle)
      order_ = epoch_permutation(source_->size(), options_.seed, epoch);
    epoch_ = epoch;
    due_ = released_ = std::clamp<std::int64_t>(first_batch, 0, batches_);
    next_row_ = first_of(due_);
    cancelled_ = false;
    to_do_.notify_all();
  }

  const Batch* next() {
    std::unique_lock lock(mutex_);
    if (cancelled_) throw Error(Code::internal, "a loader's next() before its start()");
    released_ = due_;
    to_do_.notify_all();
    if (due_ == batches_) return nullptr;
    const std::int64_t end = end_of(due_);
    Slot& slot = slot_of(due_);
    while (next_row_ < end || slot.waiting > 0) {
      if (const auto share = claim(end))
        finish(*share, own_, lock);  // rather than wait for a worker
      else
        finished_.wait(lock);
    }
    if (slot.error) std::rethrow_exception(slot.error);
    const auto& batch = deliver(slot, end - first_of(due_));
    ++due_;
    return &batch;
  }

 private:
  /// Some rows of one batch.
  struct RowRange {
    std::int64_t batch;
    std::int64_t begin;  ///< row of the epoch
    std::int64_t end;
  };
  /// A thread's memory.
  struct ThreadBuffers {
    io::Picture picture;
    augment::Frame frame;
  };

  static constexpr std::int64_t kValuesAtOnce = 32'768;  // some tens of microseconds

  Slot& slot_of(std::int64_t batch) {
    return slots_[static_cast<std::size_t>(batch % options_.slots)];
  }
  /// The first row of the epoch that is prepared for a batch, and the end of these rows.
  [[nodiscard]] std::int64_t first_of(std::int64_t batch) const {
    return std::min(rows_, batch * options_.batch + part_.first);
  }
  [[nodiscard]] std::int64_t end_of(std::int64_t batch) const {
    return std::min(rows_, first_of(batch) + part_.count);
  }

  /// Claims the next rows before `limit`, if there are any and their slot is free.
  std::optional<RowRange> claim(std::int64_t limit) {
    const std::int64_t batch = next_row_ / options_.batch;
    if (cancelled_ || next_row_ >= limit || batch >= released_ + options_.slots)
      return std::nullopt;
    const RowRange share{batch, next_row_, std::min(next_row_ + share_, end_of(batch))};
    if (share.begin == first_of(batch)) begin(batch);
    next_row_ = share.end == end_of(batch) ? first_of(batch + 1) : share.end;
    ++busy_;
    return share;
  }

  /// Prepares the slot of a batch, before its first row.
  void begin(std::int64_t batch) {
    Slot& slot = slot_of(batch);
    slot.waiting = end_of(batch) - first_of(batch);
    slot.unusable = false;
    slot.error = nullptr;
    slot.skip_records.clear();
    if (!options_.adapt) return;
    try {
      options_.adapt(epoch_ * batches_ + batch, slot.pipelines);
      for (const auto& pipeline : slot.pipelines) check_size(pipeline.input());
    } catch (...) {
      slot.unusable = true;
      slot.error = std::current_exception();
    }
  }

  void check_size(augment::Size size) const {
    const auto [height, width] = options_.size;
    if (size.height < 1 || size.width < 1 || size.height > height || size.width > width)
      throw Error(Code::usage,
                  fmt::format("a batch of {} x {} pixels; the loader has memory for 1 x 1 to "
                              "{} x {}",
                              size.height, size.width, height, width));
  }

  void work() {
    ThreadBuffers buffers;
    std::unique_lock lock(mutex_);
    while (true) {
      std::optional<RowRange> share;
      to_do_.wait(lock, [&] { return ended_ || (share = claim(rows_)).has_value(); });
      if (ended_) return;
      finish(*share, buffers, lock);
    }
  }

  /// Prepares the claimed rows, with the lock released meanwhile.
  void finish(const RowRange& share, ThreadBuffers& buffers, std::unique_lock<std::mutex>& lock) {
    lock.unlock();
    std::exception_ptr error;
    std::int64_t row = share.begin;
    try {
      const bool usable = !slot_of(share.batch).unusable;
      for (; usable && row < share.end && !cancelled_; ++row) fill(share.batch, row, buffers);
    } catch (...) {
      error = std::current_exception();
    }
    lock.lock();
    Slot& slot = slot_of(share.batch);
    if (error && (!slot.error || row < slot.failed)) {
      slot.failed = row;
      slot.error = error;
    }
    slot.waiting -= share.end - share.begin;
    --busy_;
    finished_.notify_all();
  }

  void take_order(std::vector<std::int64_t> order) {
    const auto n = source_->size();
    if (std::ssize(order) != rows_of(*source_, options_) ||
        std::ranges::any_of(order, [n](std::int64_t id) { return id < 0 || id >= n; }))
      throw Error(Code::internal,
                  fmt::format("an order of {} images for {} rows of a source of {}.", order.size(),
                              rows_of(*source_, options_), n));
    order_ = std::move(order);
    std::vector<std::int64_t> times(static_cast<std::size_t>(n));
    repeats_.clear();
    for (const auto id : order_) repeats_.push_back(times[static_cast<std::size_t>(id)]++);
  }

  void fill(std::int64_t batch, std::int64_t row, ThreadBuffers& buffers) {
    const auto index = static_cast<std::size_t>(row);
    const std::int64_t id = order_.empty() ? row : order_[index];
    const std::int64_t repeat = repeats_.empty() ? 0 : repeats_[index];
    const std::int64_t at = row - first_of(batch);
    Slot& slot = slot_of(batch);
    if (const auto error = try_to_fill(slot, at, id, repeat, buffers)) {
      if (!may_be_bad_image(*error)) throw Error(*error);
      if (!options_.skip_bad) throw UnreadableImage(*error);
      replace(slot, at, row, {at, id, reason_of(*error)}, *error, buffers);
    }
  }

  /// Replaces an image that can't be used by another one.
  void replace(Slot& slot, std::int64_t at, std::int64_t row, Skipped skipped, const Error& first,
               ThreadBuffers& buffers) {
    constexpr std::int64_t attempts = 100, first_repeat = std::int64_t{1} << 20;
    for (std::int64_t attempt = 1; attempt <= attempts; ++attempt) {
      {
        const std::scoped_lock lock(mutex_);
        slot.skip_records.push_back({std::move(skipped), attempt});
      }
      Random random(options_.seed, Purpose::replacement,
                    {static_cast<std::uint64_t>(epoch_), static_cast<std::uint64_t>(row),
                     static_cast<std::uint64_t>(attempt)});
      const auto id =
          static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(source_->size())));
      const auto error = try_to_fill(slot, at, id, first_repeat + attempt, buffers);
      if (!error) return;
      if (!may_be_bad_image(*error)) throw Error(*error);
      skipped = {at, id, reason_of(*error)};
    }
    throw Error(first);
  }

  /// Prepares a row. Returns the error, which names the image, if that fails.
  std::optional<Error> try_to_fill(Slot& slot, std::int64_t at, std::int64_t id,
                                   std::int64_t repeat, ThreadBuffers& buffers) {
    try {
      slot.ids[at] = id;
      slot.repeats[at] = repeat;
      slot.labels[at] = source_->label(id);
      slot.labelled[at] = source_->labelled(id);
      write_targets(id, {slot.targets + at * outputs_, static_cast<std::size_t>(outputs_)});

      buffers.picture.keep_pixels(slot.views.size() > 1);
      source_->read(id, buffers.picture);
      for (std::size_t view = 0; view < slot.views.size(); ++view)
        slot.pipelines[view](buffers.picture,
                             {.seed = options_.seed,
                              .epoch = static_cast<std::uint64_t>(epoch_),
                              .sample = static_cast<std::uint64_t>(id),
                              .repeat = static_cast<std::uint64_t>(repeat),
                              .view = view},
                             buffers.frame,
                             slot.views[view] + at * slot.pipelines[view].sample_size());
      return std::nullopt;
    } catch (...) {
      return image_error(source_->where(id));
    }
  }

  /// Writes the targets of an image: one-hot classes or regression values; zeros without a label.
  void write_targets(std::int64_t id, std::span<float> targets) const {
    std::ranges::fill(targets, 0.0F);
    const auto classes = std::ssize(source_->classes());
    const auto label = source_->label(id);
    if (label < -1 || label >= classes)
      throw Error(Code::data, fmt::format("label {}; expected 0 to {}", label, classes - 1));
    if (label >= 0) targets[static_cast<std::size_t>(label)] = 1;
    const auto values = source_->values(id);
    if (values.empty()) return;
    if (values.size() != targets.size())
      throw Error(Code::data, fmt::format("{} values; expected {}, or none", values.size(),
                                          source_->value_names().size()));
    for (std::size_t k = 0; k < values.size(); ++k) {
      targets[k] = static_cast<float>(values[k]);
      if (!std::isfinite(targets[k]))
        throw Error(Code::data, fmt::format("value {} of '{}'; expected a finite number that float "
                                            "can hold",
                                            values[k], source_->value_names()[k]));
    }
  }

  void end() {
    {
      const std::scoped_lock lock(mutex_);
      cancelled_ = true;
      ended_ = true;
    }
    to_do_.notify_all();
    for (auto& worker : workers_) worker.join();
  }

  const std::shared_ptr<const Source> source_;
  const LoaderOptions options_;
  const std::int64_t outputs_;  ///< targets per row
  const std::int64_t batches_;  ///< batches per epoch
  const std::int64_t rows_;     ///< rows per epoch
  const BatchPart part_;        ///< rows of each batch that are prepared
  std::int64_t share_ = 1;      ///< rows that are claimed at once
  ThreadBuffers own_;           ///< the consumer's
  std::vector<Slot> slots_;

  // Written while no row is claimed; read by threads that have claimed rows.
  std::int64_t epoch_ = 0;
  std::vector<std::int64_t> order_;    ///< empty: the source's order
  std::vector<std::int64_t> repeats_;  ///< one per row; empty: every image appears once

  std::mutex mutex_;
  std::condition_variable to_do_;     ///< rows may be claimed
  std::condition_variable finished_;  ///< claimed rows were finished
  std::int64_t next_row_ = 0;         ///< the first row that is not claimed
  std::int64_t due_ = 0;              ///< the batch that next() returns
  std::int64_t released_ = 0;         ///< earlier batches are no longer in use
  std::int64_t busy_ = 0;             ///< claims that are not finished
  std::atomic<bool> cancelled_ = true;
  bool ended_ = false;
  std::vector<std::thread> workers_;
};

LoaderOptions evaluation_options(const augment::InputTransform& transform,
                                 const augment::View& view) {
  return {.normalisation = transform.normalisation,
          .fit = transform.fit(view),
          .size = transform.size(),
          .shuffle = false,
          .drop_last = false};
}

std::vector<augment::Pipeline> pipelines_of(const LoaderOptions& options) {
  std::vector<augment::Pipeline> pipelines;
  for (const auto& operations : options.views)
    pipelines.emplace_back(operations, options.normalisation, options.size, options.fit);
  return pipelines;
}

Loader::Loader(std::shared_ptr<const Source> source, LoaderOptions options) {
  check(*source, options);
  workers_ = std::make_unique<Workers>(std::move(source), std::move(options));
}

Loader::~Loader() = default;

std::int64_t Loader::batches() const {
  return workers_->batches();
}

void Loader::start(std::int64_t epoch, std::int64_t first_batch) {
  workers_->start(epoch, first_batch);
}

const Batch* Loader::next() {
  return workers_->next();
}

}  // namespace temper::data
