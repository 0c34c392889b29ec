#include "temper/model/resnet.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/allclose.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/rand.h>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <set>

#include "temper/core/error.h"
#include "temper/model/architecture.h"
#include "tests/support/golden.h"
#include "tests/support/reference_network.h"
#include "tests/support/tensor.h"

namespace temper::model {
namespace {

constexpr Task kTask{.channels = 3, .height = 32, .width = 32, .classes = 10};
constexpr Task kLargeTask{.channels = 3, .height = 224, .width = 224, .classes = 1000};

using temper::testing::fill;
using temper::testing::noise;
using temper::testing::relative;
using temper::testing::state_of;

class ResNetGolden : public ::testing::Test {
 protected:
  void agrees(const char* name, const ResNet& options) {
    const auto& expected = golden[name];
    const std::int64_t side = expected["side"];
    const std::int64_t channels = expected["channels"];
    const auto network = build(
        options, {.channels = channels, .height = side, .width = side, .classes = 10}, /*seed=*/1);
    fill_all(*network, expected["state"]);
    const auto images = noise({4, channels, side, side}, 999)
                            .to(at::kFloat, false, false, at::MemoryFormat::ChannelsLast);
    network->train(false);
    {
      const at::NoGradGuard guard;
      EXPECT_LT(relative(network->forward(images), temper::testing::tensor(expected["evaluated"])),
                1e-5);
    }
    network->train(true);
    const auto logits = network->forward(images);
    EXPECT_LT(relative(logits.detach(), temper::testing::tensor(expected["trained"])), 1e-3);
    logits.square().mean().backward();
    gradients_agree(*network, expected);
    statistics_agree(*network, expected);
  }

  nlohmann::json golden = temper::testing::golden("model/resnet.json");

 private:
  /// Exactly torchvision's names and shapes, which load_state_dict(strict=True) requires.
  static void fill_all(const Network& network, const nlohmann::json& names_and_shapes) {
    const at::NoGradGuard guard;
    const auto state = state_of(network);
    ASSERT_EQ(state.size(), names_and_shapes.size());
    std::uint64_t stream = 0;
    for (const auto& item : names_and_shapes) {
      const auto found = state.find(item[0].get<std::string>());
      ASSERT_NE(found, state.end()) << item[0];
      ASSERT_EQ(found->second.sizes().vec(), item[1].get<std::vector<std::int64_t>>()) << item[0];
      fill(found->first, found->second, stream++);
    }
  }

  static void gradients_agree(const Network& network, const nlohmann::json& expected) {
    const auto norms = expected["gradient_norms"].get<std::vector<double>>();
    ASSERT_EQ(norms.size(), network.parameters().size());
    for (std::size_t i = 0; i < norms.size(); ++i) {
      const auto& parameter = network.parameters()[i];
      EXPECT_NEAR(parameter.value.grad().norm().item<double>() / norms[i], 1, 1e-2)
          << parameter.name;
    }
  }

