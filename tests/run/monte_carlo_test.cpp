// Monte Carlo dropout with a saved model on a picture.
#include "temper/evaluate/monte_carlo.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "temper/run/run.h"
#include "tests/support/refusal.h"
#include "tests/train/small_run.h"

namespace temper::run {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

constexpr auto kDropout = R"(model.dropout=[{ kind = "dropout", at = "head", p = 0.5 }])";

train::SavedModel trained(const std::vector<std::string>& sets, const fs::path& directory) {
  run(train::plan(train::small::recipe(sets), train::small::dataset(64)), {.directory = directory});
  return train::load_model(directory);
}

at::Tensor input(const train::SavedModel& model) {
  return train::network_input(model, train::small::dataset(4).train->image(1));
}

std::string refusal(train::SavedModel& model, std::int64_t passes) {
  return temper::testing::refusal(
      [&] { (void)evaluate::classify_monte_carlo(model, input(model), 2, passes); });
}

TEST(MonteCarloPictures, GiveMeansWithTheirSpread) {
  const train::small::Directory directory;
  auto model = trained({"epochs=1", kDropout}, directory.path);
  const auto plain = train::classify(model, input(model), 2);
  const auto few = evaluate::classify_monte_carlo(model, input(model), 2, 4);
  const auto many = evaluate::classify_monte_carlo(model, input(model), 2, 400);
  ASSERT_EQ(few.top.size(), 2U);
  EXPECT_NEAR(few.top[0].probability + few.top[1].probability, 1, 1e-9);
  EXPECT_GE(few.top[0].probability, few.top[1].probability);
  // The probabilities of two classes add up to one, so their deviations are equal.
  EXPECT_GT(few.top[0].deviation, 0);
  EXPECT_NEAR(few.top[0].deviation, few.top[1].deviation, 1e-9);
  EXPECT_GT(few.information, 0);
  EXPECT_LE(few.information, few.entropy);
  EXPECT_NEAR(many.top[0].probability,
              many.top[0].name == plain[0].name ? plain[0].probability : plain[1].probability, 0.1);
  // The dropout masks are the same again, and the network is restored.
  EXPECT_EQ(evaluate::classify_monte_carlo(model, input(model), 2, 4).top[0].deviation,
            few.top[0].deviation);
  EXPECT_EQ(train::classify(model, input(model), 2)[0].probability, plain[0].probability);
}

TEST(MonteCarloPictures, AreRefusedWhereThereIsNoSpread) {
  const train::small::Directory directory;
  auto model = trained({"epochs=1", kDropout}, directory.path / "with");
  EXPECT_THAT(refusal(model, 1), HasSubstr("found 1 pass, expected at least 2"));
  EXPECT_THAT(refusal(model, -3), HasSubstr("found -3 passes, expected at least 2"));
  EXPECT_THAT(refusal(model, 9'999'999'999), HasSubstr("expected at most 10000"));
  auto without = trained({"epochs=1"}, directory.path / "without");
  EXPECT_THAT(refusal(without, 4), HasSubstr("the network has no dropout"));
}

TEST(MonteCarloPictures, AreRefusedWhereTheLastRateIsNotKnown) {
  const train::small::Directory directory;
  auto model = trained({"epochs=1",
                        "model.dropout=[{ kind = \"dropout\", at = \"head\", p = { schedule = "
                        "\"linear\", peak = 0, final = 0.5 } }]"},
                       directory.path);
  EXPECT_THAT(refusal(model, 4), HasSubstr("a schedule changed model.dropout.0.p"));
}

}  // namespace
}  // namespace temper::run
