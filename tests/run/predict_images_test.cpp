#include "temper/evaluate/predict_images.h"

#include <ATen/ops/equal.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "temper/core/error.h"
#include "temper/evaluate/cam_overlay.h"
#include "temper/io/disk/atomic_file.h"
#include "temper/run/run.h"
#include "temper/train/precision.h"
#include "tests/train/small_run.h"

namespace temper::run {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr std::int64_t kPictures = 11;

/// A finished run, its model, and pictures in files.
struct Trained {
  explicit Trained(std::vector<std::string> sets = {}) {
    sets.insert(sets.begin(), {"epochs=1", "precision=\"fp32\""});
    run(train::plan(train::small::recipe(sets), train::small::dataset(64)),
        {.directory = directory.path});
    model.emplace(train::load_model(directory.path));
    const auto pictures = train::small::dataset(kPictures, 5).train;
    for (std::int64_t i = 0; i < kPictures; ++i) {
      paths.push_back((directory.path / fmt::format("{}.png", i)).string());
      io::write_atomically(paths.back(), io::encode_png(pictures->image(i)));
    }
  }

  [[nodiscard]] evaluate::NextPath next() const {
    return [this, i = std::size_t{0}]() mutable -> std::optional<std::string> {
      if (i == paths.size()) return std::nullopt;
      return paths[i++];
    };
  }
  std::vector<evaluate::ImagePrediction> predicted(const evaluate::PredictImagesOptions& options) {
    std::vector<evaluate::ImagePrediction> all;
    evaluate::predict_images(*model, next(), options,
                             [&](const evaluate::ImagePrediction& one, const at::Tensor& input) {
                               all.push_back(one);
                               inputs.push_back(input);
                             });
    return all;
  }

