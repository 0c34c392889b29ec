#include "temper/distributed/pulse.h"

#include <gtest/gtest.h>

#include <memory>

#include "tests/support/memory_board.h"

namespace temper::distributed {
namespace {

using test::Entries;
using test::MemoryBoard;

std::unique_ptr<Pulse> pulse(const std::shared_ptr<Entries>& entries, std::int64_t rank) {
  return std::make_unique<Pulse>(
      std::make_unique<MemoryBoard>(entries), rank, 2,
      Beat{.process = 100 + rank, .host = "node " + std::to_string(rank)});
}

/// Waits for something that takes a few heartbeats.
template <class Condition>
bool happens(const Condition& condition) {
  for (int i = 0; i < 500; ++i) {
    if (condition()) return true;
    std::this_thread::sleep_for(Milliseconds(10));
  }
  return false;
}

TEST(Beat, IsReadFromItsText) {
  const Beat beat{.count = 3, .step = 41, .process = 7, .host = "a host"};
  EXPECT_EQ(parse_beat(to_text(beat)), beat);
  for (const auto* bad : {"", "1", "1 2", "a 2 3 host", "1 2 x host"})
    EXPECT_FALSE(parse_beat(bad)) << bad;
}

TEST(Ending, IsReadFromItsText) {
  const Ending one{.rank = 1, .status = 3, .step = 12, .host = "gpu 7", .message = "two\nlines"};
  const Ending two{.rank = 0, .status = 4, .step = 0, .host = "b", .message = ""};
  EXPECT_EQ(parse_endings(to_text(one) + to_text(two)), (std::vector<Ending>{one, two}));
  EXPECT_TRUE(parse_endings("").empty());
  EXPECT_TRUE(parse_endings("no number\nx").empty());
}

TEST(Ending, HasAMessageOfBoundedLength) {
  const Ending one{.message = std::string(100'000, 'x') + '\0'};
  const auto read = parse_endings(to_text(one));
  ASSERT_EQ(read.size(), 1);
  EXPECT_EQ(read.front().message, std::string(4096, 'x'));
}

TEST(Pulse, TellsWhoRuns) {
  const auto entries = std::make_shared<Entries>();
  const auto own = pulse(entries, 0);
  auto other = pulse(entries, 1);
  other->note_step(17);
  own->watch(true);
  EXPECT_TRUE(happens([&] { return own->view().ranks[1].beat.step == 17; }));
  EXPECT_EQ(own->view().ranks[1].beat.host, "node 1");
  EXPECT_LT(own->view().ranks[1].silence, 3 * own->interval());
  other.reset();
  EXPECT_TRUE(happens([&] { return own->view().ranks[1].silence > 3 * own->interval(); }));
  EXPECT_LT(own->view().ranks[0].silence, 3 * own->interval());
}

TEST(Pulse, DoesNotTakeOldHeartbeatsForLife) {
  const auto entries = std::make_shared<Entries>();
  const auto own = pulse(entries, 0);
  auto other = pulse(entries, 1);
  own->watch(true);
  EXPECT_TRUE(happens([&] { return own->view().ranks[1].beat.count > 1; }));
  own->watch(false);
  std::this_thread::sleep_for(2 * own->interval());
  other.reset();
  own->watch(true);
  EXPECT_TRUE(happens([&] { return own->view().ranks[1].beat.count > 0; }));
  std::this_thread::sleep_for(own->interval());
  EXPECT_GE(own->view().ranks[1].silence, own->interval());
}

TEST(Pulse, PassesOnWhyARankEnds) {
  const auto entries = std::make_shared<Entries>();
  const auto own = pulse(entries, 0);
  const auto other = pulse(entries, 1);
  other->leave({.rank = 1, .status = 3, .step = 9, .host = "b", .message = "no image"},
               Milliseconds(5000));
  own->watch(true);
  ASSERT_TRUE(happens([&] { return !own->view().endings.empty(); }));
  EXPECT_EQ(own->view().endings.front().message, "no image");
}

TEST(Pulse, WaitsForTheReadersOfAnEnding) {
  const auto entries = std::make_shared<Entries>();
  const auto own = pulse(entries, 0);
  const auto other = pulse(entries, 1);  // it does not watch: it computes
  own->leave({.rank = 0, .status = 4, .step = 9, .host = "a", .message = "disk full"},
             Milliseconds(5000));
  const auto start = std::chrono::steady_clock::now();
  own->wait_for_readers(Milliseconds(20'000));
  EXPECT_LT(std::chrono::steady_clock::now() - start, Milliseconds(10'000));
  EXPECT_TRUE(happens([&] { return other->view().endings.size() == 1; }));
}

TEST(Pulse, DoesNotWaitForReadersThatHaveEndedThemselves) {
  const auto entries = std::make_shared<Entries>();
  const auto own = pulse(entries, 0);
  const auto other = pulse(entries, 1);
  other->leave({.rank = 1, .status = 3, .step = 9, .host = "b", .message = "no image"},
               Milliseconds(5000));
  const auto start = std::chrono::steady_clock::now();
  own->wait_for_readers(Milliseconds(20'000));
  EXPECT_LT(std::chrono::steady_clock::now() - start, Milliseconds(10'000));
}

TEST(Pulse, DoesNotWaitForReadersThatAreSilent) {
  const auto entries = std::make_shared<Entries>();
  const auto own = pulse(entries, 0);
  pulse(entries, 1).reset();
  own->leave({.rank = 0, .status = 4, .step = 9, .host = "a", .message = "disk full"},
             Milliseconds(5000));
  const auto start = std::chrono::steady_clock::now();
  own->wait_for_readers(Milliseconds(20'000));
  EXPECT_LT(std::chrono::steady_clock::now() - start, Milliseconds(10'000));
}

TEST(Pulse, NoticesThatTheStoreIsGone) {
  const auto entries = std::make_shared<Entries>();
  const auto own = pulse(entries, 0);
  const auto other = pulse(entries, 1);
  {
    const std::scoped_lock lock(entries->mutex);
    entries->gone = true;
  }
  EXPECT_TRUE(happens([&] { return own->view().lost; }));
}

}  // namespace
}  // namespace temper::distributed
