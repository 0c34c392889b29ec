#include "temper/core/parallel.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cstdint>
#include <stdexcept>
#include <vector>

namespace temper {
namespace {

TEST(Parallel, EveryElementIsInOnePart) {
  for (const std::int64_t count : {0, 1, 2, 7, 1000}) {
    for (const std::int64_t grain : {0, 1, 3, 1000}) {
      std::vector<std::atomic<int>> seen(static_cast<std::size_t>(count));
      parallel_for(count, grain, [&](std::int64_t first, std::int64_t last) {
        for (auto i = first; i < last; ++i) ++seen[static_cast<std::size_t>(i)];
      });
      for (const auto& times : seen) EXPECT_EQ(times, 1);
    }
  }
}

TEST(Parallel, PartsWithinPartsAreNotDividedAgain) {
  std::atomic<int> parts = 0;
  parallel_for(4, 1, [&](std::int64_t first, std::int64_t last) {
    for (auto i = first; i < last; ++i)
      parallel_for(100, 1, [&](std::int64_t, std::int64_t) { ++parts; });
  });
  EXPECT_EQ(parts, 4);
}

TEST(Parallel, WhatABodyThrowsIsThrown) {
  EXPECT_THROW(parallel_for(8, 1,
                            [](std::int64_t first, std::int64_t) {
                              if (first == 0) throw std::runtime_error("first");
                            }),
               std::runtime_error);
}

}  // namespace
}  // namespace temper
