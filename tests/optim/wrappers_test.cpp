// Clipping, Lookahead and SAM, against the published code that scripts/golden/clip_lookahead_sam.py
// ran.
#include <ATen/TensorOperators.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/full.h>
#include <gtest/gtest.h>

#include <stdexcept>

#include "temper/optim/clip.h"
#include "temper/optim/lookahead.h"
#include "temper/optim/optimizer.h"
#include "temper/optim/parameters.h"
#include "temper/optim/sam.h"
#include "tests/support/golden.h"
#include "tests/support/options.h"
#include "tests/support/tensor.h"

namespace temper::optim {
namespace {

using temper::testing::tensor;

class Around : public ::testing::Test {
 protected:
  [[nodiscard]] std::vector<Target> parameters() const {
    std::vector<Target> targets;
    for (const auto& [name, value] : golden["weights"].items())
      targets.push_back({.name = name, .value = tensor(value).set_requires_grad(true)});
    return targets;
  }

  /// Sets the gradients of the loss sum(c * w^4) / 4.
  void differentiate(std::span<const Target> targets) const {
    for (const auto& target : targets)
      target.value.mutable_grad() =
          tensor(golden["curvatures"][target.name]) * target.value.detach().pow(3);
  }

  static void agree(const at::Tensor& found, const nlohmann::json& expected) {
    const auto published = tensor(expected);
    EXPECT_LE((found - published).abs().max().item<double>(),
              1e-12 * published.abs().max().item<double>());
  }

  template <class Options>
  static Options options_of(const nlohmann::json& json) {
    Options options;
    temper::testing::set(group(options), json);
    return options;
  }

  /// 25 steps of SGD with momentum, with SAM or Lookahead if given.
  [[nodiscard]] std::vector<Target> descend(const std::optional<Sam>& sam,
                                            const std::optional<Lookahead>& lookahead) const {
    const Optimizer sgd = Sgd{.lr = golden["lr"]};
    auto targets = parameters();
    auto state = start(sgd, targets);
    if (lookahead) add_slow_weights(state, targets);
    for (int i = 0; i < 25; ++i) {
      differentiate(targets);
      if (sam) {
        const PerturbedWeights perturbed(*sam, targets);
        differentiate(targets);
      }
      step(sgd, targets, state);
      if (lookahead) lookahead_step(*lookahead, targets, state);
    }
    return targets;
  }

  static void same(const std::vector<Target>& a, const std::vector<Target>& b) {
    for (std::size_t i = 0; i < a.size(); ++i) EXPECT_TRUE(at::equal(a[i].value, b[i].value));
  }

  nlohmann::json golden = temper::testing::golden("optim/clip_lookahead_sam.json");
};

TEST_F(Around, ClippingIsThePublishedOne) {
  for (const auto& published : golden["clip"]) {
    auto targets = parameters();
    for (auto& target : targets)
      target.value.mutable_grad() = tensor(golden["gradients"][target.name]);
    const auto& options = published["options"];
    clip(temper::testing::alternative<Clip>(options["kind"].get<std::string>(), options), targets);
    for (const auto& target : targets) agree(target.value.grad(), published["values"][target.name]);
  }
}

TEST_F(Around, AdaptiveClippingExcludesWeightAndBiasOfTheHead) {
  auto targets = parameters();
  std::vector<at::Tensor> before;
  for (auto& target : targets) {
    target.value.mutable_grad() = tensor(golden["gradients"][target.name]);
    before.push_back(target.value.grad().clone());
    const bool of_head = target.name != "conv";
    target.kind = target.name == "linear" ? Kind::head : Kind::weight;
    target.name = of_head ? "head." + target.name : "stem." + target.name;
  }
  clip(ClipAdaptive{}, targets);
  for (std::size_t i = 0; i < targets.size(); ++i)
    EXPECT_EQ(at::equal(targets[i].value.grad(), before[i]), targets[i].name.starts_with("head."))
        << targets[i].name;
}

TEST_F(Around, ClippingAcceptsMissingGradients) {
  auto targets = parameters();
  targets[0].value.mutable_grad() = at::full(targets[0].value.sizes(), 9.0, at::kDouble);
  for (const auto& kind : temper::testing::kinds<Clip>())
    EXPECT_NO_THROW(clip(temper::testing::alternative<Clip>(kind), targets));
  zero_gradients(targets);
  for (const auto& kind : temper::testing::kinds<Clip>())
    EXPECT_NO_THROW(clip(temper::testing::alternative<Clip>(kind), targets));
}

TEST_F(Around, LookaheadIsThePublishedOne) {
  for (const auto& published : golden["lookahead"])
    for (const auto& target : descend({}, options_of<Lookahead>(published["options"])))
      agree(target.value.detach(), published["values"][target.name]);
}

TEST_F(Around, LookaheadOfEveryStepWithStepSize1IsItsOptimizer) {
  same(descend({}, Lookahead{.k = 1, .alpha = 1}), descend({}, {}));
}

TEST_F(Around, SamIsThePublishedOne) {
  for (const auto& published : golden["sam"])
    for (const auto& target : descend(options_of<Sam>(published["options"]), {}))
      agree(target.value.detach(), published["values"][target.name]);
}

TEST_F(Around, SamWithRadius0IsItsOptimizer) {
  for (const bool adaptive : {false, true})
    same(descend(Sam{.rho = 0, .adaptive = adaptive}, {}), descend({}, {}));
}

TEST_F(Around, SamRestoresTheWeightsAlsoAfterAnException) {
  auto targets = parameters();
  differentiate(targets);
  const auto before = targets[0].value.detach().clone();
  EXPECT_THROW(
      {
        const PerturbedWeights perturbed(Sam{}, targets);
        EXPECT_FALSE(at::equal(targets[0].value, before));
        throw std::runtime_error("no loss");
      },
      std::runtime_error);
  EXPECT_TRUE(at::equal(targets[0].value, before));
}

TEST(Parameters, AreScaledByTheirKind) {
  std::vector<Target> targets(4);
  targets[1].kind = Kind::bias;
  targets[2].kind = Kind::norm;
  targets[3].kind = Kind::head;
  Parameters options{.bias = {.lr_factor = 2, .decay_factor = 0},
                     .head = {.lr_factor = 10, .decay_factor = 0.5}};
  scale(options, targets);
  EXPECT_EQ(targets[0].lr_scale, 1);
  EXPECT_EQ(targets[1].lr_scale, 2);
  EXPECT_EQ(targets[3].lr_scale, 10);
  EXPECT_EQ(targets[0].decay_scale, 1);
  EXPECT_EQ(targets[1].decay_scale, 0);
  EXPECT_EQ(targets[2].decay_scale, 0);
  EXPECT_EQ(targets[3].decay_scale, 0.5);
  options.decay_all = true;
  scale(options, targets);
  EXPECT_EQ(targets[1].decay_scale, 1);
  EXPECT_EQ(targets[2].decay_scale, 1);
}

}  // namespace
}  // namespace temper::optim
