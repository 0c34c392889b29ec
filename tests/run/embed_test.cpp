#include "temper/evaluate/embed.h"

#include <ATen/ops/allclose.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/full.h>
#include <ATen/ops/index_select.h>
#include <ATen/ops/tensor.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "temper/core/error.h"
#include "temper/evaluate/feature_baselines.h"
#include "temper/evaluate/features.h"
#include "temper/io/disk/atomic_file.h"
#include "temper/io/disk/read_file.h"
#include "temper/io/format/npy.h"
#include "temper/run/run.h"
#include "temper/train/tensors.h"
#include "tests/train/small_run.h"

namespace temper::run {
namespace {

using ::testing::HasSubstr;

/// A finished run with a test set, and its model.
struct Trained {
  Trained() {
    auto set = train::small::dataset(64);
    set.test = train::small::dataset(20, 2).train;
    plan.emplace(train::plan(train::small::recipe({"epochs=1", "precision=\"fp32\""}), set));
    run(*plan, {.directory = directory.path});
    model.emplace(train::load_model(directory.path));
  }

  train::small::Directory directory;
  std::optional<train::Plan> plan;
  std::optional<train::SavedModel> model;
};

TEST(Embed, GivesTheFeaturesAndLabelsOfASet) {
  Trained trained;
  const auto found = evaluate::embed(*trained.model, *trained.plan, "test");
  const auto expected =
      evaluate::features(*trained.model->network, *trained.plan, trained.plan->test);
  EXPECT_TRUE(at::equal(found.features, expected.activations));
  EXPECT_TRUE(at::equal(found.labels, expected.labels));
  EXPECT_EQ(found.images.size(), 20U);
  EXPECT_EQ(found.images[3], trained.plan->test->where(3));
  EXPECT_EQ(found.classes, trained.model->classes);
  EXPECT_THROW(
      (void)evaluate::embed(*trained.model,
                            train::plan(train::small::recipe(), train::small::dataset(64)), "test"),
      Error);
}

TEST(Embed, GivesThoseOfFilesThatCanBeRead) {
  Trained trained;
  std::vector<std::string> paths;
  for (std::int64_t i = 0; i < 5; ++i) {
    paths.push_back((trained.directory.path / fmt::format("{}.png", i)).string());
    if (i != 2) io::write_atomically(paths.back(), io::encode_png(trained.plan->test->image(i)));
  }
  const auto embedded = [&](const std::vector<std::string>& from,
                            std::vector<std::string>& unread) {
    auto next = [&, i = std::size_t{0}]() mutable -> std::optional<std::string> {
      if (i == from.size()) return std::nullopt;
      return from[i++];
    };
    return evaluate::embed(*trained.model, std::move(next), {.batch = 2, .threads = 2},
                           [&](const std::string& path, const evaluate::UnreadImage& why) {
                             EXPECT_EQ(why.code, Code::io);
                             unread.push_back(path);
                           });
  };
  std::vector<std::string> unread;
  const auto found = embedded(paths, unread);
  EXPECT_THAT(unread, ::testing::ElementsAre(paths[2]));
  EXPECT_THAT(found.images, ::testing::ElementsAre(paths[0], paths[1], paths[3], paths[4]));
  EXPECT_FALSE(found.labels.defined());
  const auto rows = at::tensor(std::vector<std::int64_t>{0, 1, 3, 4}, at::kLong);
  const auto expected =
      evaluate::embed(*trained.model, *trained.plan, "test").features.index_select(0, rows);
  EXPECT_TRUE(at::allclose(found.features, expected, 1e-5, 1e-5));
  EXPECT_THROW((void)embedded({paths[2]}, unread), Error);
}

TEST(Embed, IsWrittenAsSafetensorsOrNpy) {
  const train::small::Directory folder;
  const evaluate::Embedding embedding{
      .features = at::tensor(std::vector<float>{1, 2, 3, 4, 5, 6}, at::kFloat).view({2, 3}),
      .labels = at::tensor(std::vector<std::int64_t>{1, 0}, at::kLong),
      .images = {"a.png", "b \"c\".png"},
      .classes = {"cat", "dog"}};
  const auto path = folder.path / "features.safetensors";
  evaluate::write_embedding(path, embedding);
  const io::Safetensors file(path);
  EXPECT_TRUE(at::equal(train::to_tensor(file.at("features")), embedding.features));
  EXPECT_TRUE(at::equal(train::to_tensor(file.at("labels")), embedding.labels));
  EXPECT_EQ(nlohmann::json::parse(file.metadata().at("temper.images")),
            nlohmann::json(embedding.images));
  EXPECT_EQ(nlohmann::json::parse(file.metadata().at("temper.classes")),
            nlohmann::json(embedding.classes));

  evaluate::write_embedding(folder.path / "features.npy", embedding);
  const auto bytes = io::read_file(folder.path / "features.npy", 1000);
  EXPECT_EQ(bytes.size(), io::npy_header(embedding.features.sizes()).size() + 24);

  try {
    evaluate::write_embedding(folder.path / "features.csv", embedding);
    FAIL() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Code::usage);
    EXPECT_THAT(error.what(), HasSubstr(".safetensors or .npy"));
  }
}

TEST(FeatureBaselines, AreScoredOnLabelledImages) {
  const auto rows = [](const std::vector<float>& numbers) {
    return at::tensor(numbers, at::kFloat).view({-1, 2});
  };
  const auto labels = [](const std::vector<std::int64_t>& of) { return at::tensor(of, at::kLong); };
  const evaluate::LabelledFeatures known{rows({1, 0, 2, 0.1F, 0, 1, 0.1F, 2, 1, 1}),
                                         labels({0, 0, 1, 1, -1})};
  const evaluate::LabelledFeatures tested{rows({3, 0, 0, 3, 3, 0.2F, 1, 1}), labels({0, 1, 1, -1})};
  const auto neighbors = evaluate::score_neighbors(known, tested, 1);
  EXPECT_EQ(neighbors.correct, 2);
  EXPECT_EQ(neighbors.images, 3);
  const auto [score, probe] = evaluate::score_probe(known, tested, 2, {});
  EXPECT_EQ(score.correct, 2);
  EXPECT_TRUE(probe.converged);
  EXPECT_THAT(evaluate::to_text(score), HasSubstr("accuracy 66.67% (95% interval "));
  EXPECT_THAT(evaluate::to_text(score), HasSubstr("over 3 images"));
  EXPECT_THROW(
      (void)evaluate::score_neighbors(known, {tested.features, at::full({4}, -1, at::kLong)}, 1),
      Error);
}

}  // namespace
}  // namespace temper::run
