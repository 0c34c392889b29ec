#include "temper/core/random.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "temper/core/draw.h"

namespace temper {
namespace {

// Known answers of Random123 1.14 (kat_vectors, philox4x32 with 10 rounds).
TEST(Random, PhiloxGivesTheKnownAnswers) {
  using Block = std::array<std::uint32_t, 4>;
  EXPECT_EQ(philox({0, 0, 0, 0}, {0, 0}), (Block{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  EXPECT_EQ(philox({0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}, {0xffffffff, 0xffffffff}),
            (Block{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(philox({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}),
            (Block{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

TEST(Random, AddressesDoNotShareNumbers) {
  std::set<std::uint64_t> seen;
  const auto first = [&](Random random) {
    const std::uint64_t high = random();
    seen.insert(high << 32 | random());
  };
  for (std::uint64_t seed = 0; seed < 20; ++seed)
    for (std::uint64_t a = 0; a < 20; ++a) {
      first(Random(seed, Purpose::augment, {a}));
      first(Random(seed, Purpose::shuffle, {a}));
      first(Random(seed, Purpose::augment, {a, 0}));
      first(Random(seed, Purpose::augment, {0, a + 1}));
    }
  EXPECT_EQ(seen.size(), 20U * 20U * 4U);
}

// Known answers of the authors' test vectors (Fowler, Noll and Vo, fnv64_1a).
TEST(Random, CoordinatesOfNamesAreTheKnownHashes) {
  static_assert(coordinate("") == 0xcbf29ce484222325);
  static_assert(coordinate("a") == 0xaf63dc4c8601ec8c);
  EXPECT_EQ(coordinate("foobar"), 0x85944171f73967e8);
  EXPECT_EQ(coordinate("bar", coordinate("foo")), coordinate("foobar"));
}

TEST(Random, SameAddressSameNumbers) {
  Random a(7, Purpose::augment, {3, 4});
  Random b(7, Purpose::augment, {3, 4});
  for (int i = 0; i < 100; ++i) EXPECT_EQ(a(), b());
}

TEST(Random, UniformHasItsMoments) {
  Random random(1, Purpose::inspect);
  double sum = 0;
  double squares = 0;
  constexpr int kDraws = 200'000;
  for (int i = 0; i < kDraws; ++i) {
    const double x = random.uniform();
    ASSERT_GE(x, 0);
    ASSERT_LT(x, 1);
    sum += x;
    squares += x * x;
  }
  EXPECT_NEAR(sum / kDraws, 0.5, 0.003);
  EXPECT_NEAR(squares / kDraws, 1.0 / 3, 0.003);
}

TEST(Random, NormalHasItsMoments) {
  Random random(2, Purpose::inspect);
  double sum = 0;
  double squares = 0;
  constexpr int kDraws = 200'000;
  for (int i = 0; i < kDraws; ++i) {
    const double x = random.normal();
    ASSERT_TRUE(std::isfinite(x));
    sum += x;
    squares += x * x;
  }
  EXPECT_NEAR(sum / kDraws, 0, 0.01);
  EXPECT_NEAR(squares / kDraws, 1, 0.02);
}

TEST(Random, BelowReachesEveryValueEqually) {
  Random random(3, Purpose::inspect);
  std::array<int, 7> counts{};
  for (int i = 0; i < 70'000; ++i) ++counts[random.below(7)];
  for (const int count : counts) EXPECT_NEAR(count, 10'000, 500);
}

TEST(Random, PermutationHasEveryElementOnce) {
  auto order = Random(4, Purpose::shuffle).permutation(1000);
  EXPECT_FALSE(std::is_sorted(order.begin(), order.end()));
  std::sort(order.begin(), order.end());
  for (std::int64_t i = 0; i < 1000; ++i) EXPECT_EQ(order[static_cast<std::size_t>(i)], i);
}

TEST(Random, RecordingStoresEveryNumberAndChangesNone) {
  Random plain(7, Purpose::inspect);
  Random recorded(7, Purpose::inspect);
  std::vector<Draw> draws;
  recorded.record(draws);
  const auto ask = [](Random& random) {
    return std::vector<double>{
        static_cast<double>(random()),        random.uniform(), random.uniform(-3, 5),
        static_cast<double>(random.below(9)), random.normal(),  random.chance(0.5) ? 1.0 : 0.0};
  };
  const auto expected = ask(plain);
  EXPECT_EQ(ask(recorded), expected);
  EXPECT_EQ(draws, (std::vector<Draw>{{DrawKind::bits, 0, 0, expected[0]},
                                      {DrawKind::uniform, 0, 1, expected[1]},
                                      {DrawKind::uniform, -3, 5, expected[2]},
                                      {DrawKind::below, 0, 9, expected[3]},
                                      {DrawKind::normal, 0, 0, expected[4]},
                                      {DrawKind::chance, 0, 0.5, expected[5]}}));
}

}  // namespace
}  // namespace temper
