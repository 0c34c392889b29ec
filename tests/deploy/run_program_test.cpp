#include "temper/deploy/run_program.h"

#include <gtest/gtest.h>

#include <cerrno>

namespace temper::deploy {
namespace {

TEST(RunProgram, GivesItsOutputAndExitStatus) {
  const auto found = run_program({"sh", "-c", R"(echo "$1"; exit 7)", "sh", R"(a $b `c` "d")"});
  EXPECT_EQ(found.error, 0);
  EXPECT_EQ(found.status, 7);
  EXPECT_EQ(found.output, "a $b `c` \"d\"\n") << "no shell has read the argument";
}

TEST(RunProgram, SaysWhatCanNotBeStarted) {
  EXPECT_EQ(run_program({"./no-such-program"}).error, ENOENT);
  EXPECT_EQ(run_program({"/"}).error, EACCES);
}

TEST(RunProgram, EndedByASignal) {
  EXPECT_EQ(run_program({"sh", "-c", "kill -KILL $$"}).status, 128 + 9);
}

TEST(RunProgram, TheOutputIsLimitedAndNeverBlocks) {
  const auto found = run_program({"head", "-c", "3000000", "/dev/zero"});
  EXPECT_EQ(found.status, 0);
  EXPECT_GE(found.output.size(), 1U << 20U);
  EXPECT_LT(found.output.size(), 2U << 20U);
}

}  // namespace
}  // namespace temper::deploy
