#include "tests/faults/task.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/flatten.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/mean.h>
#include <ATen/ops/mul.h>
#include <ATen/ops/select.h>
#include <ATen/ops/square.h>
#include <ATen/ops/sub.h>
#include <ATen/ops/sum.h>
#include <ATen/ops/t.h>
#include <ATen/ops/zeros.h>
#include <fcntl.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <fstream>
#include <functional>
#include <limits>

#include "temper/core/error.h"
#include "temper/core/random.h"
#include "temper/data/sources/array_source.h"
#include "temper/model/architecture.h"
#include "temper/run/run.h"
#include "temper/study/engine/engine.h"
#include "temper/study/engine/run_trial.h"
#include "tests/study/engine/small_study.h"

namespace temper::faults {
namespace {

constexpr int kSide = 8;
constexpr int kClasses = 3;
constexpr auto kSmall = R"(
name = "small"
epochs = 2
threads = 1
precision = "fp32"
averaging = [{ kind = "ema", decay = 0.9 }]
[data]
batch_size = 16
validation = 0.25
num_workers = 1
augment = [{ kind = "pad_crop", padding = 1 }, { kind = "flip" }]
[model]
kind = "resnet"
depth = 8
width = 4
[checkpoint]
every_steps = 2
[log]
every_steps = 1
)";

/// Images with bright pixels at a position that depends on the class.
std::shared_ptr<data::ArraySource> pictures(const std::string& name, int count,
                                            std::uint64_t seed) {
  data::ArraySource::Contents contents{.name = name,
                                       .classes = {"left", "middle", "right"},
                                       .height = kSide,
                                       .width = kSide,
                                       .channels = 1};
  Random random(seed, Purpose::inspect);
  for (int i = 0; i < count; ++i) {
    contents.labels.push_back(i % kClasses);
    for (int pixel = 0; pixel < kSide * kSide; ++pixel) {
      const bool bright = pixel % kSide * kClasses / kSide == i % kClasses;
      contents.pixels.push_back(static_cast<std::uint8_t>(random.below(120) + (bright ? 100 : 0)));
    }
  }
  return std::make_shared<data::ArraySource>(std::move(contents));
}

/// A linear classifier, as an example of a user's own network: its weight is a stage, its bias the
/// head.
class Linear : public model::Network {
 public:
  Linear(const model::Task& task, std::uint64_t seed) {
    const auto inputs = task.channels * task.height * task.width;
    auto weight = at::empty({task.classes, inputs}, at::kFloat);
    Random random(seed, Purpose::initialise);
    auto* values = weight.mutable_data_ptr<float>();
    for (std::int64_t i = 0; i < weight.numel(); ++i)
      values[i] = static_cast<float>(0.1 * random.normal());
    auto bias = at::zeros({task.classes}, at::kFloat);
    parameters_.push_back({"weight", weight.set_requires_grad(true), model::ParameterKind::weight});
    parameters_.push_back({"bias", bias.set_requires_grad(true), model::ParameterKind::bias, 1});
  }
  at::Tensor compute(const at::Tensor& images) override {
    return images.flatten(1).matmul(parameters_[0].value.t()) + parameters_[1].value;
  }
  void train(bool) override {}
  [[nodiscard]] const std::vector<model::Parameter>& parameters() const override {
    return parameters_;
  }
  [[nodiscard]] const std::vector<model::Buffer>& buffers() const override { return buffers_; }
  void to(at::Device) override {}
  [[nodiscard]] std::int64_t stages() const override { return 1; }
  void freeze(std::int64_t count) override { parameters_[0].value.set_requires_grad(count == 0); }

 private:
  std::vector<model::Parameter> parameters_;
  std::vector<model::Buffer> buffers_;
};

at::Tensor squared_error(const at::Tensor& logits, const at::Tensor& targets) {
  return (logits - targets).square().mean();
}

/// The loss is not finite for batches with fewer than four images of the first class.
at::Tensor sometimes_nan(const at::Tensor& logits, const at::Tensor& targets) {
  const auto loss = squared_error(logits, targets);
  const bool bad = targets.select(1, 0).sum().item<double>() < 4;
  return bad ? loss * std::numeric_limits<double>::quiet_NaN() : loss;
}

void give_functions(recipe::Recipe& recipe) {
  if (auto* custom = std::get_if<loss::Custom>(&recipe.loss))
    custom->function = custom->name == "sometimes nan" ? sometimes_nan : squared_error;
  if (auto* custom = std::get_if<model::Custom>(&recipe.model))
    custom->function = [](const model::Task& task, std::uint64_t seed) {
      return std::make_unique<Linear>(task, seed);
    };
  for (auto& operation : recipe.data.augment)
    if (auto* custom = std::get_if<augment::Custom>(&operation))
      custom->function = [](io::Image& image, Random& random) {
        for (auto& pixel : image.pixels)
          pixel = static_cast<std::uint8_t>(pixel / 2 + random.below(100));
      };
}

StopFlag stop_flag;  // NOLINT: for the signal handler

/// Raises signals at chosen steps.
class Signals : public train::Observer {
 public:
  explicit Signals(const Job& job) : job_(job) {}
  void on_event(const train::Event& event) override {
    const auto* step = std::get_if<train::Stepped>(&event);
    if (step == nullptr) return;
    if (step->step == job_.terminate_at) std::raise(SIGTERM);
    if (step->step == job_.pause_at) std::raise(SIGSTOP);
  }

