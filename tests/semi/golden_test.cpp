// The losses, targets and averages of semi-supervised methods are those of the published code.
#include <ATen/ops/allclose.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/one_hot.h>
#include <ATen/ops/softmax.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/tensor.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <vector>

#include "temper/semi/method.h"
#include "tests/support/golden.h"
#include "tests/support/tensor.h"

namespace temper::semi {
namespace {

using nlohmann::json;
using temper::testing::tensor;

/// Of the code of mean teacher, interpolation consistency and TorchSSL, float64.
const json& numbers() {
  static const json read = temper::testing::golden("semi/semi.json");
  return read;
}

/// Of google-research/fixmatch, float32.
const json& fixmatch_numbers() {
  static const json read = temper::testing::golden("semi/fixmatch.json");
  return read;
}

at::Tensor floats(const json& example) {
  return tensor(example).to(at::kFloat);
}

void expect_close(const at::Tensor& found, const json& expected) {
  EXPECT_TRUE(at::allclose(found.detach().to(at::kDouble), tensor(expected), 1e-5, 1e-6))
      << found << expected;
}

/// The method's loss of these logits and their gradient, where `view` is the one that has one.
/// @param views   of the images: [m, c] each
/// @param target  of the methods that have them, [m, v, c]
void expect_loss(const Method& method, std::vector<at::Tensor> views, std::size_t view,
                 const json& example, const at::Tensor& targets = {}) {
  views[view].set_requires_grad(true);
  const auto rows = static_cast<double>(views.front().size(0));
  const auto loss = semi::loss(method, {.logits = at::stack(views, 1), .targets = targets}, rows);
  EXPECT_NEAR(loss.item<double>(), example["loss"].get<double>(), 1e-6);
  loss.backward();
  expect_close(views[view].grad(), example["gradient"]);
}

/// Mixes rows as an example says.
at::Tensor mixed(const at::Tensor& rows, const std::vector<double>& weights,
                 const std::vector<std::int64_t>& partners) {
  std::vector<at::Tensor> all;
  for (std::size_t i = 0; i < partners.size(); ++i)
    all.push_back(rows[static_cast<std::int64_t>(i)]
                      .mul(weights[i])
                      .add(rows[partners[i]].mul(1 - weights[i])));
  return at::stack(all);
}

TEST(SemiGolden, FixMatch) {
  for (const auto& example : fixmatch_numbers()["fixmatch"])
    expect_loss(FixMatch{.threshold = example["threshold"].get<double>()},
                {floats(example["weak"]), floats(example["strong"])}, 1, example);
}

TEST(SemiGolden, PseudoLabels) {
  for (const auto& example : numbers()["pseudo_label"])
    expect_loss(PseudoLabel{.threshold = example["threshold"].get<double>()},
                {floats(example["logits"])}, 0, example);
}

TEST(SemiGolden, MeanTeacher) {
  for (const auto& example : numbers()["mean_teacher"]) {
    MeanTeacher options;
    options.weight = 1;
    expect_loss(options, {floats(example["logits"])}, 0, example,
                at::softmax(floats(example["teacher"]), 1).unsqueeze(1));
  }
}

TEST(SemiGolden, Interpolation) {
  for (const auto& example : numbers()["interpolation"]) {
    Interpolation options;
    options.weight = 1;
    options.targets =
        example["targets"] == "logits" ? Interpolated::logits : Interpolated::probabilities;
    const auto partners = example["partners"].get<std::vector<std::int64_t>>();
    const std::vector<double> weights(partners.size(), example["lambda"].get<double>());
    const auto targets = interpolated_targets(
        options, floats(example["teacher"]),
        [&](const at::Tensor& rows) { return mixed(rows, weights, partners); });
    expect_close(targets, example["expected"]);
    expect_loss(options, {floats(example["logits"])}, 0, example, targets.unsqueeze(1));
  }
}

TEST(SemiGolden, MixMatch) {
  for (const auto& example : fixmatch_numbers()["mixmatch"]) {
    const MixMatch options{.weight = 1, .temperature = example["temperature"].get<double>()};
    std::vector<at::Tensor> views;
    for (const auto& view : example["views"]) views.push_back(floats(view));
    const auto guess = guessed_labels(options, at::stack(views, 1));
    expect_close(guess, example["guess"]);
    auto weights = example["lambdas"].get<std::vector<double>>();
    for (auto& weight : weights) weight = std::max(weight, 1 - weight);
    const auto labels =
        at::one_hot(at::tensor(example["labels"].get<std::vector<std::int64_t>>()), guess.size(1));
    const auto targets = mixed(at::cat({labels, guess, guess}), weights,
                               example["partners"].get<std::vector<std::int64_t>>());
    expect_close(targets, example["mixed"]);
    const auto rows = guess.size(0);
    const auto of_views = [rows](const at::Tensor& all, std::int64_t first) {
      return at::stack({all.narrow(0, first, rows), all.narrow(0, first + rows, rows)}, 1);
    };
    auto logits = floats(example["logits"]);
    logits.set_requires_grad(true);
    const auto loss = semi::loss(
        options, {.logits = of_views(logits, 0), .targets = of_views(targets, labels.size(0))},
        static_cast<double>(rows));
    EXPECT_NEAR(loss.item<double>(), example["loss"].get<double>(), 1e-6);
    loss.backward();
    expect_close(logits.grad(), example["gradient"]);
  }
}

TEST(SemiGolden, MovingAverage) {
  for (const auto& example : numbers()["moving_average"]) {
    const TeacherOptions options{.ema_decay = example["decay"].get<double>()};
    std::vector<at::Tensor> weights;
    for (const auto& one : example["weights"]) weights.push_back(floats(one));
    const auto teacher = weights.front().clone();
    for (std::size_t step = 1; step < weights.size(); ++step)
      update_teacher(teacher, weights[step], decay_at(options, static_cast<std::int64_t>(step)));
    expect_close(teacher, example["teacher"]);
  }
}

}  // namespace
}  // namespace temper::semi
