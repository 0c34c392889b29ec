#include "temper/tune/asha.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>
#include <vector>

#include "tests/support/golden.h"

namespace temper::tune {
namespace {

using ::testing::ElementsAre;

/// Every start of Orion's searches is the next step here, and where Orion starts nothing there is
/// none.
TEST(Asha, PromotesAsOrionDoes) {
  const auto golden = testing::golden("tune/asha.json");
  for (const auto& one : golden.at("cases")) {
    Asha asha(one.at("trials").get<std::int64_t>(), one.at("rungs").get<std::size_t>(),
              one.at("eta").get<std::int64_t>());
    std::int64_t promotions = 0;
    for (const auto& event : one.at("events")) {
      const auto rung = event.at("rung").get<std::size_t>();
      if (event.contains("start")) {
        const AshaStep expected{.trial = event.at("start").get<std::int64_t>(), .rung = rung};
        ASSERT_EQ(asha.next(), std::optional(expected)) << event.dump();
        promotions += rung > 0 ? 1 : 0;
      } else {
        asha.end({.trial = event.at("end").get<std::int64_t>(), .rung = rung},
                 event.at("score").get<double>());
      }
    }
    EXPECT_EQ(asha.next(), std::nullopt);
    EXPECT_GT(promotions, 0);
  }
}

TEST(Asha, GoesOnFromWhatHasEnded) {
  Asha first(9, 3, 3);
  for (std::int64_t i = 0; i < 3; ++i) {
    const auto step = first.next();
    ASSERT_TRUE(step);
    first.end(*step, static_cast<double>(i));
  }
  Asha second(9, 3, 3);
  for (std::int64_t i = 0; i < 3; ++i) {
    second.start({.trial = i, .rung = 0});
    second.end({.trial = i, .rung = 0}, static_cast<double>(i));
  }
  const auto next = first.next();
  EXPECT_EQ(next, (AshaStep{.trial = 2, .rung = 1}));
  EXPECT_EQ(second.next(), next);
  EXPECT_EQ(second.next(), (AshaStep{.trial = 3, .rung = 0}));
}

TEST(Asha, PromotesTheFirstOfEqualScoresWhateverTheOrder) {
  Asha asha(9, 2, 3);
  for (const std::int64_t trial : {2, 0, 1}) {
    asha.start({.trial = trial, .rung = 0});
    asha.end({.trial = trial, .rung = 0}, 0.5);
  }
  EXPECT_EQ(asha.next(), (AshaStep{.trial = 0, .rung = 1}));
}

TEST(Asha, NeverPromotesWhatDiverged) {
  Asha asha(3, 2, 2);
  for (int i = 0; i < 3; ++i) {
    const auto step = asha.next();
    ASSERT_TRUE(step);
    asha.end(*step, std::nan(""));
  }
  EXPECT_EQ(asha.next(), std::nullopt);
}

TEST(Asha, RungsEndAtFractionsOfTheRun) {
  EXPECT_THAT(rung_epochs(1, 27, 3), ElementsAre(1, 3, 9, 27));
  EXPECT_THAT(rung_epochs(2, 27, 3), ElementsAre(3, 9, 27));
  EXPECT_THAT(rung_epochs(1, 10, 3), ElementsAre(1, 3, 10));
  EXPECT_THAT(rung_epochs(1, 4, 4), ElementsAre(1, 4));
  EXPECT_THAT(rung_epochs(5, 5, 3), ElementsAre(5));
  EXPECT_THAT(rung_epochs(1, 2, 4), ElementsAre(1, 2));
}

}  // namespace
}  // namespace temper::tune