 private:
  const Job& job_;
};

int open_files() {
  int count = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator("/proc/self/fd"))
    ++count;
  return count;
}

long resident_kib() {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;)
    if (word == "VmRSS:") {
      long kib = 0;
      status >> kib;
      return kib;
    }
  return 0;
}

/// Stops and resumes within the process; prints open files and memory after a fifth and at the end.
void cycle(const train::Plan& plan, const Job& job) {
  for (int i = 1; i <= job.cycles; ++i) {
    run::run(plan, {.directory = job.directory, .stop_at = i});
    if (i == job.cycles / 5 || i == job.cycles) {
      std::printf("%d %ld\n", open_files(), resident_kib());
      std::fflush(stdout);
    }
  }
}

int train(const Job& job) {
  const auto plan = make_plan(job.toml, job.sets);
  if (job.cycles > 1) {
    cycle(plan, job);
    return 0;
  }
  Signals signals(job);
  run::RunOptions options{.directory = job.directory,
                          .stop = &stop_flag,
                          .fork_from = job.fork_from,
                          .observers = {&signals}};
  if (job.stop_at > 0) options.stop_at = job.stop_at;
  return run::run(plan, options).finished ? 0 : static_cast<int>(Code::stopped);
}

int run_study(const Job& job) {
  study::Store store(job.directory);
  study::run_trials(study_trials(job.data, job.in_common, job.keep), store,
                    {.folder = job.directory, .jobs = job.study_jobs, .stop = &stop_flag});
  return 0;
}

/// @param task  what to do, until a signal comes. @return exit status, as the program's
int guarded(const std::function<int()>& task) {
  struct sigaction action = {};
  action.sa_handler = [](int) { stop_flag.set(); };
  sigaction(SIGTERM, &action, nullptr);
  try {
    return task();
  } catch (const Error& error) {
    std::fprintf(stderr, "temper: %s\n", error.what());
    return static_cast<int>(error.code());
  } catch (const std::exception& error) {
    std::fprintf(stderr, "bug: %s\n", error.what());
    return static_cast<int>(Code::internal);
  }
}

}  // namespace

train::Plan make_plan(const std::string& toml, const std::vector<std::string>& sets) {
  auto recipe = recipe::parse(toml.empty() ? kSmall : toml, "small", sets);
  give_functions(recipe);
  return train::plan(recipe, {.train = pictures("small train", 86, 1),
                              .validation = nullptr,
                              .test = pictures("small test", 12, 2),
                              .height = kSide,
                              .width = kSide});
}

std::vector<std::string> words_of(const Job& job) {
  std::vector<std::string> words{job.directory,
                                 job.toml,
                                 std::to_string(job.stop_at),
                                 std::to_string(job.cycles),
                                 std::to_string(job.terminate_at),
                                 std::to_string(job.pause_at),
                                 job.fork_from,
                                 std::to_string(job.study_jobs),
                                 job.data,
                                 std::to_string(static_cast<int>(job.in_common)),
                                 std::to_string(static_cast<int>(job.keep))};
  words.insert(words.end(), job.sets.begin(), job.sets.end());
  return words;
}

Job job_of(const std::vector<std::string>& words) {
  return {.directory = words.at(0),
          .toml = words.at(1),
          .sets = {words.begin() + 11, words.end()},
          .stop_at = std::stoi(words.at(2)),
          .cycles = std::stoi(words.at(3)),
          .terminate_at = std::stoi(words.at(4)),
          .pause_at = std::stoi(words.at(5)),
          .fork_from = words.at(6),
          .study_jobs = std::stoi(words.at(7)),
          .data = words.at(8),
          .in_common = words.at(9) == "1",
          .keep = words.at(10) == "1"};
}

int work(const Job& job) {
  return guarded([&] { return job.study_jobs > 0 ? run_study(job) : train(job); });
}

int work_on_trial(const std::string& folder) {
  return guarded(
      [&] { return study::run_trial(folder, stop_flag) ? 0 : static_cast<int>(Code::stopped); });
}

std::vector<study::Trial> study_trials(const std::string& data, bool in_common, bool keep) {
  std::vector<study::Trial> trials;
  const std::vector<std::string> one{"optimizer.lr=0.1"};
  std::vector<std::string> other{"optimizer.lr=0.02"};
  if (in_common) other = {one.front(), R"(averaging=[{ kind = "ema", decay = 0.9 }])"};
  for (const auto& sets : {one, other})
    for (const int seed : {1, 2}) {
      trials.push_back(study::small::trial(data, seed, sets));
      trials.back().score_test = true;
      trials.back().keep = keep;
    }
  return trials;
}

}  // namespace temper::faults
