#include "temper/evaluate/monte_carlo.h"

#include <ATen/ops/cat.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/topk.h>
#include <c10/core/InferenceMode.h>
#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "temper/core/error.h"
#include "temper/evaluate/evaluate.h"
#include "temper/measure/temperature.h"
#include "temper/train/precision.h"

namespace temper::evaluate {
namespace {

// Passes of training are 0 and 1.
constexpr std::int64_t kFirstPass = 2;

/// A minute or so for an image; the standard deviation is then known to less than a percent.
constexpr std::int64_t kMostPasses = 10'000;

/// Enables dropout in evaluation mode during its lifetime.
class DropoutInEvaluation {
 public:
  explicit DropoutInEvaluation(model::Network& network) : network_(network) {
    if (network.set_noise(model::Noise::dropout_always)) return;
    network.set_noise(model::Noise::training);
    throw Error(Code::usage,
                "Monte Carlo dropout: the network has no dropout, so all passes would be equal; "
                "train one with model.dropout, such as [{ kind = \"dropout\", at = \"head\" }]");
  }
  ~DropoutInEvaluation() { network_.set_noise(model::Noise::training); }
  DropoutInEvaluation(const DropoutInEvaluation&) = delete;
  DropoutInEvaluation& operator=(const DropoutInEvaluation&) = delete;
  DropoutInEvaluation(DropoutInEvaluation&&) = delete;
  DropoutInEvaluation& operator=(DropoutInEvaluation&&) = delete;

 private:
  model::Network& network_;
};

/// @return [passes, n, classes], on the CPU
at::Tensor answers(model::Network& network, const at::Tensor& images, std::uint64_t seed,
                   std::int64_t first_row, std::int64_t passes) {
  std::vector<at::Tensor> all;
  for (std::int64_t pass = 0; pass < passes; ++pass) {
    network.begin({.seed = seed, .pass = kFirstPass + pass, .first_row = first_row});
    all.push_back(network.forward(images).to(at::kCPU, at::kFloat));
  }
  return at::stack(all);
}

void require_constant_rates(const recipe::Recipe& recipe) {
  for (const auto& [path, schedule] : recipe.schedules)
    if (path.starts_with("model.dropout"))
      throw Error(Code::usage,
                  fmt::format("Monte Carlo dropout: a schedule changed {} during training, and "
                              "its last value is not saved with the weights; train with a "
                              "constant rate",
                              path));
}

}  // namespace

measure::MonteCarlo predict_monte_carlo(model::Network& network, const train::Plan& plan,
                                        const std::shared_ptr<const data::Source>& images,
                                        std::int64_t passes, const std::function<bool()>& cancel) {
  const c10::InferenceMode inference;
  const DropoutInEvaluation dropping(network);
  network.train(false);
  network.set_format(train::format_of(plan.recipe.precision));
  std::vector<at::Tensor> logits;
  data::Loader loader(images, plan.evaluation);
  loader.start(0);
  std::int64_t first = 0;
  while (const auto* batch = loader.next()) {
    if (cancel && cancel()) throw Cancelled{};
    const auto input = batch->views.front().to(plan.device);
    logits.push_back(
        answers(network, input, static_cast<std::uint64_t>(plan.recipe.seed), first, passes));
    first += input.size(0);
  }
  return measure::monte_carlo(at::cat(logits, 1));
}

McDropoutPredictions classify_monte_carlo(train::SavedModel& model, const at::Tensor& input,
                                          std::int64_t k, std::int64_t passes) {
  if (passes < 2)
    throw Error(Code::usage,
                fmt::format("Monte Carlo dropout: found {} pass{}, expected at least 2, over which "
                            "the standard deviation is computed",
                            passes, passes == 1 ? "" : "es"));
  if (passes > kMostPasses)
    throw Error(Code::usage,
                fmt::format("Monte Carlo dropout: found {} passes, expected at most {}", passes,
                            kMostPasses));
  train::require_classes(model, "Monte Carlo dropout");
  require_constant_rates(model.recipe);
  const c10::InferenceMode inference;
  const DropoutInEvaluation dropping(*model.network);
  auto logits =
      answers(*model.network, input, static_cast<std::uint64_t>(model.recipe.seed), 0, passes);
  if (model.temperature) logits = measure::divided(logits, model.temperature->fit.value);
  const auto found = measure::monte_carlo(logits);
  const auto [values, indices] = at::topk(found.probabilities[0], std::min(k, model.task.classes));
  McDropoutPredictions guesses{.top = {},
                               .entropy = found.entropy.item<double>(),
                               .information = found.information.item<double>()};
  for (std::int64_t i = 0; i < values.size(0); ++i) {
    const auto index = indices[i].item<std::int64_t>();
    guesses.top.push_back({.name = model.classes[static_cast<std::size_t>(index)],
                           .probability = values[i].item<double>(),
                           .deviation = found.deviations[0][index].item<double>(),
                           .description = train::description_of(model, index),
                           .index = index});
  }
  return guesses;
}

}  // namespace temper::evaluate
