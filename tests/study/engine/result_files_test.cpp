#include "temper/study/engine/result_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "temper/core/error.h"
#include "tests/support/refusal.h"

namespace temper::study {
namespace {

using temper::testing::refusal;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

Result result(std::string fingerprint, std::int64_t seed) {
  return {.fingerprint = std::move(fingerprint),
          .numerics = 3,
          .seed = seed,
          .outcome = kFinished,
          .label = "label smoothing, \"0.1\"",
          .measures = "test;clusters=a,b,c",
          .figures = {{"test.accuracy", 0.1 + 0.2}, {"seconds", 12}}};
}

std::string refused(const std::string& text) {
  return refusal(Code::data, [&] { parse_results(text, "results.csv"); });
}

constexpr auto kHeader = "fingerprint,numerics,seed,outcome,label,measures";

TEST(ResultFiles, ResultsAreReadBackExactly) {
  auto diverged = result("0a", 2);
  diverged.outcome = kDiverged;
  diverged.figures = {{"gap.loss", -1e-300}};
  const std::vector<Result> results{result("ff01", 1), diverged};
  const auto text = results_text(results);
  EXPECT_THAT(text, StartsWith(std::string(kHeader) + ",gap.loss,seconds,test.accuracy\n"));
  EXPECT_EQ(parse_results(text, "results.csv"), results);
  EXPECT_EQ(results_text(parse_results(text, "results.csv")), text);
  EXPECT_THAT(parse_results(results_text({}), "results.csv"), IsEmpty());
}

TEST(ResultFiles, FiguresThatAreNotFiniteAreLeftOut) {
  auto odd = result("ff", 1);
  odd.figures = {{"a", std::nan("")}, {"b", std::numeric_limits<double>::infinity()}, {"c", 1}};
  const std::vector<Result> results{odd};
  const auto read = parse_results(results_text(results), "results.csv");
  ASSERT_EQ(read.size(), 1U);
  EXPECT_EQ(read[0].figures, (std::map<std::string, double>{{"c", 1}}));
}

TEST(ResultFiles, ColumnsMayBeInAnyOrder) {
  const auto read = parse_results(
      "seconds,seed,outcome,numerics,measures,label,fingerprint\n"
      "1.5,7,finished,3,,a label,ab12\n",
      "results.csv");
  ASSERT_EQ(read.size(), 1U);
  EXPECT_EQ(read[0].fingerprint, "ab12");
  EXPECT_EQ(read[0].seed, 7);
  EXPECT_EQ(read[0].figures.at("seconds"), 1.5);
}

TEST(ResultFiles, WhatIsDamagedIsNamedWithItsLine) {
  const std::string header = std::string(kHeader) + ",seconds\n";
  EXPECT_THAT(refused(header + "ab,3,1,finished,,,1\nab,3,1,maybe,,,1\n"),
              HasSubstr("results.csv:3: the column outcome has 'maybe'"));
  EXPECT_THAT(refused(header + "../x,3,1,finished,,,1\n"), HasSubstr("the column fingerprint"));
  EXPECT_THAT(refused(header + "ab,3,-1,finished,,,1\n"), HasSubstr("the column seed"));
  EXPECT_THAT(refused(header + "ab,3,1.5,finished,,,1\n"), HasSubstr("the column seed"));
  EXPECT_THAT(refused(header + "ab,x,1,finished,,,1\n"), HasSubstr("the column numerics"));
  EXPECT_THAT(refused(header + "ab,3,1,finished,,,nan\n"), HasSubstr("the column seconds"));
  EXPECT_THAT(refused(header + "ab,3,1,finished,,,1 s\n"), HasSubstr("the column seconds"));
  EXPECT_THAT(refused("fingerprint,seed\nab,1\n"), HasSubstr("no column numerics"));
  EXPECT_THAT(refused(std::string(kHeader) + ",seconds,seconds\n"), HasSubstr("named twice"));
  EXPECT_THAT(refused(""), HasSubstr("empty table"));
}

TEST(ResultFiles, CurvesAreReadBackWithWhatIsMissing) {
  const std::vector<Epoch> curve{{1, 0.5, 2.25, 2.5, 0.1}, {2, 1.0, 1.0 / 3, std::nan(""), 0.5}};
  const auto text = curve_text(curve);
  EXPECT_EQ(text,
            "epoch,seconds,train_loss,validation_loss,accuracy\n1,0.5,2.25,2.5,0.1\n"
            "2,1,0.3333333333333333,,0.5\n");
  const auto read = parse_curve(text, "curve.csv");
  ASSERT_EQ(read.size(), 2U);
  EXPECT_EQ(read[0], curve[0]);
  EXPECT_EQ(read[1].train_loss, 1.0 / 3);
  EXPECT_TRUE(std::isnan(read[1].validation_loss));
  EXPECT_THAT(refusal(Code::data, [] { parse_curve("a,b,c,d,e\n", "curve.csv"); }),
              HasSubstr("curve.csv:1"));
  EXPECT_THAT(refusal(Code::data, [&] { parse_curve(text + "x,1,1,1,1\n", "curve.csv"); }),
              HasSubstr("curve.csv:4"));
}

TEST(ResultFiles, CorrectnessIsReadBackForAnyNumberOfImages) {
  EXPECT_EQ(correct_text({true, false, false, true, true}), "5:98\n");
  std::vector<bool> correct;
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(parse_correct(correct_text(correct), "correct.txt"), correct);
    correct.push_back(i % 3 == 0);
  }
  for (const char* damaged :
       {"", "5:98", "5:9\n", "5:988\n", "5:9x\n", "x:98\n", "98\n", "18446744073709551615:\n"})
    EXPECT_THAT(refusal(Code::data, [&] { parse_correct(damaged, "correct.txt"); }),
                HasSubstr("correct.txt"))
        << damaged;
}

}  // namespace
}  // namespace temper::study