  static void statistics_agree(const Network& network, const nlohmann::json& expected) {
    std::size_t i = 0;
    for (const auto& buffer : network.buffers()) {
      if (buffer.name.ends_with("num_batches_tracked")) {
        EXPECT_EQ(buffer.value.item<std::int64_t>(), 1);
      }
      if (!buffer.name.ends_with("running_var")) continue;
      EXPECT_NEAR(
          buffer.value.sum().item<double>() / expected["running_var_sums"][i++].get<double>(), 1,
          1e-4)
          << buffer.name;
    }
    EXPECT_EQ(i, expected["running_var_sums"].size());
  }
};

TEST_F(ResNetGolden, ResNet18IsTorchvisions) {
  agrees("resnet18", {.depth = 18, .stem = Stem::imagenet});
}

TEST_F(ResNetGolden, BottlenecksAreTorchvisions) {
  agrees("bottlenecks",
         {.stem = Stem::imagenet, .block = BlockType::bottleneck, .blocks = {1, 2, 1, 1}});
}

TEST_F(ResNetGolden, ResNet20IsTorchvisionsBlocksBehindASmallStem) {
  agrees("cifar20", {.depth = 20});
}

TEST_F(ResNetGolden, ResNet29IsTorchvisionsBottlenecksBehindASmallStem) {
  agrees("cifar29_bottleneck", {.depth = 29, .block = BlockType::bottleneck});
}

TEST_F(ResNetGolden, OptionsGiveSmallNetworksForGreyImages) {
  agrees("strided_grey", {.stem = Stem::strided, .blocks = {1, 1, 1}, .width = 32});
  agrees("pooled_grey",
         {.stem = Stem::pooled, .blocks = {1, 1, 1}, .width = 16, .width_factor = 2});
}

TEST_F(ResNetGolden, ParametersAndMultiplyAddsAreThePublishedOnes) {
  for (const std::int64_t depth : {18, 50}) {
    const auto& published = golden["published"][std::to_string(depth)];
    const auto network = build(ResNet{.depth = depth}, kLargeTask, 1);
    EXPECT_EQ(parameter_count(*network), published["parameters"].get<std::int64_t>()) << depth;
    EXPECT_NEAR(static_cast<double>(multiply_adds(*network, kLargeTask)) / 1e9,
                published["giga_multiply_adds"].get<double>(), 5.1e-4)
        << depth;
  }
}

TEST(ResNet, WithProjectionsAtDepth20HasThePublishedSize) {
  // 272,474 parameters and 40.81 million multiply-adds: github.com/chenyaofo/pytorch-cifar-models.
  const auto network = build(ResNet{.depth = 20}, kTask, 1);
  EXPECT_EQ(parameter_count(*network), 272474);
  EXPECT_NEAR(static_cast<double>(multiply_adds(*network, kTask)) / 1e6, 40.81, 0.005);
}

TEST(ResNet, WideAtDepth40HasThePublishedSize) {
  // WRN-40-4: 8.9 million parameters (arXiv:1605.07146, table 4).
  const auto network =
      build(ResNet{.stem = Stem::cifar, .blocks = {6, 6, 6}, .width_factor = 4}, kTask, 1);
  EXPECT_NEAR(static_cast<double>(parameter_count(*network)) / 1e6, 8.9, 0.06);
}

TEST(ResNet, ChoosesItsStemByTheImages) {
  const auto first = [](const Task& task) {
    return build(ResNet{.blocks = {1}}, task, 1)->parameters()[0].value.sizes().vec();
  };
  EXPECT_EQ(first(kTask), (std::vector<std::int64_t>{16, 3, 3, 3}));
  EXPECT_EQ(first({.channels = 1, .height = 65, .width = 40}),
            (std::vector<std::int64_t>{64, 1, 7, 7}));
}

void refuses(const ResNet& options, const std::string& expected) {
  try {
    build(options, kTask, 1);
    ADD_FAILURE() << expected;
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Code::usage);
    EXPECT_NE(std::string(error.what()).find(expected), std::string::npos) << error.what();
  }
}

TEST(ResNet, RefusesWhatIsNoNetwork) {
  refuses({.depth = 21}, "6n+2");
  refuses({.depth = 2}, "6n+2");
  refuses({.depth = -4}, "6n+2");
  refuses({.depth = 20, .stem = Stem::imagenet}, "18 or 34");
  refuses({.depth = 50, .stem = Stem::imagenet, .block = BlockType::basic}, "bottleneck");
  refuses({.depth = 18, .block = BlockType::bottleneck}, "9n+2");
  refuses({.blocks = {2, 0, 2}}, "[2, 0, 2]");
  refuses({.blocks = std::vector<std::int64_t>(40, 1)}, "wide");
  refuses({.depth = 20, .width_factor = 1e9}, "wide");
  refuses({.depth = 20, .width_factor = 1e-9}, "wide");
}

TEST(ResNet, StartsAsTheFunctionOfItsSeed) {
  const auto first = build(ResNet{.depth = 8}, kTask, 7);
  at::rand({1000});  // draws elsewhere shift nothing
  const auto same = build(ResNet{.depth = 8}, kTask, 7);
  const auto other = build(ResNet{.depth = 8}, kTask, 8);
  for (std::size_t i = 0; i < first->parameters().size(); ++i) {
    const auto& parameter = first->parameters()[i];
    EXPECT_TRUE(at::equal(parameter.value, same->parameters()[i].value)) << parameter.name;
    EXPECT_EQ(
        at::equal(parameter.value, other->parameters()[i].value),
        parameter.kind == ParameterKind::norm_weight || parameter.kind == ParameterKind::norm_bias)
        << parameter.name;
  }
}

TEST(ResNet, StartsWithTheSameWeightsWhenBlocksAreAdded) {
  const auto small = build(ResNet{.blocks = {1, 1}, .width = 4}, kTask, /*seed=*/1);
  const auto large = state_of(*build(ResNet{.blocks = {2, 1}, .width = 4}, kTask, /*seed=*/1));
  EXPECT_GT(large.size(), state_of(*small).size());
  for (const auto& [name, value] : state_of(*small))
    EXPECT_TRUE(at::equal(value, large.at(name))) << name;
}

TEST(ResNet, LeavesTheGlobalGeneratorAlone) {
  const auto before = at::detail::getDefaultCPUGenerator().get_state();
  build(ResNet{.depth = 8}, kTask, 7);
  EXPECT_TRUE(at::equal(before, at::detail::getDefaultCPUGenerator().get_state()));
}

TEST(ResNet, StartsWithHeDeviations) {
  const auto network = build(ResNet{.depth = 56}, kTask, 3);
  for (const auto& parameter : network->parameters()) {
    if (parameter.value.dim() != 4) continue;
    const auto fan_out = parameter.value.numel() / parameter.value.size(1);
    const auto n = static_cast<double>(parameter.value.numel());
    const double ratio =
        parameter.value.std().item<double>() * std::sqrt(static_cast<double>(fan_out) / 2);
    EXPECT_NEAR(ratio, 1, 5 / std::sqrt(2 * n)) << parameter.name;
    EXPECT_NEAR(parameter.value.mean().item<double>() * std::sqrt(static_cast<double>(fan_out) / 2),
                0, 5 / std::sqrt(n))
        << parameter.name;
  }
}

TEST(ResNet, HasZeroLastGammasUnlessAskedOtherwise) {
  const auto zeros = [](const ResNet& options) {
    std::vector<std::string> names;
    const auto network = build(options, kTask, 3);
    for (const auto& parameter : network->parameters())
      if (parameter.name.ends_with("weight") && parameter.value.abs().max().item<double>() == 0)
        names.push_back(parameter.name);
    return names;
  };
  EXPECT_EQ(zeros({.depth = 8}),
            (std::vector<std::string>{"layer1.0.bn2.weight", "layer2.0.bn2.weight",
                                      "layer3.0.bn2.weight"}));
  EXPECT_EQ(zeros({.depth = 11, .block = BlockType::bottleneck}),
            (std::vector<std::string>{"layer1.0.bn3.weight", "layer2.0.bn3.weight",
                                      "layer3.0.bn3.weight"}));
  EXPECT_TRUE(zeros({.depth = 8, .zero_init_last = false}).empty());
}

TEST(ResNet, KnowsItsParametersKinds) {
  const auto network = build(ResNet{.depth = 8}, kTask, 3);
  for (const auto& [name, value, kind, layer, copy] : network->parameters()) {
    const bool norm = name.find("bn") != std::string::npos || name.find(".1.") != std::string::npos;
    EXPECT_EQ(kind, norm ? (name.ends_with(".bias") ? ParameterKind::norm_bias
                                                    : ParameterKind::norm_weight)
                         : (name == "fc.bias"     ? ParameterKind::bias
                            : name == "fc.weight" ? ParameterKind::head
                                                  : ParameterKind::weight))
        << name;
  }
}

TEST(ResNet, IsChannelsLastThroughout) {
  const Task grey{.channels = 1, .height = 28, .width = 28, .classes = 10};
  const auto network = build(ResNet{.depth = 8}, grey, 3);
  for (const auto& parameter : network->parameters())
    EXPECT_EQ(parameter.value.suggest_memory_format() == at::MemoryFormat::ChannelsLast,
              parameter.value.dim() == 4)
        << parameter.name;
  EXPECT_EQ(network->parameters()[0].value.strides(), (std::vector<std::int64_t>{9, 1, 3, 1}));
}

/// Compares the factor of each parameter's learning rate; that of the last layer is 1.
void expect_timms_factors(const Network& network, const nlohmann::json& published) {
  const double decay = published["decay"];
  const auto& parameters = network.parameters();
  ASSERT_EQ(parameters.size(), published["factors"].size());
  const auto last = parameters.back().layer;
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    const auto& [name, value, kind, layer, copy] = parameters[i];
    EXPECT_EQ(name, published["factors"][i][0].get<std::string>());
    EXPECT_NEAR(std::pow(decay, static_cast<double>(last - layer)),
                published["factors"][i][1].get<double>(), 1e-15)
        << name;
  }
}

