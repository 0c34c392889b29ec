// Which parameters Muon orthogonalizes, and which it leaves to the rule of its rest; airbench's
// form.
#include <ATen/TensorOperators.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/linspace.h>
#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>

#include <vector>

#include "temper/optim/optimizer.h"
#include "tests/support/golden.h"
#include "tests/support/tensor.h"

namespace temper::optim {
namespace {

Target of(at::IntArrayRef shape, Kind kind = Kind::weight) {
  return {.name = "w", .value = at::zeros(shape), .kind = kind};
}

TEST(Muon, OrthogonalizesMatricesAndFilters) {
  EXPECT_TRUE(orthogonalises(of({8, 6})));
  EXPECT_TRUE(orthogonalises(of({16, 3, 3, 3}))) << "three inputs, but 27 columns";
  EXPECT_TRUE(orthogonalises(of({64, 8, 1, 1})));
  EXPECT_TRUE(orthogonalises(of({4, 4})));
  EXPECT_TRUE(orthogonalises(of({4, 2, 1, 2})));
}

TEST(Muon, LeavesOthersToItsRest) {
  EXPECT_FALSE(orthogonalises(of({64}))) << "a vector";
  EXPECT_FALSE(orthogonalises(of({64}, Kind::norm))) << "a layer scale";
  EXPECT_FALSE(orthogonalises(of({10, 64}, Kind::head)));
  EXPECT_FALSE(orthogonalises(of({64, 1, 3, 3}))) << "depthwise";
  EXPECT_FALSE(orthogonalises(of({128, 1, 7, 7}))) << "depthwise, two filters a channel";
  EXPECT_FALSE(orthogonalises(of({1, 64, 3, 3}))) << "one filter";
  EXPECT_FALSE(orthogonalises(of({3, 64}))) << "three rows";
  EXPECT_FALSE(orthogonalises(of({64, 3, 1, 1}))) << "three columns";
  EXPECT_FALSE(orthogonalises(of({64, 2})));
}

/// Of a matrix, depthwise filters and a tiny matrix.
std::vector<Target> problem() {
  const auto values = [](at::IntArrayRef shape, std::int64_t count) {
    return at::linspace(-1, 2, count, at::kDouble).reshape(shape).clone().set_requires_grad(true);
  };
  return {{.name = "matrix", .value = values({8, 6}, 48)},
          {.name = "depthwise", .value = values({6, 1, 3, 3}, 54)},
          {.name = "tiny", .value = values({3, 8}, 24)}};
}

void run(const Optimizer& optimizer, const std::vector<Target>& targets) {
  auto state = start(optimizer, targets);
  for (int i = 0; i < 3; ++i) {
    for (const auto& target : targets)
      target.value.mutable_grad() = target.value.detach().mul(0.5).add(0.1 * i);
    step(optimizer, targets, state);
  }
}

TEST(Muon, UpdatesOthersAsItsRestDoesAlone) {
  const AdamW rest{.lr = 0.01};
  const auto ours = problem();
  const auto theirs = problem();
  run(Muon{.rest = rest}, ours);
  run(rest, theirs);
  EXPECT_FALSE(at::equal(ours[0].value, theirs[0].value));
  EXPECT_TRUE(at::equal(ours[1].value, theirs[1].value));
  EXPECT_TRUE(at::equal(ours[2].value, theirs[2].value));
}

TEST(Muon, IsAirbenchsInThreeSteps) {
  const auto golden = temper::testing::golden("optim/airbench_muon.json");
  const Muon rule{.lr = 0.24,
                  .momentum = 0.6,
                  .ns_steps = 3,
                  .adjust_lr_fn = MuonScale::none,
                  .renormalise = true};
  std::vector<Target> targets;
  for (const auto& [name, initial] : golden["initial"].items())
    targets.push_back(
        {.name = name, .value = temper::testing::tensor(initial).set_requires_grad(true)});
  auto state = start(rule, targets);
  for (std::size_t i = 0; i < 3; ++i) {
    for (const auto& target : targets)
      target.value.mutable_grad() = temper::testing::tensor(golden["gradients"][target.name][i]);
    step(rule, targets, state);
    for (const auto& target : targets) {
      const auto expected = temper::testing::tensor(golden["values"][target.name][i]);
      const auto off = (target.value.detach() - expected).abs().max().item<double>();
      EXPECT_LT(off, 1e-6 * expected.abs().max().item<double>()) << target.name << ", step " << i;
    }
  }
}

}  // namespace
}  // namespace temper::optim