  train::small::Directory directory;
  std::optional<train::SavedModel> model;
  std::vector<std::string> paths;
  std::vector<at::Tensor> inputs;
};

const std::vector<train::ClassPrediction>& classes_of(const evaluate::ImagePrediction& one) {
  return std::get<std::vector<train::ClassPrediction>>(one.predicted);
}

void expect_same(const evaluate::ImagePrediction& found,
                 const evaluate::ImagePrediction& expected) {
  EXPECT_EQ(found.image, expected.image);
  EXPECT_EQ(found.views, expected.views);
  ASSERT_EQ(found.predicted.index(), expected.predicted.index());
  if (std::holds_alternative<evaluate::UnreadImage>(found.predicted)) return;
  const auto& classes = classes_of(found);
  ASSERT_EQ(classes.size(), classes_of(expected).size());
  for (std::size_t i = 0; i < classes.size(); ++i) {
    EXPECT_EQ(classes[i].name, classes_of(expected)[i].name);
    EXPECT_NEAR(classes[i].probability, classes_of(expected)[i].probability, 1e-5);
  }
}

TEST(PredictImages, BatchesAreOnePictureAtATime) {
  for (const auto* tta :
       {"none", "flip", "{ shift = 1, scales = [1.25] }", "{ below_confidence = 0.55 }"}) {
    SCOPED_TRACE(tta);
    Trained trained;
    train::choose_tta(*trained.model, trained.directory.path, recipe::parse_tta(tta));
    trained.paths[3] = (trained.directory.path / "absent.png").string();
    std::vector<evaluate::ImagePrediction> expected;
    for (const auto& path : trained.paths)
      expected.push_back(evaluate::predict_image(*trained.model, path));
    for (const std::int64_t batch : {1, 4, 32})
      for (const std::int64_t threads : {1, 3}) {
        const auto found = trained.predicted({.batch = batch, .threads = threads});
        ASSERT_EQ(found.size(), expected.size());
        for (std::size_t i = 0; i < found.size(); ++i) expect_same(found[i], expected[i]);
      }
  }
}

TEST(PredictImages, GivesTheNetworksInput) {
  Trained trained;
  trained.paths[1] = trained.directory.path.string();  // a folder is no picture
  const auto found = trained.predicted({.batch = 4, .threads = 2});
  EXPECT_FALSE(trained.inputs[1].defined());
  EXPECT_TRUE(std::holds_alternative<evaluate::UnreadImage>(found[1].predicted));
  io::Picture picture;
  picture.load(trained.paths[2], trained.model->transform.decoding());
  EXPECT_TRUE(at::equal(trained.inputs[2], train::network_input(*trained.model, picture)));
}

TEST(PredictImages, MonteCarloDropoutDependsOnNoOtherPicture) {
  Trained trained({R"(model.dropout=[{ kind = "dropout", at = "head" }])"});
  const auto found = trained.predicted({.each = {.mc_dropout = 5}, .batch = 3});
  for (std::size_t i = 0; i < found.size(); ++i) {
    const auto one = evaluate::predict_image(*trained.model, trained.paths[i], {.mc_dropout = 5});
    EXPECT_EQ(evaluate::to_text(found[i]), evaluate::to_text(one));
  }
}

TEST(PredictImages, AllMayBeUnreadable) {
  Trained trained;
  for (auto& path : trained.paths) path += ".absent";
  for (const auto& one : trained.predicted({.batch = 4}))
    EXPECT_EQ(std::get<evaluate::UnreadImage>(one.predicted).code, Code::io);
}

TEST(PredictImages, ErrorsThatAreNotOfAPictureEndThem) {
  Trained trained;
  std::int64_t given = 0;
  const auto next = [&]() -> std::optional<std::string> {
    if (++given == 6) throw Error(Code::data, "no more");
    return trained.paths[static_cast<std::size_t>(given)];
  };
  std::int64_t done = 0;
  EXPECT_THROW(evaluate::predict_images(
                   *trained.model, next, {.batch = 2},
                   [&](const evaluate::ImagePrediction&, const at::Tensor&) { ++done; }),
               Error);
  EXPECT_EQ(done, 4) << "of the batches before";
  EXPECT_THROW(trained.predicted({.batch = 0}), Error);
  EXPECT_THROW(trained.predicted({.threads = -1}), Error);
}

TEST(PredictImages, AreATable) {
  Trained trained;
  const evaluate::PredictOptions two{.top = 5};
  EXPECT_THAT(
      evaluate::table_columns(*trained.model, two),
      ElementsAre("image", "class_1", "probability_1", "class_2", "probability_2", "error"));
  const auto found = trained.predicted({.each = two});
  const auto row = evaluate::table_row(found[0], *trained.model, two);
  ASSERT_EQ(row.size(), 6U);
  EXPECT_EQ(row[0], trained.paths[0]);
  EXPECT_EQ(row[1], classes_of(found[0])[0].name);
  EXPECT_EQ(std::stod(row[2]), classes_of(found[0])[0].probability);
  EXPECT_EQ(row[5], "");
  EXPECT_THAT(
      evaluate::table_row({"x.png", evaluate::UnreadImage{Code::io, "gone"}}, *trained.model, two),
      ElementsAre("x.png", "", "", "", "", "gone"));

  const evaluate::PredictOptions dropout{.top = 1, .mc_dropout = 3};
  EXPECT_THAT(evaluate::table_columns(*trained.model, dropout),
              ElementsAre("image", "class_1", "probability_1", "deviation_1", "entropy",
                          "information", "error"));
  EXPECT_THAT(evaluate::table_row(
                  {"x.png", evaluate::McDropoutPredictions{{{"dim", 0.75, 0.5}}, 0.25, 0.125}},
                  *trained.model, dropout),
              ElementsAre("x.png", "dim", "0.75", "0.5", "0.25", "0.125", ""));
}

TEST(PredictImages, ATableHasDescriptionsOfClasses) {
  Trained trained;
  trained.model->descriptions = {"a dim picture", "a bright one"};
  const evaluate::PredictOptions one{.top = 1};
  EXPECT_THAT(evaluate::table_columns(*trained.model, one),
              ElementsAre("image", "class_1", "description_1", "probability_1", "error"));
  const auto found = trained.predicted({.each = one});
  const auto row = evaluate::table_row(found[0], *trained.model, one);
  EXPECT_EQ(row[2], row[1] == "dim" ? "a dim picture" : "a bright one");
  EXPECT_EQ(std::stod(row[3]), classes_of(found[0])[0].probability);
}

TEST(PredictImages, ATableTellsTheViews) {
  Trained trained({"evaluation.tta=true"});
  const evaluate::PredictOptions one{.top = 1};
  EXPECT_THAT(evaluate::table_columns(*trained.model, one),
              ElementsAre("image", "class_1", "probability_1", "views", "error"));
  const auto found = trained.predicted({.each = one});
  EXPECT_EQ(evaluate::table_row(found[2], *trained.model, one)[3], "2");
}

TEST(PredictImages, TheFormatIsThatOfTheRun) {
  Trained trained;
  EXPECT_EQ(trained.model->network->format(), at::kFloat);
  EXPECT_EQ(train::format_here(recipe::Precision::fp32), at::kFloat);
  const auto lower = train::format_here(recipe::Precision::bf16);
  EXPECT_TRUE(lower == at::kBFloat16 || lower == at::kFloat) << "where it would be emulated";
}

TEST(CamFolder, HasAnOverlayOfEachPictureThatCanBeRead) {
  Trained trained;
  trained.paths[1] += ".absent";
  const auto folder = trained.directory.path / "maps" / "here";
  evaluate::CamFolder maps(*trained.model, folder, "");
  evaluate::CamFolder bright(*trained.model, trained.directory.path / "bright", "bright");
  std::vector<std::string> names;
  evaluate::predict_images(*trained.model, trained.next(), {.batch = 4},
                           [&](const evaluate::ImagePrediction& one, const at::Tensor& input) {
                             const auto path = maps.add(one, input);
                             names.push_back(path ? path->filename().string() : "");
                             EXPECT_EQ(bright.add(one, input).has_value(), path.has_value());
                           });
  ASSERT_EQ(std::ssize(names), kPictures);
  EXPECT_EQ(names[0], "000001-0.png");
  EXPECT_EQ(names[1], "");
  EXPECT_EQ(names[2], "000003-2.png");
  io::Picture picture;
  picture.load(folder / names[2], {.channels = 3});
  EXPECT_EQ(picture.height(), 12);
  EXPECT_EQ(picture.width(), 12);
  try {
    const evaluate::CamFolder other(*trained.model, folder, "brigt");
    FAIL() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Code::usage);
    EXPECT_THAT(error.what(), HasSubstr("no class 'brigt': did you mean 'bright'?"));
  }
}

}  // namespace
}  // namespace temper::run
