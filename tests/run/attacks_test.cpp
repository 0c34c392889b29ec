// Evaluation of a saved run under adversarial attacks.
#include "temper/evaluate/attacks.h"

#include <ATen/ops/equal.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "temper/evaluate/evaluate.h"
#include "temper/io/format/json_keys.h"
#include "temper/run/run.h"
#include "temper/train/begin.h"
#include "temper/train/state.h"
#include "tests/support/ranks_of_threads.h"
#include "tests/support/refusal.h"
#include "tests/train/small_run.h"

namespace temper::run {
namespace {

using adversarial::Method;
using adversarial::Norm;
using evaluate::AttackOptions;
using temper::testing::refusal;
using ::testing::DoubleNear;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

struct Trained {
  Trained()
      : plan(train::plan(train::small::recipe({"precision=fp32"}), train::small::dataset(160))) {
    run(plan, {.directory = directory.path});
    model.emplace(train::load_model(directory.path));
  }

  evaluate::AttackTable table(AttackOptions options) {
    options.split = "validation";
    return evaluate::evaluate_attack(*model, plan, options);
  }

  train::small::Directory directory;
  train::Plan plan;
  std::optional<train::SavedModel> model;
};

TEST(Radii, AreNumbersAndFractions) {
  EXPECT_THAT(evaluate::radii_of({"8/255", "0.5", "2/255", "0.5"}, Norm::linf),
              ElementsAre(2.0 / 255, 8.0 / 255, 0.5));
  EXPECT_THAT(evaluate::radii_of({}, Norm::linf), ElementsAre(8.0 / 255));
  EXPECT_THAT(evaluate::radii_of({}, Norm::l2), ElementsAre(0.5));
  for (const auto* text : {"0", "0/255", "-1/255", "8/", "/255", "", "8/255/2", "1/0", "much",
                           "inf", "nan", "1e308/1e-308", "1/-2", " 1"})
    EXPECT_THAT(refusal([&] { evaluate::radii_of({text}, Norm::linf); }),
                HasSubstr("expected a number above 0 or a fraction"))
        << text;
}

TEST(Attacks, AreEvaluatedByRadius) {
  Trained trained;
  const auto table = trained.table({.attack = {.steps = 5}, .radii = {1e-6, 0.05, 0.5}});
  const auto clean = evaluate::score(
      evaluate::predict(*trained.model->network, trained.plan, trained.plan.validation));
  EXPECT_EQ(table.split, "validation");
  EXPECT_EQ(table.weights, "averaged");
  EXPECT_EQ(table.count, clean.count);
  EXPECT_DOUBLE_EQ(table.clean_accuracy, clean.accuracy);
  EXPECT_THAT(table.size, ElementsAre(12, 12));
  ASSERT_EQ(table.rows.size(), 3U);
  EXPECT_DOUBLE_EQ(table.rows[0].accuracy, table.clean_accuracy);
  for (const auto& row : table.rows) {
    EXPECT_EQ(row.correct + row.fooled, table.clean_correct);
    EXPECT_DOUBLE_EQ(row.accuracy,
                     static_cast<double>(row.correct) / static_cast<double>(table.count));
    EXPECT_LE(row.interval.low, row.accuracy);
    EXPECT_GE(row.interval.high, row.accuracy);
  }
  EXPECT_LE(table.rows[2].accuracy, table.rows[1].accuracy);
  EXPECT_DOUBLE_EQ(table.shown_radius, 0.05);
  EXPECT_LE(table.examples.size(), 4U);

  const auto json = io::json_of(table);
  EXPECT_EQ(json["attack"].get<std::string>(), "pgd");
  EXPECT_EQ(json["norm"].get<std::string>(), "linf");
  EXPECT_EQ(json["steps"], 5);
  EXPECT_EQ(json["random_start"], true);
  EXPECT_FALSE(json.contains("step_size"));
  EXPECT_EQ(json["radii"][1]["radius"], 0.05);
}

TEST(Attacks, ShowImagesThatTheyFool) {
  Trained trained;
  const auto table = trained.table({.attack = {.steps = 10}, .radii = {0.5}});
  ASSERT_GT(table.rows[0].fooled, 0);
  ASSERT_FALSE(table.examples.empty());
  const auto& one = table.examples.front();
  EXPECT_EQ(one.image.height, 12);
  EXPECT_EQ(one.image.channels, 1);
  EXPECT_NE(one.image, one.attacked);
  EXPECT_NE(one.label, one.predicted);
  EXPECT_THAT(one.enlarged, DoubleNear(1, 0.2));  // half of 0.5, or less where samples are clipped
  EXPECT_THAT(one.perturbation.pixels,
              ::testing::AnyOf(::testing::Contains(255), ::testing::Contains(0)));
}

TEST(Attacks, LeaveTheNetworkAsItIs) {
  Trained trained;
  auto& network = *trained.model->network;
  std::vector<at::Tensor> before;
  for (const auto& [name, value] : train::weights(network)) before.push_back(value.clone());
  const auto format = network.format();
  trained.table({.attack = {.method = Method::apgd, .steps = 3}, .radii = {0.1}});
  std::size_t i = 0;
  for (const auto& [name, value] : train::weights(network))
    EXPECT_TRUE(at::equal(value, before[i++])) << name;
  for (const auto& parameter : network.parameters()) EXPECT_FALSE(parameter.value.grad().defined());
  EXPECT_EQ(network.format(), format);
}

TEST(Attacks, OfSomeImagesAreTheSameEveryTime) {
  Trained trained;
  const AttackOptions options{.attack = {.steps = 3}, .radii = {0.1}, .images = 10};
  const auto first = trained.table(options);
  EXPECT_EQ(first.count, 10);
  const auto second = trained.table(options);
  EXPECT_EQ(first.clean_correct, second.clean_correct);
  EXPECT_EQ(first.rows[0].correct, second.rows[0].correct);
  EXPECT_EQ(trained.table({.attack = {.steps = 3}, .radii = {0.1}, .images = 1000}).count,
            trained.plan.validation->size());
}

TEST(Attacks, DescribeOnlyWhatTheyUse) {
  Trained trained;
  const auto fgsm =
      io::json_of(trained.table({.attack = {.method = Method::fgsm}, .radii = {0.1}, .images = 8}));
  EXPECT_FALSE(fgsm.contains("steps"));
  EXPECT_FALSE(fgsm.contains("random_start"));
  const auto apgd =
      io::json_of(trained.table({.attack = {.method = Method::apgd, .norm = Norm::l2, .steps = 2},
                                 .radii = {0.1},
                                 .images = 8}));
  EXPECT_EQ(apgd["norm"].get<std::string>(), "l2");
  EXPECT_EQ(apgd["steps"], 2);
  EXPECT_FALSE(apgd.contains("random_start"));
}

TEST(Attacks, BeyondTheRangeAreRefused) {
  Trained trained;
  EXPECT_THAT(refusal([&] { trained.table({.radii = {1.5}}); }), HasSubstr("expected 0 to 1"));
  EXPECT_THAT(refusal([&] { trained.table({.attack = {.norm = Norm::l2}, .radii = {12.5}}); }),
              HasSubstr("expected 0 to 12,"));
  EXPECT_THAT(refusal([&] {
                trained.table(
                    {.attack = {.loss = adversarial::AttackLoss::dlr, .steps = 1}, .radii = {0.1}});
              }),
              HasSubstr("at least 3 classes"));
  EXPECT_THAT(refusal([&] {
                evaluate::evaluate_attack(*trained.model, trained.plan,
                                          {.split = "test", .radii = {0.1}});
              }),
              HasSubstr("has no test set"));
}

/// The scores under attack in a run's log.
std::vector<train::AttackedScore> attacked_in(const train::small::fs::path& run) {
  std::vector<train::AttackedScore> found;
  for (const auto& event : train::read_events(run / "metrics.jsonl"))
    if (const auto* evaluated = std::get_if<train::Evaluated>(&event))
      if (const auto& scores = evaluated->averaged; scores && scores->attacked)
        found.push_back(*scores->attacked);
  return found;
}

TEST(AttacksInTraining, AreThoseOfTheFinishedRunAndChangeNothing) {
  const train::small::Directory directory;
  const std::vector<std::string> attack{
      "precision=fp32", "evaluation.attack={ radius = 0.05, steps = 3, images = 20 }"};
  const auto plan = train::plan(train::small::recipe(attack), train::small::dataset(160));
  run(plan, {.directory = directory.path / "attacked"});
  const auto found = attacked_in(directory.path / "attacked");
  ASSERT_EQ(found.size(), 3U);

  auto model = train::load_model(directory.path / "attacked");
  AttackOptions options{
      .split = "validation", .attack = {.steps = 3}, .radii = {0.05}, .images = 20};
  const auto table = evaluate::evaluate_attack(model, plan, options);
  EXPECT_EQ(found.back().count, 20);
  EXPECT_EQ(found.back().accuracy, table.rows.front().accuracy);

  const auto plain =
      train::plan(train::small::recipe({"precision=fp32"}), train::small::dataset(160));
  run(plain, {.directory = directory.path / "plain"});
  const auto unattacked = train::load_model(directory.path / "plain");
  const auto right = train::weights(*unattacked.network);
  for (std::size_t i = 0; const auto& [name, value] : train::weights(*model.network))
    EXPECT_TRUE(at::equal(value, right[i++].second)) << name;
}

TEST(AttacksInTraining, OfSeveralProcessesAreThoseOfOne) {
  const auto recipe = train::small::recipe(
      {"precision=fp32", "evaluation.attack={ radius = 0.05, steps = 3, images = 21 }"});
  const auto plan = train::plan(recipe, train::small::dataset(160));
  const auto state = train::begin(plan);
  const auto alone = evaluate::attacked_score(*state.network, plan);
  EXPECT_EQ(alone.count, 21);
  test::in_ranks(2, [&](distributed::Group& group) {
    const std::shared_ptr<distributed::Group> shared(&group, [](distributed::Group*) {});
    const auto part = train::plan(recipe, train::small::dataset(160), shared);
    const auto own = train::begin(plan);
    const auto found = evaluate::attacked_score(*own.network, part);
    EXPECT_EQ(found.count, alone.count);
    EXPECT_EQ(found.accuracy, alone.accuracy);
  });
}

TEST(AttacksInTraining, NeedAValidationSetAndARadiusThatMakesSense) {
  const auto refused = [](const std::vector<std::string>& sets) {
    return refusal([&] { (void)train::small::plan_of(sets); });
  };
  EXPECT_THAT(refused({"evaluation.attack=true", "data.validation=0"}),
              HasSubstr("with data.validation = 0 there are none"));
  EXPECT_THAT(refused({"evaluation.attack.radius=1.5"}), HasSubstr("at most 1 apart"));
  EXPECT_THAT(refused({"evaluation.attack={ norm = \"l2\", radius = 13 }"}),
              HasSubstr("evaluation.attack.radius = 13"));
}

}  // namespace
}  // namespace temper::run
