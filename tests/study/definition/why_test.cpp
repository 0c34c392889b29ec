// The differences between two recipes as the rows of a study.
#include "temper/study/definition/why.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "temper/core/error.h"
#include "temper/study/definition/arms.h"
#include "tests/study/definition/studies.h"

namespace temper::study {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

recipe::Recipe made(const std::string& text) {
  return recipe::parse(text, "r.toml");
}

std::vector<std::string> names(const Changes& changes) {
  std::vector<std::string> list;
  for (const auto& row : changes.rows) list.push_back(row.name);
  return list;
}

const std::string kBefore =
    "epochs = 10\noptimizer.weight_decay = 1e-4\ndata.augment = [\"flip\"]\n";
const std::string kAfter =
    "epochs = 20\nseed = 7\nlog.every_steps = 3\n"
    "optimizer.lr = { schedule = \"cosine\", peak = 0.2, warmup = { epochs = 1 } }\n"
    "optimizer.weight_decay = 5e-4\nloss.label_smoothing = { smoothing = 0.1 }\n"
    "data.augment = [\"flip\", { kind = \"rand_augment\", magnitude = 7 }]\n"
    "model.dropout = [{ kind = \"dropout\", p = 0.3 }]\n";

TEST(Changes, AreOptionsThatChangeResults) {
  const auto found = changes(made(kBefore), made(kAfter));
  EXPECT_THAT(names(found), ElementsAre("length", "data.augment", "model.dropout", "optimizer.lr",
                                        "optimizer.weight_decay", "loss.label_smoothing"));
  EXPECT_THAT(found.notes, IsEmpty());
  EXPECT_THAT(found.rows[0].set, SizeIs(2)) << "epochs and steps";
  EXPECT_EQ(found.rows[1].tag, Tag::regularization);
  EXPECT_EQ(found.rows[3].tag, Tag::training);
}

TEST(Changes, OptionsThatStandInForOneAnotherAreOneRow) {
  const auto layers = changes(made("model.depth = 8\n"), made("model.layers = [1, 1]\n"));
  EXPECT_THAT(names(layers), ElementsAre("model.depth"));
  EXPECT_THAT(layers.rows[0].set, SizeIs(2)) << "depth and layers";
  EXPECT_THAT(names(changes(made("data.validation = 0.1\n"),
                            made("data.validation = 0\ndata.folds = 5\ndata.fold = 2\n"))),
              ElementsAre("data.validation"));
  EXPECT_THAT(names(changes(made("data.batch_size = 64\n"), made("data.batch_per_rank = 32\n"))),
              ElementsAre("data.batch_size"));
}

TEST(Changes, AreTablesWhereTheyAreMany) {
  const auto after =
      made(kAfter + "optimizer.nesterov = true\nclip = { kind = \"norm\", max_norm = 1.0 }\n");
  EXPECT_THAT(names(changes(made(kBefore), after)),
              ElementsAre("length", "data", "model", "optimizer", "clip", "loss"));
  EXPECT_THAT(names(changes(made(kBefore), after, RowsBy::option)), SizeIs(8));
  const auto found = changes(made(kBefore), made(kAfter), RowsBy::table);
  EXPECT_THAT(names(found), ElementsAre("length", "data", "model", "optimizer", "loss"));
  EXPECT_THAT(found.rows[3].set, SizeIs(2));
}

TEST(Changes, AnotherKindIsOneChange) {
  const auto found =
      changes(made("optimizer.lr = 0.1"), made("optimizer = { kind = \"adamw\", lr = 0.001 }\n"
                                               "model = { kind = \"efficientnet\" }\n"));
  EXPECT_THAT(names(found), ElementsAre("model", "optimizer"));
  EXPECT_EQ(found.rows[0].tag, Tag::architecture);
  EXPECT_THAT(found.rows[1].set[0].second, HasSubstr("kind = \"adamw\""));
}

TEST(Changes, WhatOneLeavesToTheProgramIsNoDecision) {
  const auto found = changes(made("precision = \"auto\"\n"),
                             made("precision = \"fp32\"\ndata.mean = [0.5]\ndata.std = [0.25]\n"));
  EXPECT_THAT(found.rows, IsEmpty());
  EXPECT_THAT(found.notes, SizeIs(3));
  EXPECT_THAT(changes(made(""), made("data.source = \"elsewhere\"")).notes,
              ElementsAre(HasSubstr("all rows are trained on the former")));
}

/// The study of these changes, with the base recipe in its own text in place of a file.
Study study_of(const Changes& changes, Mode mode, const std::string& base) {
  auto text = why_study(changes, {.base_name = "before",
                                  .other_name = "after",
                                  .base = "base.toml",
                                  .mode = mode,
                                  .seeds = 2});
  const std::string line = "base = \"base.toml\"\n";
  const auto at = text.find(line);
  if (at == std::string::npos) ADD_FAILURE() << text;
  if (at != std::string::npos) text.erase(at, line.size());
  return parse_study(text + "\n[base]\n" + base, "why.toml");
}

TEST(Changes, OtherTeachersAndOtherWeightsAreRows) {
  for (const std::string table : {"distillation", "pretrained"}) {
    const auto from = table + " = { from = \"runs/a\" }\n";
    const auto found = changes(made(from), made(table + " = { from = \"runs/b\" }\n"));
    EXPECT_THAT(names(found), ElementsAre(table));
    EXPECT_THAT(found.notes, IsEmpty());
    const auto all = arms(study_of(found, Mode::one_at_a_time, from));
    ASSERT_THAT(all, SizeIs(2));
    EXPECT_FALSE(same_results(all[0], all[1])) << table;
  }
}

const std::string kSeveral =
    "data.sources = [{ source = \"a\" }, { source = \"b\", weight = 2 }]\n";

TEST(Changes, OtherDataIsNoRow) {
  const std::string one = "data.source = \"a\"\n";
  const std::string others =
      "data.sources = [{ source = \"a\", weight = 5 }, { source = \"c\" }, { source = \"d\" }]\n";
  for (const auto& [from, to] : std::vector<std::pair<std::string, std::string>>{
           {one, kSeveral}, {kSeveral, one}, {"", kSeveral}, {kSeveral, others}}) {
    const auto found = changes(made(from), made(to + "epochs = 3\n"));
    EXPECT_THAT(names(found), ElementsAre("length")) << from << to;
    EXPECT_THAT(found.notes, ElementsAre(HasSubstr("all rows are trained on the former")));
  }
  const auto found = changes(made(one), made(kSeveral));
  EXPECT_THAT(found.notes,
              ElementsAre("The data differ, data.source = \"a\" and data.sources = [{ source = "
                          "\"a\", weight = 1.0 }, { source = \"b\", weight = 2.0 }]: all rows are "
                          "trained on the former."));
  EXPECT_THAT(testing::message_of([&] { (void)study_of(found, Mode::one_at_a_time, one); }),
              HasSubstr("no difference between before and after can be a row of a study. The data "
                        "differ"));
}

TEST(Changes, OtherWeightsOfTheSameSourcesAreARow) {
  const auto found =
      changes(made(kSeveral),
              made("data.sources = [{ source = \"a\" }, { source = \"b\", weight = 3 }]\n"));
  EXPECT_THAT(names(found), ElementsAre("data.sources"));
  EXPECT_THAT(found.notes, IsEmpty());
  EXPECT_THAT(arms(study_of(found, Mode::one_at_a_time, kSeveral)), SizeIs(2));
}

TEST(WhyStudy, WithAllRowsTheBaseIsTheOtherRecipe) {
  const auto after = made(kAfter);
  for (const auto by : {RowsBy::option, RowsBy::table}) {
    const auto found = changes(made(kBefore), after, by);
    const auto all = arms(study_of(found, Mode::leave_one_out, kBefore));
    const Arm* whole = nullptr;
    for (const auto& arm : all)
      if (arm.rows.size() == found.rows.size()) whole = &arm;
    ASSERT_NE(whole, nullptr);
    for (const auto& one : recipe::differences(whole->recipe, after))
      EXPECT_TRUE(!one.changes_results || one.path == "seed" || one.path == "data.split_seed")
          << one.path << ": " << one.left << " | " << one.right;
  }
}

TEST(WhyStudy, RefusesEqualRecipes) {
  const auto found = changes(made("seed = 1"), made("seed = 2\nname = \"other\""));
  EXPECT_THAT(testing::message_of([&] {
                (void)why_study(found, {.base_name = "a", .other_name = "b", .base = "base.toml"});
              }),
              HasSubstr("a and b have the same options"));
}

TEST(WhyStudy, TheModeSuitsTheNumberOfRows) {
  EXPECT_EQ(usual_mode(1), Mode::one_at_a_time);
  EXPECT_EQ(usual_mode(2), Mode::orders);
  EXPECT_EQ(usual_mode(4), Mode::orders);
  EXPECT_EQ(usual_mode(5), Mode::additive);
}

}  // namespace
}  // namespace temper::study
