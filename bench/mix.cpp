// The processor time of mixing a batch, drawing and all, compared with that of a training step of
// the network that gets it: the quickstart's with 128 images, and ResNet-50 with 32 of 160 x 160
// pixels. And that of a step of PGD without its passes through the network, compared with these
// passes. bench_mix [ROUNDS [NETWORK]] prints a line of JSON. Used by scripts/bench.
#include <ATen/ops/full.h>
#include <ATen/ops/linspace.h>
#include <ATen/ops/zeros.h>
#include <fmt/format.h>

#include <algorithm>
#include <ctime>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "temper/adversarial/losses.h"
#include "temper/adversarial/pgd.h"
#include "temper/train/mixed_batch.h"
#include "temper/train/step.h"

namespace {

using temper::data::Batch;
namespace adversarial = temper::adversarial;
namespace mix = temper::mix;
namespace model = temper::model;
namespace train = temper::train;

struct Subject {
  std::string name;
  model::ResNet network;
  model::Task task;
  std::int64_t batch = 1;
};

std::vector<Subject> subjects() {
  return {{.name = "quickstart",
           .network =
               {.stem = model::Stem::pooled, .blocks = {1, 1, 1}, .width = 16, .width_factor = 2},
           .task = {.channels = 1, .height = 28, .width = 28, .classes = 10},
           .batch = 128},
          {.name = "resnet50",
           .network = {.depth = 50},
           .task = {.channels = 3, .height = 160, .width = 160, .classes = 1000},
           .batch = 32}};
}

Batch batch_of(const Subject& subject) {
  const auto& task = subject.task;
  const auto n = subject.batch;
  const auto images = at::linspace(-1, 1, n * task.channels * task.height * task.width)
                          .mul(1e4)
                          .sin()
                          .reshape({n, task.channels, task.height, task.width});
  return {.views = {images.contiguous(at::MemoryFormat::ChannelsLast)},
          .labels = at::zeros({n}, at::kLong),
          .targets = at::full({n, task.classes}, 1.0 / static_cast<double>(task.classes)),
          .labelled = at::full({n}, true, at::kBool),
          .ids = at::zeros({n}, at::kLong)};
}

/// The median processor time of some work, all threads together, in milliseconds.
double median(int rounds, const std::function<void(int round)>& work) {
  std::vector<double> times;
  work(-1);
  for (int round = 0; round < rounds; ++round) {
    const auto begin = std::clock();
    work(round);
    times.push_back(1e3 * static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC);
  }
  std::ranges::sort(times);
  return times[times.size() / 2];
}

double step_time(const Subject& subject, const Batch& batch, int rounds) {
  temper::recipe::Recipe recipe;
  recipe.model = subject.network;
  auto state = train::start(recipe, model::build(recipe.model, subject.task, /*seed=*/1));
  state.network->train(true);
  return median(rounds, [&](int) {
    train::Times ignored;
    train::step(state, recipe, batch, ignored);
  });
}

double mixing_time(const mix::Mixing& mixing, const Batch& batch, int rounds) {
  constexpr int kRepeats = 10;  // one is too short to be measured
  temper::recipe::Recipe recipe;
  recipe.mixing = mixing;
  return median(rounds,
                [&](int round) {
                  for (int i = 0; i < kRepeats; ++i)
                    if (const auto plan =
                            train::mixing_plan(recipe, (round + 1) * kRepeats + i, batch))
                      (void)train::mixed(batch, *plan);
                }) /
         kRepeats;
}

/// A step of PGD by a network whose passes cost next to nothing.
double pgd_time(const Batch& batch, int rounds) {
  constexpr int kSteps = 10;
  const auto pixels = batch.views.front().mul(0.5).add(0.5);
  const auto first_pixels = [&](const at::Tensor& images) {
    return images.flatten(1).narrow(1, 0, batch.targets.size(1));
  };
  return median(rounds,
                [&](int) {
                  (void)adversarial::pgd({.steps = kSteps}, first_pixels,
                                         adversarial::cross_entropy_rows, pixels, batch.labels,
                                         pixels);
                }) /
         kSteps;
}

/// A forward and a backward pass to the images, in evaluation mode.
double pass_time(const Subject& subject, const Batch& batch, int rounds) {
  const auto network = model::build(subject.network, subject.task, /*seed=*/1);
  network->train(false);
  for (const auto& parameter : network->parameters()) parameter.value.set_requires_grad(false);
  return median(rounds, [&](int) {
    const auto images = batch.views.front().detach().set_requires_grad(true);
    adversarial::cross_entropy_rows(network->forward(images), batch.labels).sum().backward();
  });
}

void compare(const Subject& subject, int rounds) {
  const auto batch = batch_of(subject);
  const double step = step_time(subject, batch, rounds);
  std::string times;
  double most = 0;
  for (const auto& method :
       std::vector<mix::Method>{mix::Mixup{}, mix::CutMix{}, mix::ResizeMix{}, mix::ZetaMixup{}})
    for (const auto mode : {mix::Mode::batch, mix::Mode::elem}) {
      const double time = mixing_time({.methods = {method}, .mode = mode}, batch, rounds);
      most = std::max(most, time);
      times += fmt::format(", \"{}_{}_{}_ms\": {:.4f}", subject.name,
                           std::visit([](const auto& one) { return one.kind; }, method),
                           temper::name_of(mode), time);
    }
  auto with_partners = batch;
  with_partners.partners = std::make_shared<const Batch>(batch);
  const double similar = mixing_time({.partner = mix::Partner::similar}, with_partners, rounds);
  most = std::max(most, similar);
  times += fmt::format(", \"{}_c_mixup_ms\": {:.4f}", subject.name, similar);
  const double pgd = pgd_time(batch, rounds);
  const double pass = pass_time(subject, batch, rounds);
  fmt::print(R"("{0}_step_ms": {1:.2f}, "{0}_most_ms": {2:.4f}, "{0}_most_share": {3:.6f}{4}, )"
             R"("{0}_pass_ms": {5:.2f}, "{0}_pgd_ms": {6:.4f}, "{0}_pgd_share": {7:.6f})",
             subject.name, step, most, most / step, times, pass, pgd, pgd / pass);
}

}  // namespace

int main(int argc, char** argv) {
  const int rounds = argc > 1 ? std::stoi(argv[1]) : 15;
  fmt::print("{{");
  std::string_view between;
  for (const auto& subject : subjects()) {
    if (argc > 2 && subject.name != argv[2]) continue;
    fmt::print("{}", between);
    compare(subject, rounds);
    between = ", ";
  }
  fmt::print("}}\n");
}
