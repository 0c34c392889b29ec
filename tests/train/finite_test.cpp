#include "temper/train/finite.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/full.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <vector>

namespace temper::train {
namespace {

constexpr std::int64_t kMany =
    (std::int64_t{3} << 16) + 5;  // several threads, and a part of a block
constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

const std::vector<at::ScalarType>& formats() {
  static const std::vector<at::ScalarType> all{at::kFloat, at::kDouble, at::kBFloat16, at::kHalf};
  return all;
}

TEST(Finite, OneElementThatIsNotIsFoundWhereverItIs) {
  for (const auto format : formats())
    for (const auto wrong : {kInfinity, -kInfinity, kNan, -kNan})
      for (const std::int64_t place :
           std::vector<std::int64_t>{0, 1, 4095, 4096, 65535, 65536, kMany - 2, kMany - 1}) {
        auto tensor = at::full({kMany}, -3, format);
        EXPECT_TRUE(is_finite(tensor));
        tensor[place] = wrong;
        EXPECT_FALSE(is_finite(tensor)) << format << ": " << wrong << " at " << place;
      }
}

TEST(Finite, TheLargestAndSmallestNumbersAre) {
  constexpr auto kDouble = std::numeric_limits<double>::max();
  constexpr auto kFloat = static_cast<double>(std::numeric_limits<float>::max());
  EXPECT_TRUE(is_finite(at::full({9}, kDouble, at::kDouble)));
  EXPECT_TRUE(is_finite(at::full({9}, -kFloat, at::kFloat)));
  EXPECT_TRUE(is_finite(at::full({9}, 3.3895e38, at::kBFloat16)));
  EXPECT_TRUE(is_finite(at::full({9}, 65504, at::kHalf)));
  EXPECT_TRUE(is_finite(at::full({9}, std::numeric_limits<float>::denorm_min(), at::kFloat)));
}

TEST(Finite, LayoutDoesNotMatter) {
  auto tensor = at::ones({2, 3, 4, 5}).contiguous(at::MemoryFormat::ChannelsLast);
  EXPECT_TRUE(is_finite(tensor));
  tensor[1][2][3][4] = kNan;
  EXPECT_FALSE(is_finite(tensor));
  EXPECT_TRUE(is_finite(tensor.select(3, 3))) << "a view of the other elements";
  EXPECT_FALSE(is_finite(tensor.select(3, 4)));
  EXPECT_TRUE(is_finite(at::ones({1}).expand({6})));
}

TEST(Finite, WhatHasNoSuchNumbersIs) {
  EXPECT_TRUE(is_finite({}));
  EXPECT_TRUE(is_finite(at::zeros({0})));
  EXPECT_TRUE(is_finite(at::full({3}, std::numeric_limits<std::int64_t>::max(), at::kLong)));
}

TEST(Finite, ACheckFailsWithAnyOfItsTensors) {
  FiniteCheck check;
  EXPECT_TRUE(check.passed());
  check.add(at::ones({3}).requires_grad_());
  EXPECT_TRUE(check.passed());
  check.add(at::full({1}, kNan));
  check.add(at::ones({3}));
  EXPECT_FALSE(check.passed());
}

}  // namespace
}  // namespace temper::train
