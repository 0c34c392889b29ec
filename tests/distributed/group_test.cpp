#include "temper/distributed/group.h"

#include <ATen/ops/arange.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/full.h>
#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>
#include <torch/csrc/distributed/c10d/Store.hpp>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/ranks_of_threads.h"

namespace temper::distributed {
namespace {

using test::in_ranks;
using test::thread_rank;

// Also checks that cmake/gloo declares what LibTorch's libraries contain.
TEST(Group, SumsOverAllRanks) {
  in_ranks(3, [](Group& group) {
    const auto values = at::full({1000}, static_cast<double>(group.rank() + 1), at::kDouble);
    group.sum(values);
    EXPECT_TRUE(at::equal(values, at::full({1000}, 6.0, at::kDouble)));
    const auto later = at::full({3}, static_cast<float>(group.rank()), at::kFloat);
    auto pending = group.sum_later(later);
    pending.wait();
    pending.wait();
    EXPECT_EQ(later[2].item<float>(), 3.0F);
  });
}

TEST(Group, SendsAndGathers) {
  in_ranks(3, [](Group& group) {
    const auto tensor = at::full({2}, static_cast<float>(group.rank()), at::kFloat);
    group.broadcast(tensor, 2);
    EXPECT_EQ(tensor[0].item<float>(), 2.0F);
    const std::string own(static_cast<std::size_t>(group.rank()), 'x');
    EXPECT_EQ(group.gather(own), (std::vector<std::string>{"", "x", "xx"}));
    EXPECT_EQ(group.gather(""), (std::vector<std::string>{"", "", ""}));
    EXPECT_EQ(group.broadcast(own, 1), "x");
    EXPECT_EQ(group.broadcast(own), "");
    group.barrier();
  });
}

TEST(Group, GathersRowsInTheirOrder) {
  for (const std::int64_t all : {1, 2, 5, 6}) {
    in_ranks(3, [all](Group& group) {
      const auto whole = at::arange(all * 2, at::kFloat).view({all, 2});
      const auto rows = rows_of(all, group.rank(), group.size());
      EXPECT_TRUE(
          at::equal(group.gather_rows(whole.narrow(0, rows.first, rows.count), all), whole));
    });
  }
}

TEST(Group, ExchangesRows) {
  in_ranks(3, [](Group& group) {
    // Each rank sends row r to rank r, and nothing to itself.
    std::vector<std::int64_t> counts(3, 1);
    counts[static_cast<std::size_t>(group.rank())] = 0;
    const auto rows = at::full({2, 4}, static_cast<float>(group.rank()), at::kFloat);
    const auto found = group.exchange(rows, counts, counts);
    ASSERT_EQ(found.size(0), 2);
    EXPECT_EQ(found[0][3].item<float>(), group.rank() == 0 ? 1.0F : 0.0F);
    EXPECT_EQ(found[1][0].item<float>(), group.rank() == 2 ? 1.0F : 2.0F);
  });
}

TEST(Group, ExchangesNoRows) {
  in_ranks(2, [](Group& group) {
    // Rank 0 sends, and nobody else does.
    const auto rows = at::full({group.leads() ? 3 : 0, 2}, 7.0F, at::kFloat);
    const auto found = group.exchange(rows, {0, group.leads() ? 3 : 0}, {group.leads() ? 0 : 3, 0});
    EXPECT_EQ(found.size(0), group.leads() ? 0 : 3);
    if (!group.leads()) {
      EXPECT_EQ(found[2][1].item<float>(), 7.0F);
    }
  });
}

/// What JoinGpus gets on each rank, without GPUs: it shares a sum with those of the other ranks.
void* add_rank(const void* store, int rank, int size) {
  const auto& shared = *static_cast<const c10::intrusive_ptr<c10d::Store>*>(store);
  EXPECT_EQ(size, 3);
  shared->add("ranks", rank);
  shared->add("joined", 1);
  while (shared->add("joined", 0) < size) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  EXPECT_EQ(shared->add("ranks", 0), 3);
  return nullptr;
}

TEST(Group, JoinsGpusWithAStoreOfTheirOwn) {
  in_ranks(3, [](Group& group) {
    group.join_gpus(&add_rank);
    const auto values = at::full({2}, 1.0F, at::kFloat);
    group.sum(values);
    EXPECT_EQ(values[1].item<float>(), 3.0F) << "tensors on the CPU are still exchanged";
  });
}

/// The error of a rank that joins, where the others do what they do.
std::string refusal_of(const Ranks& ranks, const GroupOptions& options) {
  try {
    const Group group(ranks, options);
  } catch (const Error& error) {
    return error.what();
  }
  return "nothing";
}

TEST(Group, NamesMissingRanks) {
  const auto message = refusal_of(thread_rank(0, 3, test::free_port()),
                                  {.join_timeout = std::chrono::milliseconds(300)});
  EXPECT_NE(message.find("2 of 3 ranks have not come"), std::string::npos) << message;
  EXPECT_NE(message.find("rank 1, 2"), std::string::npos) << message;
}

TEST(Group, NamesAPortInUse) {
  in_ranks(2, [](Group& group) {
    if (!group.leads()) return;
    const auto message = refusal_of(group.ranks(), {.join_timeout = std::chrono::seconds(2)});
    EXPECT_NE(message.find("choose another MASTER_PORT"), std::string::npos) << message;
  });
}

TEST(Group, NamesAHostWithoutAnAddress) {
  auto ranks = thread_rank(1, 2, 1234);
  ranks.host = "fe80::1%nowhere";  // refused without asking a name server
  const auto message = refusal_of(ranks, {.join_timeout = std::chrono::milliseconds(100)});
  EXPECT_NE(message.find("'fe80::1%nowhere'"), std::string::npos) << message;
  EXPECT_EQ(message.find('\n'), std::string::npos) << message;
}

TEST(Group, RefusesOtherNumbersOfRanksAndVersions) {
  const auto port = test::free_port();
  std::vector<std::string> messages(2);
  std::vector<std::thread> threads;
  for (std::int64_t rank = 0; rank < 2; ++rank)
    threads.emplace_back([&messages, port, rank] {
      messages[static_cast<std::size_t>(rank)] =
          refusal_of(thread_rank(rank, 2, port),
                     {.join_timeout = std::chrono::seconds(20), .version = rank == 0 ? "1" : "2"});
    });
  for (auto& thread : threads) thread.join();
  // The other one may only see that rank 0 has gone.
  EXPECT_TRUE(messages[0].find("start all ranks with the same") != std::string::npos ||
              messages[1].find("start all ranks with the same") != std::string::npos)
      << messages[0] << '\n'
      << messages[1];
}

/// Rank 1 ends with an error, in a process that ends with rank 0's status.
[[noreturn]] void end_with_the_other(const Error& error) {
  const auto port = test::free_port();
  std::thread other([port, &error] {
    Group group(thread_rank(1, 2, port));
    group.note_step(41);
    group.barrier();
    group.leave(error);
  });
  int status = 0;
  Group group(thread_rank(0, 2, port));
  group.barrier();
  try {
    group.barrier();
  } catch (const Error& found) {
    std::fprintf(stderr, "%s\n", found.what());
    status = group.leave(found) ? 1 : static_cast<int>(found.code());
  }
  other.join();
  std::_Exit(status);
}

TEST(GroupDeathTest, EndsWithTheErrorOfAnotherRank) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(end_with_the_other(Error(Code::data, {.image = "cat.jpg"}, "no image")),
              ::testing::ExitedWithCode(3), "rank 1 .* has ended after step 41: cat.jpg: no image");
}

/// Rank 0 computes and looks for the others between, in a process that ends with its status.
/// @param end  what rank 1 does
template <class End>
[[noreturn]] void compute_while(const End& end) {
  const auto port = test::free_port();
  const auto other = ::fork();
  Group group(thread_rank(other == 0 ? 1 : 0, 2, port));
  group.barrier();
  if (other == 0) {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    end(group);
  }
  int status = 0;
  const auto start = std::chrono::steady_clock::now();
  try {
    while (std::chrono::steady_clock::now() - start < std::chrono::seconds(20)) {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
      group.check();
    }
    std::fprintf(stderr, "nothing was noticed\n");
  } catch (const Error& found) {
    std::fprintf(stderr, "%s\n", found.what());
    status = group.leave(found) ? 1 : static_cast<int>(found.code());
  }
  ::waitpid(other, nullptr, 0);
  std::_Exit(status);
}

TEST(GroupDeathTest, NoticesAnErrorWhileItComputes) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(compute_while([](Group& group) {
                group.note_step(7);
                group.leave(Error(Code::data, "no image"));
                std::_Exit(3);
              }),
              ::testing::ExitedWithCode(3), "rank 1 .* has ended after step 7: no image");
}

