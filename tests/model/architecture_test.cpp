#include "temper/model/architecture.h"

#include <gtest/gtest.h>

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

}  // namespace
}  // namespace temper::model
