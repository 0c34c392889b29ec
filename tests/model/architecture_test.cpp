#include "temper/model/architecture.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "temper/core/error.h"
#include "tests/support/networks.h"

namespace temper::model {
namespace {

TEST(Architecture, StagesAreKnownWithoutTheNetwork) {
  const Task task{.channels = 3, .height = 32, .width = 32, .classes = 4};
  for (const auto& [name, architecture] : temper::testing::networks())
    EXPECT_EQ(number_of_stages(architecture, task), build(architecture, task, 1)->stages()) << name;
  EXPECT_EQ(number_of_stages(Custom{}, task), 0);
  EXPECT_THROW((void)number_of_stages(ResNet{.depth = 19}, task), Error);
}

TEST(ConvNeXt, StartsWithADeviationOfTwoHundredths) {
  const auto network = build(ConvNeXt{.depths = {1, 1}, .width = 64}, Task{}, 1);
  double largest = 0;
  for (const auto& parameter : network->parameters()) {
    if (parameter.value.dim() < 2) continue;
    const auto n = static_cast<double>(parameter.value.numel());
    EXPECT_NEAR(parameter.value.std().item<double>() / 0.02, 1, 5 / std::sqrt(2 * n))
        << parameter.name;
    largest = std::max(largest, parameter.value.abs().max().item<double>());
  }
  EXPECT_GT(largest, 0.06) << "not truncated at two deviations";
}

}  // namespace
}  // namespace temper::model
