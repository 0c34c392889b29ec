// Evaluation of a saved run on corrupted images.
#include "temper/evaluate/corruptions.h"

#include <ATen/ops/empty_like.h>
#include <ATen/ops/equal.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "temper/evaluate/corrupted_source.h"
#include "temper/evaluate/evaluate.h"
#include "temper/io/format/json_keys.h"
#include "temper/run/run.h"
#include "tests/support/refusal.h"
#include "tests/train/small_run.h"

namespace temper::run {
namespace {

using corrupt::Kind;
using temper::testing::refusal;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

struct Trained {
  Trained() : plan(train::plan(train::small::recipe(), train::small::dataset(160))) {
    run(plan, {.directory = directory.path});
    model.emplace(train::load_model(directory.path));
  }

  evaluate::CorruptionTable table(const std::vector<std::string>& kinds,
                                  const std::vector<std::string>& severities) {
    return evaluate::evaluate_corruptions(*model, plan,
                                          {.split = "validation",
                                           .kinds = evaluate::kinds_of(kinds),
                                           .severities = evaluate::severities_of(severities)});
  }

  train::small::Directory directory;
  train::Plan plan;
  std::optional<train::SavedModel> model;
};

TEST(Kinds, AreFoundByName) {
  EXPECT_EQ(evaluate::kinds_of({}).size(), 15U);
  EXPECT_EQ(evaluate::kinds_of({"all"}).size(), 19U);
  EXPECT_THAT(evaluate::kinds_of({"spatter", "fog", "snow", "fog"}),
              ElementsAre(Kind::snow, Kind::fog, Kind::spatter));
}

TEST(Kinds, OfUnknownNamesAreRefusedWithTheNearest) {
  EXPECT_THAT(refusal([] { evaluate::kinds_of({"fog", "gausian_noise"}); }),
              AllOf(HasSubstr("no corruption 'gausian_noise'"),
                    HasSubstr("did you mean 'gaussian_noise'?")));
  EXPECT_THAT(refusal([] { evaluate::kinds_of({"earthquake"}); }),
              AllOf(HasSubstr("expected \"all\""), HasSubstr("glass_blur")));
}

TEST(Severities, AreFromOneToFive) {
  EXPECT_THAT(evaluate::severities_of({}), ElementsAre(1, 2, 3, 4, 5));
  EXPECT_THAT(evaluate::severities_of({"3", "1", "3"}), ElementsAre(1, 3));
  for (const auto* text : {"6", "0", "-1", "", "2.5", "two", "99999999999999999999"})
    EXPECT_THAT(refusal([&] { evaluate::severities_of({text}); }), HasSubstr("expected 1 to 5"))
        << text;
}

TEST(CorruptedSource, HasTheImagesOfEvaluationsCorrupted) {
  const auto plan = train::plan(train::small::recipe(), train::small::dataset(40));
  const evaluate::CorruptedSource source(plan.validation, plan.evaluation,
                                         {.kind = Kind::contrast, .severity = 5});
  EXPECT_EQ(source.size(), plan.validation->size());
  EXPECT_EQ(source.classes(), plan.validation->classes());
  EXPECT_NE(source.digest(), plan.validation->digest());
  for (std::int64_t i = 0; i < source.size(); ++i) {
    EXPECT_EQ(source.label(i), plan.validation->label(i));
    EXPECT_EQ(source.where(i), plan.validation->where(i));
    auto expected = evaluate::image_as_evaluated(*plan.validation, i, plan.evaluation);
    corrupt::Workspace memory;
    auto draws = corrupt::draws_for(1, Kind::contrast, 5, static_cast<std::uint64_t>(i));
    corrupt::corrupt(expected, Kind::contrast, 5, {}, draws, memory);
    EXPECT_EQ(source.image(i), expected);
  }
}

TEST(CorruptedSource, RefusesOtherSeverities) {
  const auto plan = train::plan(train::small::recipe(), train::small::dataset(40));
  EXPECT_THAT(refusal([&] {
                evaluate::CorruptedSource(plan.validation, plan.evaluation, {.severity = 6});
              }),
              HasSubstr("severity 6; expected 1 to 5"));
}

TEST(CorruptedSource, IsCorruptedAfterTheResizeToTheInputsSize) {
  const auto plan = train::plan(train::small::recipe({"data.size=8"}), train::small::dataset(40));
  const auto source = std::make_shared<const evaluate::CorruptedSource>(
      plan.validation, plan.evaluation, evaluate::Corruption{.kind = Kind::fog});
  const auto image = source->image(0);
  EXPECT_EQ(image.height, 8);
  EXPECT_EQ(image.width, 8);

  // The network gets exactly this image.
  data::Loader loader(source, evaluate::reading_corrupted(plan.evaluation));
  loader.start(0);
  const auto found = loader.next()->views.front()[0].permute({1, 2, 0}).contiguous();
  const augment::Pipeline normalised({}, plan.evaluation.normalisation, {8, 8});
  augment::Frame frame;
  auto expected = at::empty_like(found);
  normalised(image, {}, frame, expected.mutable_data_ptr<float>());
  EXPECT_TRUE(at::equal(found, expected));
}

TEST(Corruptions, DoNotDependOnTheNumberOfThreads) {
  const auto plan = train::plan(train::small::recipe(), train::small::dataset(160));
  const evaluate::Corruption corruption{.kind = Kind::impulse_noise, .severity = 3};
  const auto images = [&](std::int64_t threads) {
    auto reading = evaluate::reading_corrupted(plan.evaluation);
    reading.threads = threads;
    data::Loader loader(std::make_shared<const evaluate::CorruptedSource>(
                            plan.validation, plan.evaluation, corruption),
                        reading);
    loader.start(0);
    return loader.next()->views.front().clone();
  };
  EXPECT_TRUE(at::equal(images(0), images(3)));
}

TEST(Corruptions, AreEvaluatedByKindAndSeverity) {
  Trained trained;
  const auto table = trained.table({"brightness", "gaussian_noise"}, {"1", "5"});
  EXPECT_EQ(table.split, "validation");
  EXPECT_EQ(table.weights, "averaged");
  EXPECT_EQ(table.constants, corrupt::ConstantSet::cifar);
  EXPECT_FALSE(table.frost);
  EXPECT_THAT(table.size, ElementsAre(12, 12));
  const auto clean = evaluate::score(
      evaluate::predict(*trained.model->network, trained.plan, trained.plan.validation));
  EXPECT_DOUBLE_EQ(table.clean.accuracy, clean.accuracy);
  ASSERT_EQ(table.rows.size(), 2U);
  EXPECT_EQ(table.rows[0].kind, Kind::gaussian_noise);
  EXPECT_EQ(table.rows[1].kind, Kind::brightness);
  for (const auto& row : table.rows) {
    ASSERT_EQ(row.severities.size(), 2U);
    EXPECT_EQ(row.severities[1].severity, 5);
    EXPECT_EQ(row.severities[1].score.count, clean.count);
    EXPECT_NEAR(row.error,
                1 - (row.severities[0].score.accuracy + row.severities[1].score.accuracy) / 2,
                1e-12);
    EXPECT_FALSE(row.normalised) << "AlexNet's errors are means over five severities";
  }
  EXPECT_FALSE(table.means);
  EXPECT_EQ(table.clean_example.height, 12);
  ASSERT_EQ(table.examples.size(), 2U);
  EXPECT_EQ(table.examples[0].severity, 5);
  const auto json = io::json_of(table);
  EXPECT_EQ(json["corruptions"][0]["kind"], "gaussian_noise");
  EXPECT_EQ(json["corruptions"][1]["severities"][0]["severity"], 1);
  EXPECT_FALSE(json.contains("mean_corruption_error"));
  EXPECT_EQ(json["dialect"], "hendrycks");
}

TEST(Corruptions, OfTheBenchmarkHaveMeans) {
  Trained trained;
  const auto table = trained.table({}, {});
  ASSERT_TRUE(table.means);
  EXPECT_EQ(table.frost, "computed");
  double error = 0;
  double ratio = 0;
  for (const auto& row : table.rows) {
    error += row.error / 15;
    ratio += row.error / corrupt::alexnet_error(row.kind) / 15;
    EXPECT_DOUBLE_EQ(*row.normalised, row.error / corrupt::alexnet_error(row.kind));
  }
  EXPECT_NEAR(table.means->error, error, 1e-12);
  EXPECT_NEAR(table.means->normalised, ratio, 1e-12);
  EXPECT_TRUE(io::json_of(table)["mean_corruption_error"].contains("relative_mce"));
}

TEST(Corruptions, OfAMissingSplitAreRefused) {
  Trained trained;
  EXPECT_THAT(refusal([&] {
                evaluate::evaluate_corruptions(
                    *trained.model, trained.plan,
                    {.split = "test", .kinds = {Kind::fog}, .severities = {1}});
              }),
              HasSubstr("has no test set"));
}

TEST(Corruptions, OfFrostAloneUsePhotographs) {
  Trained trained;
  const auto photographs = std::make_shared<const corrupt::FrostPictures>(
      corrupt::FrostPictures{{40, 40, 3, std::vector<std::uint8_t>(4800, 200)}});
  evaluate::CorruptionOptions options{.split = "validation",
                                      .kinds = {Kind::frost},
                                      .severities = {2},
                                      .corruption = {.frost = photographs}};
  EXPECT_EQ(evaluate::evaluate_corruptions(*trained.model, trained.plan, options).frost,
            "1 photograph");
  options.kinds = {Kind::fog};
  EXPECT_THAT(
      refusal([&] { evaluate::evaluate_corruptions(*trained.model, trained.plan, options); }),
      HasSubstr("other corruptions than frost"));
}

}  // namespace
}  // namespace temper::run
