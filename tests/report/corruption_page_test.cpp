// The table and the page of an evaluation under corruptions.
#include "temper/report/corruption_page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "temper/io/disk/read_file.h"
#include "temper/report/corruption_text.h"
#include "tests/report/run_directory.h"

namespace temper::report {
namespace {

using corrupt::Kind;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

evaluate::CorruptionTable table(bool with_means) {
  evaluate::CorruptionTable result{.split = "test",
                                   .weights = "averaged",
                                   .frost = "computed",
                                   .seed = 1,
                                   .size = {12, 12},
                                   .clean = {.loss = 0.5, .accuracy = 0.75, .count = 200}};
  result.clean_example = {2, 2, 1, {1, 2, 3, 4}};
  evaluate::CorruptionRow fog{.kind = Kind::fog, .error = 0.5};
  for (const std::int64_t severity : {1, 3})
    fog.severities.push_back(
        {severity, {.loss = 1, .accuracy = severity == 1 ? 0.6 : 0.4, .count = 200}});
  result.examples.push_back({Kind::fog, 3, {2, 2, 1, {5, 6, 7, 8}}});
  if (with_means) {
    fog.normalised = 0.6103;
    fog.relative = 0.65;
    result.means = corrupt::MeanErrors{.error = 0.45, .normalised = 0.767, .relative = 1.05};
  }
  result.rows.push_back(fog);
  return result;
}

TEST(CorruptionText, HasALineForAKind) {
  const auto head = corruption_head({1, 3});
  const auto line = corruption_line(table(true).rows[0]);
  EXPECT_EQ(head.size(), line.size());
  EXPECT_THAT(head, AllOf(HasSubstr("sev. 1"), HasSubstr("sev. 3"), HasSubstr("rel. CE")));
  EXPECT_THAT(line, AllOf(HasSubstr("fog"), HasSubstr(" 60.00 "), HasSubstr(" 40.00 "),
                          HasSubstr(" 50.00 "), HasSubstr(" 61.03 ")));
  EXPECT_THAT(corruption_line(table(false).rows[0]), HasSubstr("       -         -\n"));
}

TEST(CorruptionText, SummarizesOrSaysWhatIsMissing) {
  EXPECT_THAT(corruption_summary(table(true)),
              AllOf(HasSubstr("accuracy without corruption 75.00%, over 200 images"),
                    HasSubstr("mean corruption error 45.00%"), HasSubstr("mCE 76.70"),
                    HasSubstr("relative mCE 105.00"), HasSubstr("constants of ImageNet-C"),
                    HasSubstr("frost: computed")));
  EXPECT_THAT(corruption_summary(table(false)),
              AllOf(HasSubstr("no mean corruption error"), Not(HasSubstr("mCE "))));
}

TEST(CorruptionPage, HasAllSections) {
  const auto page = corruption_page(table(true), "my <run>");
  for (const auto* id : {"accuracies", "images", "method"})
    EXPECT_THAT(page, HasSubstr(std::string("<section id=\"") + id + "\""));
  EXPECT_THAT(page, AllOf(HasSubstr("my &lt;run&gt;"), HasSubstr("76.70"), HasSubstr("severity 3"),
                          HasSubstr(R"(style="--ink:0.20")"),  // 0.6 of 0.75
                          HasSubstr("Frost is computed"), Not(HasSubstr("{{")),
                          Not(HasSubstr("src=\"http"))));
  EXPECT_THAT(corruption_page(table(false), "run"), HasSubstr("No mean corruption error"));
}

TEST(CorruptionPage, IsWrittenIntoTheRunWithItsNumbers) {
  const fake::Directory run;
  const auto path = write_corruptions(run.path, table(true));
  EXPECT_EQ(path, run.path / "corruptions.html");
  EXPECT_THAT(io::read_text(path), HasSubstr(run.path.filename().string()));
  const auto json = nlohmann::json::parse(io::read_text(run.path / "corruptions.json"));
  EXPECT_EQ(json["corruptions"][0]["ce"], 0.6103);
  EXPECT_EQ(json["mean_corruption_error"]["mce"], 0.767);
  EXPECT_EQ(json["clean"]["accuracy"], 0.75);
}

}  // namespace
}  // namespace temper::report