TEST(ResNet, HasTheLayersThatTimmDecaysTheRateBy) {
  const auto golden = temper::testing::golden("model/layer_decay.json");
  for (const std::int64_t depth : {18, 50})
    expect_timms_factors(*build(ResNet{.depth = depth}, kLargeTask, 1),
                         golden[fmt::format("resnet{}", depth)]);
}

/// One forward and backward pass. Returns the names of what it changed: parameters with a gradient,
/// buffers with another value.
std::set<std::string> moved_by_a_pass(Network& network) {
  std::map<std::string, at::Tensor> before;
  for (const auto& buffer : network.buffers()) before[buffer.name] = buffer.value.clone();
  for (const auto& parameter : network.parameters()) parameter.value.mutable_grad().reset();
  network.train(true);
  network.forward(noise({4, 3, 16, 16}, 1).to(at::kFloat)).square().sum().backward();
  std::set<std::string> moved;
  for (const auto& parameter : network.parameters())
    if (parameter.value.grad().defined()) moved.insert(parameter.name);
  for (const auto& buffer : network.buffers())
    if (!at::equal(buffer.value, before[buffer.name])) moved.insert(buffer.name);
  return moved;
}

TEST(ResNet, FreezesItsFirstStages) {
  const auto network =
      build(ResNet{.depth = 8, .width = 4}, {.height = 16, .width = 16}, /*seed=*/1);
  ASSERT_EQ(network->stages(), 4) << "the stem and three of blocks";
  const auto all = moved_by_a_pass(*network);
  EXPECT_EQ(all.size(), network->parameters().size() + network->buffers().size());
  const std::vector<std::string> stages{"conv1 bn1", "layer1", "layer2", "layer3"};
  for (std::int64_t count = 4; count >= 0; --count) {
    network->freeze(count);
    auto expected = all;
    std::erase_if(expected, [&](const std::string& name) {
      const auto stage = std::ranges::find_if(stages, [&](const std::string& s) {
        return s.find(name.substr(0, name.find('.'))) != std::string::npos;
      });
      return stage - stages.begin() < count;
    });
    EXPECT_EQ(moved_by_a_pass(*network), expected) << count;
  }
}