TEST(GroupDeathTest, NoticesARankThatIsKilledWhileItComputes) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(compute_while([](Group& /*group*/) { ::kill(::getpid(), SIGKILL); }),
              ::testing::ExitedWithCode(4), "rank 1 .* has ended without a message");
}

/// Rank 1 can't join its GPU, for which rank 0 waits, in a process that ends with rank 0's status.
[[noreturn]] void join_a_broken_gpu() {
  const auto port = test::free_port();
  const auto other = ::fork();
  Group group(thread_rank(other == 0 ? 1 : 0, 2, port));
  int status = 0;
  try {
    group.join_gpus([](const void* /*store*/, int rank, int /*size*/) -> void* {
      if (rank == 1) throw std::runtime_error("invalid device ordinal");
      std::this_thread::sleep_for(std::chrono::seconds(60));
      return nullptr;
    });
  } catch (const Error& found) {
    if (other != 0) std::fprintf(stderr, "%s\n", found.what());
    status = group.leave(found) ? 1 : static_cast<int>(found.code());
  }
  if (other != 0) ::waitpid(other, nullptr, 0);
  std::_Exit(status);
}

TEST(GroupDeathTest, NamesTheRankWhoseGpuDoesNotJoin) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(join_a_broken_gpu(), ::testing::ExitedWithCode(4),
              "rank 1 .* has ended.*rank 1 can't join the GPUs of the other ranks: invalid device");
}

