// A custom module and training loop that use temper's AdaBelief, SGDR and EMA. The task: a small
// network classifies the points of two interleaved spirals.
#include <ATen/Context.h>
#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/argmax.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/cos.h>
#include <ATen/ops/cross_entropy_loss.h>
#include <ATen/ops/full.h>
#include <ATen/ops/linspace.h>
#include <ATen/ops/relu.h>
#include <ATen/ops/sin.h>
#include <ATen/ops/stack.h>
#include <torch/nn/modules/linear.h>

#include <cstdio>

#include "temper/core/error.h"
#include "temper/optim/optimizer.h"
#include "temper/regularize/averaging.h"
#include "temper/schedule/schedule.h"

namespace {

using namespace temper;

constexpr std::int64_t kSteps = 700;

struct Network : torch::nn::Module {
  Network()
      : first(register_module("first", torch::nn::Linear(2, 64))),
        second(register_module("second", torch::nn::Linear(64, 64))),
        classify(register_module("classify", torch::nn::Linear(64, 2))) {}

  at::Tensor forward(const at::Tensor& points) {
    return classify(at::relu(second(at::relu(first(points)))));
  }

  torch::nn::Linear first, second, classify;
};

/// Points [400, 2] of two spirals, 200 points each.
at::Tensor spirals() {
  const auto turn = at::linspace(0.5, 9, 200);
  const auto arm = at::stack({turn * at::cos(turn), turn * at::sin(turn)}, 1) / 9;
  return at::cat({arm, -arm});
}

/// Weight decay applies to matrices, not to vectors.
std::vector<optim::Target> targets_of(const torch::nn::Module& module) {
  std::vector<optim::Target> targets;
  for (const auto& item : module.named_parameters()) {
    const bool matrix = item.value().dim() > 1;
    targets.push_back({.name = item.key(),
                       .value = item.value(),
                       .kind = matrix ? optim::Kind::weight : optim::Kind::bias,
                       .decay_scale = matrix ? 1.0 : 0.0});
  }
  return targets;
}

double accuracy(Network& network, const at::Tensor& points, const at::Tensor& labels) {
  const at::NoGradGuard guard;
  return network.forward(points).argmax(1).eq(labels).to(at::kDouble).mean().item<double>();
}

void train() {
  at::manual_seed(1);
  Network network;
  const auto points = spirals();
  const auto labels = at::cat({at::full({200}, 0L), at::full({200}, 1L)});
  const auto targets = targets_of(network);
  std::vector<regularize::Named> weights;
  for (const auto& target : targets) weights.emplace_back(target.name, target.value);

  optim::AdaBelief rule{.weight_decay = 1e-4};
  const schedule::Schedule rate = schedule::Sgdr{.peak = 0.01, .t_0 = {.steps = 100}, .t_mult = 2};
  const regularize::Averaging ema =
      regularize::Ema{.decay = 0.99, .warmup = regularize::EmaWarmup::tensorflow};
  auto state = optim::start(rule, targets);
  auto averages = regularize::start(ema, weights);

  for (std::int64_t step = 0; step < kSteps; ++step) {
    rule.lr = schedule::value(rate, step, {.total_steps = kSteps});
    at::cross_entropy_loss(network.forward(points), labels).backward();
    optim::step(rule, targets, state);
    optim::zero_gradients(targets);
    regularize::update(ema, weights, averages, step + 1);
  }

  const double raw = accuracy(network, points, labels);
  const regularize::SwappedAverages averaged(averages, weights);
  std::printf("accuracy %.3f, of the averaged weights %.3f\n", raw,
              accuracy(network, points, labels));
}

}  // namespace

int main() {
  try {
    train();
  } catch (const Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return static_cast<int>(error.code());
  }
}
