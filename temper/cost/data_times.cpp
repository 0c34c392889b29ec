#include "temper/cost/data_times.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>
#include <vector>

#include "temper/augment/pipeline/pipeline.h"
#include "temper/core/error.h"
#include "temper/core/random.h"
#include "temper/cost/estimate.h"
#include "temper/data/loader/loader.h"
#include "temper/data/prepare/readable.h"
#include "temper/train/clock.h"
#include "temper/train/training_batches.h"

namespace temper::cost {
namespace {

void time_one_by_one(const train::Plan& plan, double seconds, DataTimes& times) {
  const auto& options = plan.training;
  auto pipelines = data::pipelines_of(options);
  std::vector<float> sample(static_cast<std::size_t>(pipelines.front().sample_size()));
  if (options.adapt) options.adapt(0, pipelines);
  augment::Frame frame;
  io::Picture picture;
  auto order = Random(options.seed, Purpose::inspect, {1}).permutation(plan.train->size());
  const auto one = [&](std::int64_t id) {
    const train::Stopwatch reading;
    plan.train->read(id, picture);
    const double read = reading.seconds();
    const auto decoding = picture.decoding_time();
    const train::Stopwatch making;
    for (std::size_t view = 0; view < pipelines.size(); ++view)
      pipelines[view](
          picture, {.seed = options.seed, .sample = static_cast<std::uint64_t>(id), .view = view},
          frame, sample.data());
    const double decode = std::chrono::duration<double>(picture.decoding_time() - decoding).count();
    times.read += read;
    times.decode += decode;
    times.augment += making.seconds() - decode;
    ++times.images;
  };
  std::size_t at = 0;
  const auto next = [&] {
    at %= order.size();
    try {
      one(order[at]);
      ++at;
    } catch (const Error&) {
      if (!options.skip_bad || order.size() == 1 ||
          !data::read_error_of(*plan.train, order[at], picture))
        throw;
      order.erase(order.begin() + static_cast<std::ptrdiff_t>(at));
    }
  };
  constexpr std::size_t warmup = 8;
  for (std::size_t i = std::min(warmup, order.size()); i > 0; --i) next();
  times = {};
  at = 0;
  const train::Stopwatch all;
  while (all.seconds() < seconds || times.images < 8) next();
  const auto count = static_cast<double>(times.images);
  times.read /= count;
  times.decode /= count;
  times.augment /= count;
}

std::string share(const char* name, double seconds, double all) {
  return fmt::format("{:<12} {:8.3f} ms per image  {:3.0f}%\n", name, 1e3 * seconds,
                     100 * seconds / all);
}

std::string verdict(const DataTimes& times) {
  const double waited = times.wait() * times.training;
  if (waited < 0.05)
    return "Training is limited by the network: faster data loading would not speed it up.\n";
  if (times.decode > times.read + times.augment)
    return "Training waits for images, mostly for decoding: increase data.num_workers if there "
           "are free cores,\ndata.decode = \"fast\", or `temper data pack --short-side N` once.\n";
  if (times.read > times.augment)
    return "Training waits for the disk: `temper data pack` makes reads sequential, and after the "
           "first epoch the images\nmay be in memory.\n";
  return "Training waits for augmentation: increase data.num_workers if there are free cores.\n";
}

}  // namespace

double DataTimes::wait() const {
  return training > 0 && step > 0 ? std::max(0.0, 1 / training - 1 / step) : 0;
}

double loading_rate(const train::Plan& plan, double seconds,
                    std::optional<std::int64_t> fixed_step) {
  train::TrainingBatches loader(plan, fixed_step);
  std::int64_t epoch = 0;
  std::int64_t images = 0;
  loader.start(epoch);
  train::Stopwatch watch;
  const auto first = plan.training.slots;  // the warm-up
  for (std::int64_t batches = 0; batches <= first || watch.seconds() < seconds; ++batches) {
    if (batches == first) {
      watch = {};
      images = 0;
    }
    const auto* batch = loader.next();
    if (batch == nullptr) {
      loader.start(++epoch);
      continue;
    }
    images += batch->ids.size(0);
    if (batch->unlabelled) images += batch->unlabelled->ids.size(0);
  }
  return static_cast<double>(images) / watch.seconds();
}

DataTimes data_times(const train::Plan& plan, double seconds, bool training) {
  DataTimes times;
  time_one_by_one(plan, seconds, times);
  times.threads = plan.training.threads;
  times.loading = loading_rate(plan, seconds);
  if (!training) return times;
  const auto tried = estimate(plan);
  times.training = tried.images_per_second;
  times.step = tried.step_images_per_second;
  return times;
}

std::string to_text(const DataTimes& times) {
  const double all = times.read + times.decode + times.augment;
  std::string text = share("read", times.read, all) + share("decode", times.decode, all) +
                     share("augment", times.augment, all);
  text += fmt::format("one thread   {:8.0f} images/s, over {} images\n", 1 / all, times.images);
  text += fmt::format("loader       {:8.0f} images/s, {} worker {} and the main thread\n",
                      times.loading, times.threads, times.threads == 1 ? "thread" : "threads");
  if (times.training == 0) return text;
  text += fmt::format("training     {:8.0f} images/s, the step alone {:.0f}\n", times.training,
                      times.step);
  text += fmt::format("wait         {:8.3f} ms per image  {:3.0f}% of training\n",
                      1e3 * times.wait(), 100 * times.wait() * times.training);
  return text + verdict(times);
}

nlohmann::ordered_json to_json(const DataTimes& times) {
  return {{"images", times.images},
          {"read_seconds", times.read},
          {"decode_seconds", times.decode},
          {"augment_seconds", times.augment},
          {"loader_threads", times.threads},
          {"loading_images_per_second", times.loading},
          {"training_images_per_second", times.training},
          {"step_images_per_second", times.step},
          {"wait_seconds", times.wait()}};
}

}  // namespace temper::cost
