#include "temper/distributed/join.h"

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>

#include "temper/core/error.h"
#include "tests/support/memory_board.h"

namespace temper::distributed {
namespace {

Ranks one_of(std::int64_t size, std::int64_t rank, bool has_store = false) {
  return {.rank = rank,
          .size = size,
          .launcher = "torchrun",
          .host = "node-0",
          .port = 1234,
          .has_store = has_store};
}

Ranks second_of_two() {
  return one_of(2, 1);
}

/// A store in memory.
class Place {
 public:
  /// @param killed  from when on the process that uses the boards does nothing more; null: never
  Boards boards(const std::atomic<bool>* killed = nullptr) {
    return [this, killed](const std::string& prefix) -> std::unique_ptr<Board> {
      const std::scoped_lock lock(mutex_);
      auto& entries = entries_[prefix];
      if (!entries) entries = std::make_shared<test::Entries>();
      return std::make_unique<Mortal>(entries, killed);
    };
  }

 private:
  class Mortal : public test::MemoryBoard {
   public:
    Mortal(std::shared_ptr<test::Entries> entries, const std::atomic<bool>* killed)
        : MemoryBoard(std::move(entries)), killed_(killed) {}
    bool has(const std::string& key) override {
      if (killed_ != nullptr && *killed_) throw std::runtime_error("killed");
      return MemoryBoard::has(key);
    }

   private:
    const std::atomic<bool>* killed_;
  };

  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<test::Entries>> entries_;
};

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

/// What meet() throws in a thread of its own, or the prefix of the meeting.
std::future<std::string> met(const Ranks& ranks, const GroupOptions& options, Boards boards) {
  return std::async(std::launch::async, [ranks, options, at = std::move(boards)] {
    std::string prefix;
    const auto error = error_of([&] { prefix = meet(ranks, options, at).prefix; });
    return error == "nothing" ? prefix : error;
  });
}

/// Waits until rank 1 is in the first meeting.
void await_rank_one(Place& place) {
  const auto board = place.boards()("temper/meeting-1");
  while (!board->has("rank/1")) std::this_thread::sleep_for(std::chrono::milliseconds(5));
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
  Place place;
  StopFlag stop;
  stop.set();
  const auto message = error_of(
      [&] { (void)meet(second_of_two(), {.version = "1", .stop = &stop}, place.boards()); });
  EXPECT_NE(message.find("stopped before all ranks were there"), std::string::npos) << message;
}

TEST(Meet, TellsTheOthersOfAStop) {
  for (const std::int64_t victim : {0, 1}) {
    Place place;
    StopFlag stop;
    const auto options = [&](std::int64_t rank) {
      return GroupOptions{.stop = rank == victim ? &stop : nullptr};
    };
    auto zero = met(one_of(3, 0), options(0), place.boards());
    auto one = met(one_of(3, 1), options(1), place.boards());
    await_rank_one(place);
    stop.set();
    const auto messages = std::array{zero.get(), one.get()};
    const auto& told = messages.at(static_cast<std::size_t>(1 - victim));
    EXPECT_NE(told.find("rank " + std::to_string(victim) + " (on "), std::string::npos) << told;
    EXPECT_NE(told.find("stopped before all ranks were there"), std::string::npos) << told;
  }
}

TEST(Meet, IsInTheMeetingThatRankZeroHasBegunLast) {
  Place place;  // the launcher's
  for (const std::string number : {"1", "2", "3"}) {
    auto one = met(one_of(2, 1, true), {}, place.boards());
    // It finds the meeting before, in which there was a rank 1 as well.
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    auto zero = met(one_of(2, 0, true), {}, place.boards());
    EXPECT_EQ(zero.get(), "temper/meeting-" + number);
    EXPECT_EQ(one.get(), "temper/meeting-" + number);
  }
}

TEST(Meet, GoesOnWithARankZeroThatIsStartedAgain) {
  Place place;
  std::atomic<bool> killed = false;
  auto lost = met(one_of(3, 0, true), {}, place.boards(&killed));
  auto one = met(one_of(3, 1, true), {}, place.boards());
  await_rank_one(place);
  killed = true;
  EXPECT_EQ(lost.get(), "killed");
  auto two = met(one_of(3, 2, true), {}, place.boards());
  auto zero = met(one_of(3, 0, true), {}, place.boards());
  for (auto* rank : {&zero, &one, &two}) EXPECT_EQ(rank->get(), "temper/meeting-2");
}

TEST(Meet, RefusesARankOfAnotherJobAndDoesNotCountIt) {
  for (const auto& other : {one_of(3, 2), one_of(3, 1)}) {
    Place place;
    auto zero = met(one_of(2, 0), {.version = "1"}, place.boards());
    auto alien = met(other, {.version = "1"}, place.boards());
    const auto text = "rank " + std::to_string(other.rank) +
                      " belongs to a job of 3 processes, temper 1, and rank 0 at node-0:1234 to "
                      "one of 2 processes, temper 1; two jobs may use one port";
    for (auto* rank : {&zero, &alien}) {
      const auto message = rank->get();
      EXPECT_NE(message.find(text), std::string::npos) << message;
    }
  }
}

TEST(Meet, RefusesASecondRankOfANumber) {
  Place place;
  auto zero = met(one_of(2, 0), {}, place.boards());
  EXPECT_EQ(met(one_of(2, 1), {}, place.boards()).get(), "temper/meeting-1");
  EXPECT_EQ(zero.get(), "temper/meeting-1");
  const auto message = met(one_of(2, 1), {}, place.boards()).get();
  EXPECT_NE(message.find("two processes say that they are rank 1"), std::string::npos) << message;
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
