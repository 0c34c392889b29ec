#include "temper/model/random_layers.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/allclose.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/linspace.h>
#include <ATen/ops/ones.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "temper/core/error.h"
#include "temper/model/architecture.h"
#include "tests/support/options.h"

namespace temper::model {
namespace {

using regularize::DepthRule;
using regularize::DepthScaling;
using regularize::Dropped;
using regularize::Granularity;
using regularize::StochasticDepth;

constexpr Task kTask{.channels = 3, .height = 16, .width = 16, .classes = 10};

/// Three stages of two blocks, whose branches are all different from 0.
ResNet small() {
  return {.depth = 14, .width = 4, .zero_init_last = false};
}

at::Tensor images() {
  return at::linspace(-1, 1, 6 * 3 * 16 * 16)
      .mul(37)
      .sin()
      .reshape({6, 3, 16, 16})
      .contiguous(at::MemoryFormat::ChannelsLast);
}

std::unique_ptr<Network> made(const ResNet& options) {
  return build(options, kTask, /*seed=*/1);
}

at::Tensor evaluated(Network& network) {
  const at::NoGradGuard guard;
  network.train(false);
  return network.forward(images());
}

/// Leaves the gradients in the parameters.
at::Tensor trained(Network& network, const regularize::Pass& pass = {}) {
  network.train(true);
  network.begin(pass);
  const auto logits = network.forward(images());
  for (const auto& parameter : network.parameters()) parameter.value.mutable_grad().reset();
  logits.square().mean().backward();
  return logits.detach();
}

/// The blocks whose parameters have no gradient.
std::set<std::string> skipped(const Network& network) {
  std::set<std::string> blocks;
  for (const auto& parameter : network.parameters())
    if (!parameter.value.grad().defined()) blocks.insert(parameter.name.substr(0, 8));
  return blocks;
}

bool same_gradients(const Network& a, const Network& b) {
  for (std::size_t i = 0; i < a.parameters().size(); ++i)
    if (!at::equal(a.parameters()[i].value.grad(), b.parameters()[i].value.grad())) return false;
  return true;
}

at::Tensor value(const Network& network, const std::string& name) {
  for (const auto& parameter : network.parameters())
    if (parameter.name == name) return parameter.value.detach();
  for (const auto& buffer : network.buffers())
    if (buffer.name == name) return buffer.value;
  ADD_FAILURE() << name;
  return {};
}

Dropout dropout(std::string_view kind, const std::string& at, double rate = 0.3) {
  auto option = temper::testing::alternative<Dropout>(kind, {{"p", rate}});
  std::visit([&](auto& form) { form.at = at; }, option);
  return option;
}

ResNet with(const StochasticDepth& depth) {
  auto options = small();
  options.stochastic_depth = depth;
  return options;
}

ResNet with(const Dropout& dropout) {
  auto options = small();
  options.dropout = {dropout};
  return options;
}

constexpr std::array kPlaces{"input", "stem", "stage 3", "last stages", "all", "layer2.1"};

TEST(RandomLayers, DrawTheSameWhenBlocksAndOtherKindsAreAdded) {
  const auto x = at::ones({4, 8, 3, 3});
  const auto drops = dropout("dropout", "layer2.0");
  const RandomLayers few({.dropout = {drops}}, std::vector{1L, 1L});
  const RandomLayers more({.stochastic_depth = StochasticDepth{},
                           .dropout = {dropout("gaussian_dropout", "input"), drops}},
                          std::vector{2L, 1L});
  const auto y = few.convolved(x, 1, 0, true).tensor();
  EXPECT_TRUE(at::equal(y, more.convolved(x, 2, 0, true).tensor()));
  EXPECT_FALSE(at::equal(y, few.convolved(x, 1, 1, true).tensor()));

  const RandomLayers twice({.dropout = {drops, drops}}, std::vector{1L, 1L});
  const auto both = twice.convolved(x, 1, 0, true).tensor();
  EXPECT_LT(both.ne(0).sum().item<std::int64_t>(), y.ne(0).sum().item<std::int64_t>());
}

TEST(RandomLayers, AreNotThereAtRateZero) {
  const auto plain = made(small());
  const auto logits = trained(*plain);
  std::vector<ResNet> others{
      with(StochasticDepth{.rate = 0}),
      with(StochasticDepth{
          .rate = 0, .mode = Granularity::sample, .scaling = DepthScaling::inverted})};
  others.push_back(small());
  others.back().shake_drop = regularize::ShakeDrop{.rate = 0};
  for (const auto kind : temper::testing::kinds<Dropout>())
    others.push_back(with(dropout(kind, "all", 0)));
  for (const auto& options : others) {
    const auto network = made(options);
    EXPECT_TRUE(at::equal(trained(*network), logits));
    EXPECT_TRUE(same_gradients(*network, *plain));
    EXPECT_TRUE(at::equal(evaluated(*network), evaluated(*plain)));
  }
}

TEST(RandomLayers, AreNotThereInEvaluation) {
  const auto expected = evaluated(*made(small()));
  for (const auto kind : temper::testing::kinds<Dropout>())
    EXPECT_TRUE(at::equal(evaluated(*made(with(dropout(kind, "all")))), expected)) << kind;
  for (const auto granularity : {Granularity::batch, Granularity::sample})
    EXPECT_TRUE(at::equal(evaluated(*made(with(StochasticDepth{
                              .mode = granularity, .scaling = DepthScaling::inverted}))),
                          expected));
}

TEST(RandomLayers, StandWhereTheyAreToldTo) {
  const auto plain = trained(*made(small()));
  for (const auto kind : temper::testing::kinds<Dropout>())
    for (const std::string at : kPlaces) {
      const auto network = made(with(dropout(kind, at)));
      const auto logits = trained(*network, {.seed = 1});
      EXPECT_TRUE(logits.isfinite().all().item<bool>()) << kind << " " << at;
      EXPECT_FALSE(at::allclose(logits, plain)) << kind << " " << at;
      const at::NoGradGuard guard;
      network->begin({.seed = 1});
      EXPECT_TRUE(at::equal(logits, network->forward(images()))) << kind << " " << at;
      network->begin({.seed = 2});
      EXPECT_FALSE(at::equal(logits, network->forward(images()))) << kind << " " << at;
    }
}

TEST(Dropout, SelectsLayersByStageAndName) {
  const std::vector<Place> places{{.name = "input"},
                                  {.name = "stem", .stage = 0},
                                  {.name = "head", .has_channels = false},
                                  {.name = "layer1.0", .stage = 1},
                                  {.name = "layer1.1", .stage = 1},
                                  {.name = "layer2.0", .stage = 2},
                                  {.name = "layer3.0", .stage = 3}};
  const std::map<std::string, std::vector<std::size_t>> expected{{"input", {0}},
                                                                 {"stem", {1}},
                                                                 {"head", {2}},
                                                                 {"stage 1", {3, 4}},
                                                                 {"stages", {3, 4, 5, 6}},
                                                                 {"last stages", {5, 6}},
                                                                 {"all", {1, 3, 4, 5, 6}},
                                                                 {"layer1", {3, 4}},
                                                                 {"layer1.1", {4}}};
  for (const auto& [at, indices] : expected)
    EXPECT_EQ(select(dropout("dropout", at), places, "model.dropout.0"), indices) << at;
}

TEST(Dropout, StandsSomewhereUnlessToldOtherwise) {
  for (const auto kind : temper::testing::kinds<Dropout>())
    EXPECT_NO_THROW(made(with(temper::testing::alternative<Dropout>(kind)))) << kind;
}

TEST(RandomLayers, DropFeaturesBeforeTheHead) {
  const RandomLayers layers({.dropout = {dropout("dropout", "head", 0.5)}},
                            std::vector{2L, 2L, 2L});
  const auto kept = layers.head(at::ones({6, 16}), true).tensor();
  EXPECT_FALSE(at::equal(kept, at::ones({6, 16})));
  EXPECT_TRUE(at::equal(layers.head(at::ones({6, 16}), false).tensor(), at::ones({6, 16})));
}

TEST(RandomLayers, OfOneKindShiftNoOthers) {
  const std::vector stages{2L, 2L, 2L};
  const auto x = at::ones({4, 16});
  const RandomLayers alone({.dropout = {dropout("dropout", "head")}}, stages);
  const RandomLayers beside(
      {.stochastic_depth = StochasticDepth{},
       .dropout = {dropout("drop_block", "all"), dropout("gaussian_dropout", "head", 0),
                   dropout("dropout", "head")}},
      stages);
  EXPECT_TRUE(at::equal(alone.head(x, true).tensor(), beside.head(x, true).tensor()));
}

TEST(RandomLayers, LeaveTheGlobalGeneratorAlone) {
  const auto before = at::detail::getDefaultCPUGenerator().get_state();
  for (const auto kind : temper::testing::kinds<Dropout>())
    trained(*made(with(dropout(kind, "all"))));
  trained(*made(with(StochasticDepth{})));
  EXPECT_TRUE(at::equal(before, at::detail::getDefaultCPUGenerator().get_state()));
}

TEST(StochasticDepth, SkipsBlocksAsIfTheirBranchesWereZero) {
  const auto network = made(with(StochasticDepth{.rate = 0.9, .rule = DepthRule::uniform}));
  bool projection = false;
  for (std::int64_t step = 0; step < 6; ++step) {
    const auto plain = made(small());
    const auto logits = trained(*network, {.seed = 1, .step = step});
    const auto blocks = skipped(*network);
    {
      const at::NoGradGuard guard;
      for (const auto& block : blocks)
        for (const auto* part : {".bn2.weight", ".bn2.bias"}) value(*plain, block + part).zero_();
    }
    projection = projection || blocks.contains("layer2.0");
    EXPECT_TRUE(at::equal(logits, trained(*plain))) << step;
  }
  EXPECT_TRUE(projection);
}

TEST(StochasticDepth, LeavesStatisticsOfSkippedBlocksAlone) {
  const auto network = made(with(StochasticDepth{.rate = 0.9, .rule = DepthRule::uniform}));
  trained(*network, {.seed = 1});
  const auto blocks = skipped(*network);
  ASSERT_FALSE(blocks.empty());
  for (const auto& buffer : network->buffers()) {
    if (!buffer.name.ends_with("bn1.num_batches_tracked")) continue;
    EXPECT_EQ(buffer.value.item<std::int64_t>(), blocks.contains(buffer.name.substr(0, 8)) ? 0 : 1)
        << buffer.name;
  }
}

TEST(StochasticDepth, SkipsTheSameBlocksInEveryPartOfABatch) {
  const auto network = made(with(StochasticDepth{.rate = 0.9}));
  for (std::int64_t step = 0; step < 5; ++step) {
    trained(*network, {.seed = 1, .step = step});
    const auto whole = skipped(*network);
    trained(*network, {.seed = 1, .step = step, .first_row = 3});
    EXPECT_EQ(skipped(*network), whole);
  }
}

TEST(StochasticDepth, TakesTheShareOfItsBranchesInEvaluation) {
  const auto network = made(with(StochasticDepth{.rate = 0.6, .scaling = DepthScaling::test}));
  const auto plain = made(small());
  {
    const at::NoGradGuard guard;
    for (int block = 0; block < 6; ++block)
      for (const auto* part : {"weight", "bias"})
        value(*plain, fmt::format("layer{}.{}.bn2.{}", block / 2 + 1, block % 2, part))
            .mul_(1 - 0.6 * (block + 1) / 6);
  }
  EXPECT_TRUE(at::allclose(evaluated(*network), evaluated(*plain), 1e-4, 1e-5));
}

TEST(StochasticDepth, DropsSingleImagesWhereAskedTo) {
  const RandomLayers layers(
      {.stochastic_depth = StochasticDepth{.rate = 0.5,
                                           .rule = DepthRule::uniform,
                                           .mode = Granularity::sample,
                                           .scaling = DepthScaling::inverted}},
      std::vector{2L, 2L, 2L});
  EXPECT_FALSE(layers.skips(1, true));
  const auto y = layers.branch(at::ones({64, 4, 3, 3}), 1, true).tensor().mean({1, 2, 3});
  EXPECT_TRUE(y.eq(0).logical_or(y.eq(2)).all().item<bool>());
  EXPECT_NEAR(y.mean().item<double>(), 1, 0.5);
}

TEST(StochasticDepth, LeavesFrozenStagesWhole) {
  const auto network = made(with(StochasticDepth{.rate = 0.99, .rule = DepthRule::uniform}));
  network->freeze(network->stages());
  EXPECT_TRUE(at::equal(trained(*network), evaluated(*network)));
}

TEST(StochasticDepth, FollowsAScheduledRate) {
  auto options = with(StochasticDepth{.rate = 0.99, .rule = DepthRule::uniform});
  const auto network = made(options);
  trained(*network);
  EXPECT_FALSE(skipped(*network).empty());
  options.stochastic_depth->rate = 0;
  network->update_rates(options);
  trained(*network);
  EXPECT_TRUE(skipped(*network).empty());
}

TEST(StochasticDepth, SaysWhatBecomesOfSkippedParameters) {
  EXPECT_TRUE(freezes_skipped_blocks(with(StochasticDepth{.dropped = Dropped::freeze})));
  EXPECT_FALSE(freezes_skipped_blocks(with(StochasticDepth{})));
  EXPECT_FALSE(freezes_skipped_blocks(small()));
}

TEST(ShakeDrop, GivesEveryBlockAGradient) {
  auto options = small();
  options.shake_drop = regularize::ShakeDrop{.rate = 0.9};
  const auto network = made(options);
  trained(*network, {.seed = 1});
  EXPECT_TRUE(skipped(*network).empty());
  EXPECT_FALSE(at::allclose(evaluated(*network), evaluated(*made(small()))));
}

TEST(Noise, StandsStillWhereToldTo) {
  auto options = with(StochasticDepth{.rate = 0.5, .scaling = DepthScaling::inverted});
  options.dropout = {dropout("dropout", "all")};
  const auto network = made(options);
  EXPECT_TRUE(network->set_noise(Noise::never));
  EXPECT_TRUE(at::equal(trained(*network), trained(*made(small()))));
  EXPECT_FALSE(made(small())->set_noise(Noise::training));
}

TEST(Noise, DropsInEvaluationForMonteCarlo) {
  auto options = with(StochasticDepth{.rate = 0.9, .scaling = DepthScaling::inverted});
  options.dropout = {dropout("dropout", "head")};
  const auto network = made(options);
  const auto whole = evaluated(*network);
  network->set_noise(Noise::dropout_always);
  network->begin({.pass = 1});
  const auto first = evaluated(*network);
  EXPECT_FALSE(at::equal(first, whole));
  network->begin({.pass = 2});
  EXPECT_FALSE(at::equal(first, evaluated(*network)));
  network->begin({.pass = 1});
  EXPECT_TRUE(at::equal(first, evaluated(*network)));
  network->set_noise(Noise::training);
  EXPECT_TRUE(at::equal(whole, evaluated(*network)));
}

void refuses(const ResNet& options, const std::string& expected) {
  try {
    made(options);
    ADD_FAILURE() << expected;
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Code::usage);
    EXPECT_THAT(error.what(), ::testing::HasSubstr(expected));
  }
}

TEST(RandomLayers, RefuseWhatIsNoLayer) {
  refuses(
      with(dropout("dropout", "stage 4")),
      R"(model.dropout.0.at is "stage 4", which is not a layer of this network; expected "input", )"
      R"("stem", "head", "all", "stage 1" to "stage 3", "stages", "last stages", or a block by )"
      R"(its name, "layer1.0" to "layer3.1")");
  refuses(with(dropout("dropout", "")), "not a layer");
  refuses(with(dropout("dropout", "layer")), "not a layer");
  refuses(with(dropout("dropout", "stage 0")), "not a layer");
}

TEST(RandomLayers, RefuseToDropChannelsWhereThereAreNone) {
  refuses(with(dropout("spatial_dropout", "head")), "kind = \"dropout\"");
  refuses(with(dropout("drop_block", "head")), "kind = \"dropout\"");
}

TEST(RandomLayers, RefuseTwoThingsForABlock) {
  auto options = with(StochasticDepth{});
  options.shake_drop = regularize::ShakeDrop{};
  refuses(options, "remove one of them");
  options.stochastic_depth.reset();
  options.shake_drop->beta_low = 2;
  refuses(options, "model.shake_drop.beta_low is 2");
}

}  // namespace
}  // namespace temper::model
