#include "temper/core/processors.h"

#include <gtest/gtest.h>
#include <sched.h>

#include <thread>

namespace temper {
namespace {

TEST(Processors, AreThoseThatAThreadMayRunOn) {
  const auto before = allowed_processors();
  EXPECT_GE(before, 1);
  std::int64_t restricted = 0;
  std::thread([&restricted] {
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(::sched_getcpu(), &set);
    ASSERT_EQ(::sched_setaffinity(0, sizeof set, &set), 0);
    restricted = allowed_processors();
  }).join();
  EXPECT_EQ(restricted, 1);
  EXPECT_EQ(allowed_processors(), before);
}

}  // namespace
}  // namespace temper
