#include "temper/loss/consistency.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/sin.h>
#include <ATen/ops/stack.h>
#include <gtest/gtest.h>

#include <array>

#include "temper/loss/jensen_shannon.h"

namespace temper::loss {
namespace {

at::Tensor logits(std::int64_t rows) {
  return at::sin(at::arange(rows * 5, at::kDouble) * 2.3).reshape({rows, 5}) * 3;
}

TEST(Consistency, BringsTheViewsOfEachImageTogether) {
  const auto answers = logits(6);  // two images, three views each
  std::array<at::Tensor, 3> views;
  for (std::int64_t view = 0; view < 3; ++view)
    views[static_cast<std::size_t>(view)] = at::stack({answers[view], answers[3 + view]});
  const auto found = consistency_loss({.views = 3, .weight = 12}, answers);
  EXPECT_NEAR(found.item<double>(), 12 * jensen_shannon(views).item<double>(), 1e-12);
}

TEST(Consistency, IsNothingWhereViewsAgree) {
  const auto same = logits(1).expand({4, 5});
  EXPECT_NEAR(consistency_loss({.views = 2, .weight = 12}, same).item<double>(), 0, 1e-12);
}

}  // namespace
}  // namespace temper::loss
