// Every optimizer against the published implementation that scripts/golden/optim.py ran.
#include <ATen/TensorOperators.h>
#include <ATen/ops/empty.h>
#include <gtest/gtest.h>

#include "temper/optim/evaluation_weights.h"
#include "temper/optim/optimizer.h"
#include "tests/support/golden.h"
#include "tests/support/options.h"
#include "tests/support/tensor.h"

namespace temper::optim {
namespace {

using temper::testing::golden;
using temper::testing::tensor;

/// The memory layout of the parameters.
enum class Layout { dense, gaps };

/// Matrices with gaps (Layout::gaps), filters channels-last, the rest contiguous.
at::Tensor laid_out(const at::Tensor& value, Layout layout) {
  if (value.dim() == 4) return value.contiguous(at::MemoryFormat::ChannelsLast);
  if (layout == Layout::dense || value.dim() != 2) return value;
  return at::empty({value.size(0), 2 * value.size(1)}, value.options())
      .slice(1, 0, at::nullopt, 2)
      .copy_(value);
}

std::vector<Target> parameters(const nlohmann::json& inputs, at::ScalarType type, Layout layout) {
  std::vector<Target> targets;
  for (const auto& [name, initial] : inputs["initial"].items()) {
    const auto decaying = inputs["decaying"].get<std::vector<std::string>>();
    const bool decays = std::ranges::find(decaying, name) != decaying.end();
    targets.push_back({.name = name,
                       .value = laid_out(tensor(initial).to(type), layout).set_requires_grad(true),
                       .kind = decays ? Kind::weight : Kind::bias,
                       .decay_scale = decays ? 1.0 : 0.0});
  }
  return targets;
}

void scale_rates(const Group& options, const nlohmann::json& asked, double factor) {
  for (const auto& item : options.items) {
    if (item.meta.name == "lr") *std::get<double*>(item.slot) = asked["lr"].get<double>() * factor;
    if (item.meta.name == "rest")
      scale_rates(std::get<std::function<ChoiceView()>>(item.slot)().active(), asked["rest"],
                  factor);
  }
}

/// The initial values and gradients of every case.
struct Inputs {
  nlohmann::json json = golden("optim/inputs.json");
  std::vector<at::Tensor> gradients;  ///< [step, ...] of every parameter

  Inputs() {
    for (const auto& [name, recorded] : json["gradients"].items())
      gradients.push_back(tensor(recorded));
  }
};

struct Trained {
  Optimizer rule;
  std::vector<Target> targets;
  State state;
};

/// A parameter that is frozen in the first steps.
struct Frozen {
  std::string name;
  std::int64_t steps = 0;
};

Trained run(const Inputs& inputs, std::string_view kind, const nlohmann::json& options,
            at::ScalarType type, Layout layout, const Frozen& frozen = {}) {
  auto targets = parameters(inputs.json, type, layout);
  auto rule = temper::testing::alternative<Optimizer>(kind, options);
  check(rule);
  auto state = start(rule, targets);
  for (std::int64_t i = 0; i < 25; ++i) {
    // A gradient may have another layout than its parameter, as after a backward pass.
    for (std::size_t p = 0; p < targets.size(); ++p) {
      targets[p].value.mutable_grad() = inputs.gradients[p][i].to(type);
      targets[p].frozen = targets[p].name == frozen.name && i < frozen.steps;
    }
    scale_rates(group(rule), options, inputs.json["lr_factors"][static_cast<std::size_t>(i)]);
    step(rule, targets, state);
  }
  EXPECT_EQ(state.step, 25);
  return {rule, std::move(targets), std::move(state)};
}

void agree(const std::vector<Target>& found, const nlohmann::json& published, const char* column,
           double tolerance) {
  for (const auto& target : found) {
    const auto expected = tensor(published[column][target.name]).to(target.value.scalar_type());
    const auto off = (target.value - expected).abs().max().item<double>();
    EXPECT_LE(off, tolerance * expected.abs().max().item<double>())
        << published["options"] << " " << target.name;
  }
}

class OptimizerGolden : public ::testing::TestWithParam<std::string_view> {
 protected:
  static void agrees(at::ScalarType type, const char* column, double tolerance, Layout layout) {
    const auto file = golden("optim/" + std::string(GetParam()) + ".json");
    const Inputs inputs;
    EXPECT_FALSE(file["cases"].empty());
    for (const auto& published : file["cases"]) {
      const auto trained = run(inputs, GetParam(), published["options"], type, layout);
      agree(trained.targets, published, column, tolerance);
      EXPECT_EQ(published.contains("evaluated"), evaluates_average(trained.rule));
      if (!published.contains("evaluated")) continue;
      const EvaluationWeights evaluation(trained.rule, trained.targets, trained.state);
      agree(trained.targets, published["evaluated"], column, tolerance);
    }
  }
};

TEST_P(OptimizerGolden, IsThePublishedOneIn25StepsOfFloat64) {
  agrees(at::kDouble, "float64", 1e-12, Layout::dense);
}

TEST_P(OptimizerGolden, IsThePublishedOneIn25StepsOfFloat32) {
  const bool cancels = GetParam() == "adabelief" || GetParam() == "muon";
  agrees(at::kFloat, "float32", cancels ? 1e-5 : 1e-6, Layout::dense);
}

TEST_P(OptimizerGolden, IsThePublishedOneForParametersWithGapsInTheirMemory) {
  agrees(at::kDouble, "float64", 1e-12, Layout::gaps);
}

TEST(ThawedParameter, IsUpdatedAsThePublishedOptimizersDo) {
  const auto file = golden("optim/thawed.json");
  const Inputs inputs;
  const Frozen frozen{file["thawed"], file["first"]};
  EXPECT_FALSE(file["cases"].empty());
  for (const auto& published : file["cases"]) {
    const auto kind = published["kind"].get<std::string>();
    const auto trained =
        run(inputs, kind, published["options"], at::kDouble, Layout::dense, frozen);
    agree(trained.targets, published, "float64", 1e-12);
  }
}

INSTANTIATE_TEST_SUITE_P(All, OptimizerGolden,
                         ::testing::ValuesIn(temper::testing::kinds<Optimizer>()),
                         [](const auto& kind) { return std::string(kind.param); });

}  // namespace
}  // namespace temper::optim
