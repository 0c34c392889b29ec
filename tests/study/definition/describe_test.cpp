#include "temper/study/definition/describe.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "temper/study/definition/study.h"

namespace temper::study {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

std::vector<std::string> continuations(std::string_view typed) {
  std::vector<std::string> texts;
  for (const auto& candidate : complete_study_edit(typed).candidates)
    texts.push_back(candidate.text);
  return texts;
}

TEST(StudySections, DescribeEveryKey) {
  std::vector<std::string> names;
  for (const auto& section : sections()) {
    names.push_back(section.name);
    EXPECT_FALSE(section.summary.empty());
    for (const auto& option : section.options)
      EXPECT_FALSE(option.meaning.empty()) << section.name << ' ' << option.name;
  }
  EXPECT_THAT(names, ElementsAre("study", "row", "length", "claim"));
  const auto text = recipe::explain_text(sections()[1]);
  EXPECT_THAT(text, AllOf(StartsWith("row (study)"), HasSubstr("In a study file\n"),
                          HasSubstr("tag"), HasSubstr("set "), HasSubstr("tune_grid")));
}

TEST(StudySections, TheirExamplesAreAStudy) {
  const auto all = sections();
  const auto made =
      parse_study(all[0].example.substr(all[0].example.find('\n') + 1) + "\n[base]\nepochs = 2\n" +
                      all[1].example + "\n" + all[2].example + "\n" + all[3].example,
                  "example.toml");
  EXPECT_EQ(made.rows.size(), 1U);
  EXPECT_EQ(made.lengths.size(), 1U);
  EXPECT_EQ(made.claims.size(), 1U);
}

TEST(CompleteStudyEdit, OffersKeysOfTheFileAndOfItsBase) {
  EXPECT_THAT(continuations("mar"), ElementsAre("margin="));
  EXPECT_THAT(continuations("mode="), Contains("mode=orders"));
  EXPECT_THAT(continuations(""), AllOf(Contains("base."), Contains("seeds="), Not(Contains("row=")),
                                       Not(Contains("claim="))));
  EXPECT_THAT(continuations("base.epo"), ElementsAre("base.epochs="));
  EXPECT_THAT(continuations("base.optimizer.kind=sg"), Contains("base.optimizer.kind=sgd"));
}

}  // namespace
}  // namespace temper::study