TEST(ResNet, AnswersWithFrozenStatisticsWhileItTrains) {
  const auto network =
      build(ResNet{.depth = 8, .width = 4}, {.height = 16, .width = 16}, /*seed=*/1);
  network->freeze(network->stages());  // no BatchNorm is in training mode
  const auto images = noise({4, 3, 16, 16}, 1).to(at::kFloat);
  network->train(true);
  const auto trained = network->forward(images);
  network->train(false);
  EXPECT_TRUE(at::equal(trained, network->forward(images)));
}

TEST(ResNet, TrainsWithRunningStatistics) {
  const auto network =
      build(ResNet{.depth = 8, .width = 4}, {.height = 16, .width = 16}, /*seed=*/1);
  const auto all = moved_by_a_pass(*network);
  EXPECT_TRUE(network->set_norm_eval(true));
  EXPECT_FALSE(network->set_statistics_momentum(std::nullopt)) << "no pass updates them";
  auto parameters = all;
  for (const auto& buffer : network->buffers()) parameters.erase(buffer.name);
  EXPECT_EQ(moved_by_a_pass(*network), parameters) << "all of them train, and no buffer changes";
  const auto images = noise({4, 3, 16, 16}, 1).to(at::kFloat);
  const auto trained = network->forward(images);
  network->train(false);
  EXPECT_TRUE(at::allclose(trained, network->forward(images), 1e-5, 1e-6));
  network->freeze(2);
  auto frozen = parameters;
  std::erase_if(frozen, [](const std::string& name) {
    return name.starts_with("conv1") || name.starts_with("bn1") || name.starts_with("layer1");
  });
  EXPECT_EQ(moved_by_a_pass(*network), frozen);
  network->freeze(0);
  EXPECT_TRUE(network->set_norm_eval(false));
  EXPECT_EQ(moved_by_a_pass(*network), all);
}

TEST(Custom, IsBuiltByItsFunction) {
  const Architecture custom =
      Custom{.name = "mine", .function = [](const Task& task, std::uint64_t seed) {
               return build(ResNet{.depth = 8, .width = 4}, task, seed);
             }};
  EXPECT_EQ(build(custom, kTask, 1)->parameters()[0].value.size(0), 4);
  EXPECT_THROW(build(Architecture(Custom{.name = "mine"}), kTask, 1), Error);
}

}  // namespace
}  // namespace temper::model