/// Rank 0 ends with an error while rank 1 computes for longer than it is there, in a process that
/// ends with rank 1's status.
[[noreturn]] void compute_after_the_other() {
  const auto port = test::free_port();
  const auto other = ::fork();
  Group group(thread_rank(other == 0 ? 0 : 1, 2, port));
  group.barrier();
  if (other == 0) {
    group.leave(Error(Code::io, "disk full"));
    std::_Exit(4);
  }
  ::waitpid(other, nullptr, 0);
  std::this_thread::sleep_for(std::chrono::seconds(1));
  int status = 0;
  try {
    group.barrier();
  } catch (const Error& found) {
    std::fprintf(stderr, "%s\n", found.what());
    status = static_cast<int>(found.code());
  }
  std::_Exit(status);
}

TEST(GroupDeathTest, KnowsTheErrorOfRankZeroAfterItHasComputed) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(compute_after_the_other(), ::testing::ExitedWithCode(4),
              "rank 0 .* has ended after step 0: disk full");
}

/// Rank 1 is killed while it sends a large tensor, in a process that ends with rank 0's status.
[[noreturn]] void end_while_receiving() {
  const auto port = test::free_port();
  const auto sender = ::fork();
  Group group(thread_rank(sender == 0 ? 1 : 0, 2, port));
  const auto tensor = at::zeros({1 << 28}, at::kByte);
  group.barrier();
  std::thread killer;
  if (sender == 0)
    killer = std::thread([] {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
      ::kill(::getpid(), SIGKILL);
    });
  int status = 0;
  try {
    while (true) group.broadcast(tensor, 1);
  } catch (const Error& found) {
    std::fprintf(stderr, "%s\n", found.what());
    status = static_cast<int>(found.code());
  }
  ::waitpid(sender, nullptr, 0);
  std::_Exit(status);
}

TEST(GroupDeathTest, NamesARankThatIsKilledWhileItSends) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(end_while_receiving(), ::testing::ExitedWithCode(4),
              "rank 1 .* has ended without a message");
}

}  // namespace
}  // namespace temper::distributed
