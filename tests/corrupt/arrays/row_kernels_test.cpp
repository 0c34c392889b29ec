#include "temper/corrupt/arrays/row_kernels.h"

#include <gtest/gtest.h>

#include <vector>

#include "tests/augment/targets.h"

namespace temper::corrupt {
namespace {

std::vector<double> numbers(std::size_t n, double scale) {
  std::vector<double> result;
  for (std::size_t i = 0; i < n; ++i)
    result.push_back(scale * static_cast<double>(i * 7919 % 1009) / 1009);
  return result;
}

TEST(RowKernels, GiveTheSameBitsWithAllInstructions) {
  for (const std::size_t n : {0U, 1U, 3U, 7U, 8U, 33U, 200U}) {
    const auto a = numbers(n, 1);
    const auto b = numbers(n, -3.3);
    std::vector<double> expected = numbers(n, 0.7);
    for (std::size_t i = 0; i < n; ++i) {
      volatile double product = 0.3 * a[i];  // rounded, so that it is not fused with the addition
      expected[i] += product;
      product = (a[i] + b[i]) * 1.7;
      expected[i] += product;
    }
    augment::for_each_target([&] {
      auto found = numbers(n, 0.7);
      const auto count = static_cast<std::int64_t>(n);
      kernels::add_scaled(a.data(), 0.3, count, found.data());
      kernels::add_scaled_pairs(a.data(), b.data(), 1.7, count, found.data());
      EXPECT_EQ(found, expected) << n;
    });
  }
}

}  // namespace
}  // namespace temper::corrupt
