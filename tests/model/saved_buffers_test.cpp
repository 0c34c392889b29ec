#include "temper/model/saved_buffers.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/ones.h>
#include <gtest/gtest.h>

#include "temper/model/architecture.h"

namespace temper::model {
namespace {

std::vector<at::Tensor> buffers(const Network& network) {
  std::vector<at::Tensor> values;
  for (const auto& buffer : network.buffers()) values.push_back(buffer.value.clone());
  return values;
}

TEST(SavedBuffers, ATrainingPassLeavesNoTrace) {
  const auto network = build(ResNet{.depth = 8, .width = 4}, {.height = 8, .width = 8}, 1);
  network->train(true);
  const auto before = buffers(*network);
  const at::NoGradGuard guard;
  const SavedBuffers saved(*network);
  network->forward(at::ones({2, 3, 8, 8}));
  const auto changed = buffers(*network);
  saved.restore();
  const auto restored = buffers(*network);
  ASSERT_FALSE(before.empty());
  bool any = false;
  for (std::size_t i = 0; i < before.size(); ++i) {
    any = any || !at::equal(before[i], changed[i]);
    EXPECT_TRUE(at::equal(before[i], restored[i])) << network->buffers()[i].name;
  }
  EXPECT_TRUE(any);
}

}  // namespace
}  // namespace temper::model
