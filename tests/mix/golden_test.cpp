// Mixed images and targets are those of timm, torchvision and the papers' code for the same random
// numbers.
#include <ATen/ops/allclose.h>
#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "temper/core/random.h"
#include "temper/mix/apply.h"
#include "temper/mix/partners.h"
#include "tests/support/golden.h"
#include "tests/support/tensor.h"

namespace temper::mix {
namespace {

using nlohmann::json;
using temper::testing::tensor;

const json& numbers() {
  static const json read = temper::testing::golden("mix/mix.json");
  return read;
}

Mode mode_of(const json& example) {
  const auto mode = example.value("mode", "batch");
  if (mode == "pair") return Mode::pair;
  return mode == "elem" ? Mode::elem : Mode::batch;
}

/// The blend that belongs to the draws of a batch, pair or image.
Blend blend_of(const json& example, std::size_t unit, CutMixDialect dialect,
               const ImageSize& size) {
  const auto lambda = example["lambdas"][unit].get<double>();
  if (example["kind"] == "mixup") return {.weights = {lambda, 1 - lambda}};
  const auto centre = example["centres"][unit].get<std::vector<std::int64_t>>();
  const auto box = cutmix_box(dialect, lambda, size, {.y = centre.at(0), .x = centre.at(1)});
  const auto& expected = example["boxes"][unit];
  EXPECT_EQ(box, (Box{.top = expected[0].get<std::int64_t>(),
                      .left = expected[1].get<std::int64_t>(),
                      .bottom = expected[2].get<std::int64_t>(),
                      .right = expected[3].get<std::int64_t>()}));
  auto blend = replaced(box, size, /*resized=*/false);
  EXPECT_NEAR(blend.weights.front(), expected[4].get<double>(), 1e-6);
  return blend;
}

Plan plan_of(const json& example, Partner rule, CutMixDialect dialect, const at::Tensor& images) {
  const auto mode = mode_of(example);
  const auto rows = images.size(0);
  Random unused(1, Purpose::mix);
  const auto partners = partners_of_two(rule, mode, rows, unused);
  Plan plan;
  for (std::size_t unit = 0; unit < example["lambdas"].size(); ++unit)
    plan.blends.push_back(blend_of(example, unit, dialect, {images.size(2), images.size(3)}));
  for (std::int64_t row = 0; row < rows; ++row) {
    const auto partner = partners[static_cast<std::size_t>(row)];
    std::int64_t unit = 0;
    if (mode != Mode::batch) unit = mode == Mode::pair ? std::min(row, partner) : row;
    plan.rows.push_back({.blend = static_cast<std::size_t>(unit)});
    if (plan.blends.at(plan.rows.back().blend).weights.size() > 1)
      plan.rows.back().partners = {partner};
  }
  return plan;
}

/// @param smoothing  of the golden targets, uniform, before they were mixed
void expect_same(const json& example, Partner rule, CutMixDialect dialect, double smoothing) {
  SCOPED_TRACE(example["kind"].get<std::string>() + " " + example.value("mode", "batch"));
  const auto images = tensor(numbers()["images"]);
  const auto targets = tensor(numbers()["targets"]);
  const auto plan = plan_of(example, rule, dialect, images);
  mix_images(plan, images);
  EXPECT_TRUE(at::allclose(images, tensor(example["images"]), 0, 1e-6));
  const auto classes = static_cast<double>(targets.size(1));
  const auto smoothed = mix_targets(plan, targets).mul(1 - smoothing).add(smoothing / classes);
  EXPECT_TRUE(at::allclose(smoothed, tensor(example["targets"]), 0, 1e-6));
}

TEST(MixGolden, IsTimms) {
  ASSERT_FALSE(numbers()["timm"].empty());
  for (const auto& example : numbers()["timm"])
    expect_same(example, Partner::reversed, CutMixDialect::timm,
                numbers()["smoothing"].get<double>());
}

TEST(MixGolden, IsTorchvisions) {
  ASSERT_FALSE(numbers()["torchvision"].empty());
  for (const auto& example : numbers()["torchvision"])
    expect_same(example, Partner::rolled, CutMixDialect::torchvision, 0);
}

TEST(MixGolden, FeaturesAreThoseOfManifoldMixupsCode) {
  const auto papers = temper::testing::golden("mix/papers.json");
  ASSERT_FALSE(papers["manifold"].empty());
  for (const auto& example : papers["manifold"]) {
    const auto lambda = example["lambda"].get<double>();
    Plan plan{.blends = {{.weights = {lambda, 1 - lambda}, .stage = 1}}, .rows = {}};
    for (const auto& partner : example["order"])
      plan.rows.push_back({.blend = 0, .partners = {partner.get<std::int64_t>()}});
    const auto features = tensor(example["features"]).requires_grad_();
    const auto mixed = mix_features(plan, features);
    EXPECT_TRUE(at::allclose(mixed, tensor(example["mixed"]), 0, 1e-12));
    mixed.mul(tensor(example["outer"])).sum().backward();
    EXPECT_TRUE(at::allclose(features.grad(), tensor(example["gradient"]), 0, 1e-12));
    EXPECT_TRUE(at::allclose(mix_targets(plan, tensor(example["targets"])),
                             tensor(example["mixed_targets"]), 0, 1e-12));
  }
}

TEST(MixGolden, AveragesOfManyImagesAreThoseOfZetaMixupsCode) {
  const auto zeta = temper::testing::golden("mix/zeta.json");
  ASSERT_FALSE(zeta["examples"].empty());
  for (const auto& example : zeta["examples"]) {
    const auto images = tensor(example["images"]);
    Random unused(1, Purpose::mix);
    Plan plan{.blends = {blend(ZetaMixup{.gamma = example["gamma"].get<double>()}, {},
                               images.size(0), unused)},
              .rows = {}};
    for (const auto& partners : example["partners"])
      plan.rows.push_back({.blend = 0, .partners = partners.get<std::vector<std::int64_t>>()});
    const auto labels = example["labels"].get<std::vector<std::int64_t>>();
    const auto targets =
        at::zeros({images.size(0), example["classes"].get<std::int64_t>()}, at::kDouble);
    for (std::size_t row = 0; row < labels.size(); ++row)
      targets.select(0, static_cast<std::int64_t>(row)).select(0, labels[row]).fill_(1);
    mix_images(plan, images);
    EXPECT_TRUE(at::allclose(images, tensor(example["mixed"]), 0, 1e-6));
    EXPECT_TRUE(at::allclose(mix_targets(plan, targets), tensor(example["targets"]), 0, 1e-6));
  }
}

}  // namespace
}  // namespace temper::mix
