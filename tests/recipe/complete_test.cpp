#include "temper/recipe/complete.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "temper/recipe/recipe.h"

namespace temper::recipe {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::IsSupersetOf;
using ::testing::Not;
using ::testing::StartsWith;

std::vector<std::string> continuations(std::string_view typed) {
  std::vector<std::string> texts;
  for (const auto& candidate : complete_edit(typed).candidates) texts.push_back(candidate.text);
  return texts;
}

TEST(CompleteEdit, OffersTheKeysOfOneLevel) {
  EXPECT_THAT(continuations(""),
              IsSupersetOf({"epochs=", "data.", "optimizer=", "optimizer.", "averaging="}));
  EXPECT_THAT(continuations(""), Not(Contains(StartsWith("optimizer.l"))));
  EXPECT_THAT(continuations("epo"), ElementsAre("epochs="));
  EXPECT_EQ(complete_edit("epo").candidates.front().meaning,
            "length of the run in passes over the training images; 0: it is given in steps");
  EXPECT_THAT(continuations("checkpoint.every_s"), ElementsAre("checkpoint.every_steps="));
  EXPECT_THAT(continuations("teleport"), IsEmpty());
}

TEST(CompleteEdit, KnowsOptionsOfTechniquesThatAreNotSwitchedOn) {
  EXPECT_THAT(continuations("optimizer.mom"), Contains("optimizer.momentum="));
  EXPECT_THAT(continuations("optimizer."), IsSupersetOf({"optimizer.kind=", "optimizer.beta1="}));
  EXPECT_THAT(continuations("averaging.0.de"), Contains("averaging.0.decay="));
}

TEST(CompleteEdit, OffersValuesThatHaveNames) {
  EXPECT_THAT(continuations("precision="),
              ElementsAre("precision=auto", "precision=fp32", "precision=bf16"));
  EXPECT_THAT(continuations("precision=b"), ElementsAre("precision=bf16"));
  EXPECT_THAT(continuations("precision=bf16"), ElementsAre("precision=bf16"));
  EXPECT_THAT(continuations("optimizer.kind=sg"), Contains("optimizer.kind=sgd"));
  EXPECT_THAT(continuations("optimizer.nesterov="),
              ElementsAre("optimizer.nesterov=true", "optimizer.nesterov=false"));
  EXPECT_THAT(continuations("threads="), ElementsAre("threads=auto"));
  EXPECT_THAT(continuations("lookahead="), Contains("lookahead=false"));
  EXPECT_THAT(continuations("epochs="), IsEmpty());
}

TEST(CompleteEdit, KnowsWhichValuesAreText) {
  EXPECT_TRUE(complete_edit("data.source=pic").text);
  EXPECT_FALSE(complete_edit("data.source").text);
  EXPECT_FALSE(complete_edit("epochs=").text);
}

TEST(CompleteEdit, FollowsListsAndSchedules) {
  EXPECT_THAT(continuations("data.augment."), ElementsAre("data.augment.0=", "data.augment.0."));
  EXPECT_THAT(continuations("data.augment.12.padding_"),
              ElementsAre("data.augment.12.padding_mode="));
  EXPECT_THAT(continuations("data.augment.1.kind=fl"), Contains("data.augment.1.kind=flip"));
  EXPECT_THAT(continuations("data.augment.0.operations.2.kind=random_a"),
              ElementsAre("data.augment.0.operations.2.kind=random_apply"));
  EXPECT_THAT(continuations("data.augment.0.operations.2.operations.1.p.sch"),
              Contains("data.augment.0.operations.2.operations.1.p.schedule="));
  EXPECT_THAT(continuations("optimizer.lr"), IsSupersetOf({"optimizer.lr=", "optimizer.lr."}));
  EXPECT_THAT(continuations("optimizer.lr.pe"), Contains("optimizer.lr.peak="));
  EXPECT_THAT(continuations("optimizer.lr.schedule=cos"), Contains("optimizer.lr.schedule=cosine"));
}

TEST(CompleteEdit, KnowsEveryKeyThatARecipeShows) {
  const auto recipe = parse(R"(
averaging = [{ kind = "ema" }]
[data]
augment = [{ kind = "pad_crop" }, { kind = "random_apply" }]
[optimizer]
lr = { schedule = "cosine", peak = 0.1 }
)",
                            "test");
  for (const auto& fact : facts(recipe))
    EXPECT_THAT(continuations(fact.path), Contains(fact.path + "=")) << fact.path;
}

}  // namespace
}  // namespace temper::recipe
