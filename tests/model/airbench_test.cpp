// What airbench's networks have that others don't: a whitening layer, and biases that are trained
// for some epochs. Their numbers are compared in published_test.cpp.
#include "temper/model/airbench.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/convolution.h>
#include <ATen/ops/cumsum.h>
#include <ATen/ops/diag_embed.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/eye.h>
#include <ATen/ops/ones_like.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "temper/model/architecture.h"
#include "temper/model/whitening.h"
#include "tests/support/golden.h"
#include "tests/support/reference_network.h"
#include "tests/support/refusal.h"
#include "tests/support/tensor.h"

namespace temper::model {
namespace {

using temper::testing::noise;
using temper::testing::state_of;
using ::testing::HasSubstr;

constexpr double kEpsilon = 5e-4;

/// In which neighboring pixels and the channels are correlated, as in scripts/golden/airbench.py.
at::Tensor correlated(at::IntArrayRef shape) {
  const auto images = noise(shape, 777);
  return images.cumsum(3).cumsum(2).cumsum(1).div(4).add(images);
}

at::Tensor filters_of(const std::vector<at::Tensor>& batches) {
  Whitening whitening(batches.front().size(1), 2);
  for (const auto& images : batches) whitening.add(images);
  return whitening.filters(kEpsilon);
}

double largest(const at::Tensor& x) {
  return x.abs().max().item<double>();
}

TEST(WhiteningFilters, AreThePublishedOnesUpToTheirSigns) {
  const auto expected = temper::testing::golden("model/airbench.json")["whitening"];
  const auto images = correlated(expected["images"].get<std::vector<std::int64_t>>());
  const auto theirs = temper::testing::tensor(expected["filters"]).flatten(1).narrow(0, 0, 12);
  const auto ours = filters_of({images}).flatten(1);
  ASSERT_EQ(ours.sizes().vec(), (std::vector<std::int64_t>{24, 12}));
  const auto signs = ours.narrow(0, 0, 12).mul(theirs).sum(1, /*keepdim=*/true).sgn();
  EXPECT_LT(largest(ours.narrow(0, 0, 12) - theirs * signs), 1e-8 * largest(theirs));
  EXPECT_TRUE(at::equal(ours.narrow(0, 12, 12), -ours.narrow(0, 0, 12)));
}

TEST(WhiteningFilters, DoNotDependOnBatches) {
  const auto images = correlated({7, 3, 9, 8});
  const auto whole = filters_of({images});
  const auto parts = filters_of({images.narrow(0, 0, 2), images.narrow(0, 2, 5)});
  EXPECT_LT(largest(parts - whole), 1e-8 * largest(whole));
}

TEST(WhiteningFilters, GiveUncorrelatedResults) {
  const auto images = correlated({20, 3, 9, 9});
  const auto filters = filters_of({images}).narrow(0, 0, 12);
  const auto results = at::convolution(images, filters, {}, {1, 1}, {0, 0}, {1, 1},
                                       /*transposed=*/false, {0, 0}, 1)
                           .transpose(0, 1)
                           .flatten(1);
  const auto moments = results.matmul(results.t()).div(static_cast<double>(results.size(1)));
  const auto squares = moments.diagonal();
  EXPECT_LT(largest(moments - at::diag_embed(squares)), 1e-8);
  // l / (l + epsilon), in descending order of l.
  EXPECT_GT(squares.min().item<double>(), 0);
  EXPECT_LT(squares.max().item<double>(), 1);
  EXPECT_GT(squares[0].item<double>(), 0.99);
}

TEST(WhiteningFilters, OfConstantImagesAreFinite) {
  const auto images = at::ones_like(correlated({2, 1, 4, 4}));
  const auto filters = filters_of({images});
  ASSERT_EQ(filters.sizes().vec(), (std::vector<std::int64_t>{8, 1, 2, 2}));
  EXPECT_LT(largest(filters), 1.01 / std::sqrt(kEpsilon));
  // Of the patch (1, 1, 1, 1), whose eigenvalue is 4.
  EXPECT_LT(largest(filters[0] - 0.5 / std::sqrt(4 + kEpsilon)), 1e-8);
}

/// The images in batches of two.
ImageBatches in_pairs(const at::Tensor& images) {
  return [images, next = std::int64_t{0}]() mutable {
    if (next >= images.size(0)) return at::Tensor();
    next += 2;
    return images.narrow(0, next - 2, 2);
  };
}

TEST(Airbench, TakesItsFiltersFromImages) {
  const auto network = build(Airbench{.widths = {4, 4, 4}}, {}, 1);
  EXPECT_EQ(network->initial_images(), 5000);
  EXPECT_EQ(build(ResNet{.depth = 8}, {}, 1)->initial_images(), 0);
  const auto images = correlated({6, 3, 32, 32}).to(at::kFloat);
  const auto before = network->parameters();
  std::vector<at::Tensor> values;
  for (const auto& parameter : before) values.push_back(parameter.value.detach().clone());
  network->initialise_from(in_pairs(images));
  const auto filters = state_of(*network).at("0.weight");
  EXPECT_LT(largest(filters.to(at::kDouble) - filters_of({images})), 1e-4);
  EXPECT_TRUE(filters.is_contiguous(at::MemoryFormat::ChannelsLast));
  EXPECT_FALSE(filters.requires_grad());
  for (std::size_t i = 0; i < before.size(); ++i)
    EXPECT_TRUE(at::equal(before[i].value, values[i])) << before[i].name;
}

std::map<std::string, bool> trained(const Network& network) {
  std::map<std::string, bool> result;
  for (const auto& parameter : network.parameters())
    result[parameter.name] = parameter.value.requires_grad();
  return result;
}

TEST(Airbench, TrainsTheBiasOfItsFirstLayerInTheFirstEpochsAlone) {
  const auto network = build(Airbench{.widths = {4, 4, 4}, .whiten_bias_epochs = 2}, {}, 1);
  const auto all = trained(*network);
  for (const auto& [name, is_trained] : all) EXPECT_TRUE(is_trained) << name;
  auto without = all;
  without["0.bias"] = false;
  for (const std::int64_t epoch : {0, 1, 2, 9, 1}) {
    network->begin_epoch(epoch);
    EXPECT_EQ(trained(*network), epoch < 2 ? all : without) << epoch;
  }
  // Whether or not its stage is frozen.
  network->freeze(1);
  EXPECT_EQ(trained(*network), without);
  network->begin_epoch(0);
  EXPECT_EQ(trained(*network), without);
  network->freeze(0);
  EXPECT_EQ(trained(*network), all);
  network->begin_epoch(2);
  network->freeze(2);
  network->freeze(0);
  EXPECT_EQ(trained(*network), without);
  const auto never = build(Airbench{.widths = {4, 4, 4}, .whiten_bias_epochs = 0}, {}, 1);
  EXPECT_EQ(trained(*never), without);
}

TEST(Airbench, StartsWithFiltersThatPassChannelsOn) {
  const auto golden = temper::testing::golden("model/airbench.json")["initial"];
  for (const auto variant :
       {AirbenchVariant::airbench94, AirbenchVariant::airbench95, AirbenchVariant::airbench96}) {
    const auto expected = golden[std::string(name_of(variant))];
    const auto network = build(Airbench{.variant = variant}, {}, 1);
    const auto weight = state_of(*network).at("4.conv1.weight").detach();
    const auto in = weight.size(1);
    const auto first = weight.narrow(0, 0, in);
    EXPECT_EQ(first.abs().sum().item<double>(), expected["of_identities"][0].get<double>());
    const auto center = first.select(3, 1).select(2, 1);
    EXPECT_TRUE(at::equal(center, at::eye(in)));
    EXPECT_EQ(center.sum().item<double>(), expected["of_identities"][1].get<double>());
    if (in == weight.size(0)) continue;
    // Rounded to half there: uniform in +-1 / sqrt(fan_in) on both sides.
    const auto others = weight.narrow(0, in, weight.size(0) - in);
    const double bound = 1 / std::sqrt(static_cast<double>(in * 9));
    EXPECT_LE(largest(others), bound * (1 + 1e-6));
    EXPECT_NEAR(largest(others), expected["largest"].get<double>(), 0.002 * bound);
    EXPECT_NEAR(others.square().mean().item<double>(), bound * bound / 3, 0.01 * bound * bound);
  }
}

TEST(Airbench, HasAsManyParametersAsPublished) {
  const auto golden = temper::testing::golden("model/airbench.json");
  for (const auto variant :
       {AirbenchVariant::airbench94, AirbenchVariant::airbench95, AirbenchVariant::airbench96}) {
    const std::string name(name_of(variant));
    const auto network = build(Airbench{.variant = variant}, {}, 1);
    auto count = parameter_count(*network);
    EXPECT_EQ(count, golden["trained_parameters"][name].get<std::int64_t>());
    for (const auto& buffer : network->buffers())
      if (buffer.name.ends_with(".weight")) count += buffer.value.numel();
    EXPECT_EQ(count, golden["parameters"][name].get<std::int64_t>());
  }
}

TEST(Airbench, TakesImagesOfOtherSizes) {
  const std::vector<std::pair<std::int64_t, std::int64_t>> sizes{
      {2, 2}, {2, 5}, {8, 8}, {28, 28}, {64, 48}};
  for (const auto& [height, width] : sizes) {
    const Task task{.channels = 1, .height = height, .width = width, .classes = 7};
    const auto network = build(Airbench{.widths = {4, 8, 8}}, task, 1);
    const auto images =
        noise({3, 1, height, width}, 5).to(at::kFloat).contiguous(at::MemoryFormat::ChannelsLast);
    const at::NoGradGuard guard;
    for (const bool training : {true, false}) {
      network->train(training);
      EXPECT_EQ(network->forward(images).sizes().vec(), (std::vector<std::int64_t>{3, 7}));
    }
    const auto graph = network->graph(task);
    ASSERT_TRUE(graph);
    EXPECT_EQ(graph->nodes.back().shape, Shape{.channels = 7});
  }
}

TEST(Airbench, KeepsItsGammas) {
  const auto network = build(Airbench{.widths = {4, 4, 4}}, {}, 1);
  network->train(true);
  network->forward(noise({4, 3, 32, 32}, 3).to(at::kFloat)).square().mean().backward();
  int gammas = 0;
  for (const auto& buffer : network->buffers())
    if (buffer.name.ends_with(".weight") && buffer.name != "0.weight") {
      EXPECT_TRUE(at::equal(buffer.value, at::ones_like(buffer.value))) << buffer.name;
      ++gammas;
    }
  EXPECT_EQ(gammas, 6);
  for (const auto& parameter : network->parameters())
    EXPECT_TRUE(parameter.value.grad().defined()) << parameter.name;
}

/// The network of three convolutions a group, with two random layers.
Airbench random_network() {
  Airbench options{.variant = AirbenchVariant::airbench96, .widths = {4, 4, 4}};
  options.stochastic_depth =
      regularize::StochasticDepth{.rate = 0.9, .rule = regularize::DepthRule::uniform};
  options.dropout = {DropoutAt<regularize::Dropout>{}};
  return options;
}

TEST(Airbench96, SkipsTheBranchesOfItsShortcuts) {
  const auto network = build(random_network(), {}, 1);
  network->train(true);
  const auto images = noise({4, 3, 32, 32}, 3).to(at::kFloat);
  int skipped = 0;
  for (std::int64_t step = 0; step < 5; ++step) {
    network->begin({.seed = 1, .step = step});
    network->forward(images).square().mean().backward();
    for (const auto& parameter : network->parameters()) {
      const bool in_branch = parameter.name.find("conv2") != std::string::npos ||
                             parameter.name.find("conv3") != std::string::npos;
      skipped += in_branch && !parameter.value.grad().defined() ? 1 : 0;
      EXPECT_TRUE(in_branch || parameter.name.find("norm") != std::string::npos ||
                  parameter.value.grad().defined())
          << parameter.name;
      parameter.value.mutable_grad() = at::Tensor();
    }
  }
  EXPECT_GT(skipped, 10);
}

std::string refusal(const Airbench& options, const Task& task = {}) {
  return temper::testing::refusal([&] { (void)build(options, task, 1); });
}

TEST(Airbench, RefusesOptionsThatDescribeNoNetwork) {
  EXPECT_THAT(refusal({.widths = {4, 4}}),
              HasSubstr("model.widths = [4, 4]: expected the widths of 3 groups"));
  EXPECT_THAT(refusal({}, {.height = 1, .width = 8}),
              HasSubstr("needs images of 2 x 2 pixels or more, not of 1 x 8"));
  auto options = random_network();
  EXPECT_EQ(refusal(options), "(not refused)");
  options.variant = AirbenchVariant::airbench95;
  EXPECT_THAT(refusal(options), HasSubstr("model.stochastic_depth: airbench95 has no shortcuts"));
  options.stochastic_depth.reset();
  options.shake_drop.emplace();
  EXPECT_THAT(refusal(options), HasSubstr("model.shake_drop: airbench95 has no shortcuts"));
}

}  // namespace
}  // namespace temper::model
