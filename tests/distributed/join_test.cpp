#include "temper/distributed/join.h"

#include <gtest/gtest.h>

#include <future>
#include <memory>
#include <stdexcept>
#include <string>

#include "temper/core/error.h"
#include "tests/support/memory_board.h"

namespace temper::distributed {
namespace {

Ranks second_of_two() {
  return {.rank = 1, .size = 2, .launcher = "torchrun", .host = "node-0", .port = 1234};
}

/// What a function throws; "nothing" if it does not.
template <class Work>
std::string error_of(const Work& work) {
  try {
    work();
  } catch (const std::exception& error) {
    return error.what();
  }
  return "nothing";
}

TEST(WhileLooking, ReturnsWhatTheWorkReturns) {
  EXPECT_EQ(while_looking([] { return std::string("done"); }, [] {}), "done");
  EXPECT_EQ(error_of([] {
              (void)while_looking([]() -> int { throw std::runtime_error("broken"); }, [] {});
            }),
            "broken");
}

TEST(WhileLooking, EndsWhereALookThrows) {
  std::promise<void> ended;
  const auto message = error_of([&] {
    (void)while_looking(
        [waits = ended.get_future().share()] {
          waits.wait();
          return 0;
        },
        [] { throw std::runtime_error("rank 2 is lost"); });
  });
  EXPECT_EQ(message, "rank 2 is lost");
  ended.set_value();
}

TEST(Meet, HearsAStop) {
  test::MemoryBoard board(std::make_shared<test::Entries>());
  StopFlag stop;
  stop.set();
  const auto message =
      error_of([&] { meet(second_of_two(), {.version = "1", .stop = &stop}, board); });
  EXPECT_NE(message.find("stopped before all ranks were there"), std::string::npos) << message;
}

TEST(Meet, HearsAStopWhileARankGivesNoSignOfLife) {
  test::MemoryBoard board(std::make_shared<test::Entries>());
  StopFlag stop;
  stop.set();
  const auto message = error_of([&] { await_heartbeats(second_of_two(), {.stop = &stop}, board); });
  EXPECT_NE(message.find("stopped before all ranks were there"), std::string::npos) << message;
}

TEST(Meet, NamesARankThatIsLostOnceItHasCome) {
  test::MemoryBoard board(std::make_shared<test::Entries>());
  const auto message = error_of([&] {
    await_heartbeats(second_of_two(), {.rank_timeout = std::chrono::milliseconds(100)}, board);
  });
  EXPECT_NE(message.find("rank 0 has come to node-0:1234, and has given no sign of life"),
            std::string::npos)
      << message;
}

}  // namespace
}  // namespace temper::distributed
