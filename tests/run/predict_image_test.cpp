#include "temper/evaluate/predict_image.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "temper/core/error.h"
#include "temper/io/disk/atomic_file.h"
#include "temper/run/run.h"
#include "tests/train/small_run.h"

namespace temper::run {
namespace {

using ::testing::HasSubstr;

/// A finished run, its model, and a picture in a file.
struct Trained {
  Trained() {
    run(train::plan(train::small::recipe(
                        {"epochs=1", R"(model.dropout=[{ kind = "dropout", at = "head" }])"}),
                    train::small::dataset(64)),
        {.directory = directory.path});
    model.emplace(train::load_model(directory.path));
    io::write_atomically(file, io::encode_png(picture));
  }

  train::small::Directory directory;
  std::optional<train::SavedModel> model;
  io::Image picture = train::small::dataset(4).train->image(1);
  std::string file = (directory.path / "picture.png").string();
};

TEST(PredictImage, GivesTheClassesOfAFile) {
  Trained trained;
  const auto found = evaluate::predict_image(*trained.model, trained.file, {.top = 2});
  const auto expected =
      train::classify(*trained.model, train::network_input(*trained.model, trained.picture), 2);
  const auto& classes = std::get<std::vector<train::ClassPrediction>>(found.predicted);
  ASSERT_EQ(classes.size(), 2U);
  EXPECT_EQ(classes[0].name, expected[0].name);
  EXPECT_EQ(classes[0].probability, expected[0].probability);
  EXPECT_EQ(to_json(found)["image"], trained.file);
  EXPECT_EQ(to_json(found)["top"][1]["class"], expected[1].name);
  EXPECT_EQ(to_json(found)["top"][1]["probability"], expected[1].probability);
}

TEST(PredictImage, UsesMonteCarloDropoutWhereAsked) {
  Trained trained;
  const auto found =
      evaluate::predict_image(*trained.model, trained.file, {.top = 1, .mc_dropout = 4});
  const auto json = to_json(found);
  EXPECT_EQ(json["top"].size(), 1U);
  EXPECT_GT(json["top"][0]["deviation"], 0);
  EXPECT_TRUE(json.contains("entropy") && json.contains("information"));
  EXPECT_THAT(evaluate::to_text(found), HasSubstr("mutual information"));
}

TEST(PredictImage, NamesAFileThatIsNoPicture) {
  Trained trained;
  const auto text = (trained.directory.path / "text.png").string();
  std::ofstream(text) << "no picture";
  const auto found = evaluate::predict_image(*trained.model, text);
  const auto& unread = std::get<evaluate::UnreadImage>(found.predicted);
  EXPECT_EQ(unread.code, Code::data);
  EXPECT_EQ(evaluate::to_text(found), text + ": could not be read: " + unread.reason);
  EXPECT_EQ(to_json(found), (nlohmann::json{{"image", text}, {"error", unread.reason}}));
}

TEST(PredictImage, NamesAFileThatIsNotThereOrCutShort) {
  Trained trained;
  const auto absent =
      evaluate::predict_image(*trained.model, (trained.directory.path / "absent.png").string());
  EXPECT_EQ(std::get<evaluate::UnreadImage>(absent.predicted).code, Code::io);

  auto bytes = io::encode_png(trained.picture);
  bytes.resize(bytes.size() / 2);
  const auto path = (trained.directory.path / "half.png").string();
  io::write_atomically(path, bytes);
  const auto half = evaluate::predict_image(*trained.model, path);
  EXPECT_EQ(std::get<evaluate::UnreadImage>(half.predicted).code, Code::data);
}

TEST(PredictImage, IsOneLineOfText) {
  EXPECT_EQ(
      evaluate::to_text({"a.png", std::vector<train::ClassPrediction>{{"cat", 0.9}, {"dog", 0.1}}}),
      "a.png: cat 90.0%, dog 10.0%");
  EXPECT_EQ(evaluate::to_text(
                {"a.png", std::vector<train::PredictedValue>{{"mean", 0.25}, {"spread", 3}}}),
            "a.png: mean 0.25, spread 3");
  EXPECT_EQ(evaluate::to_text(
                {"a.png", evaluate::McDropoutPredictions{{{"cat", 0.9, 0.05}}, 0.5, 0.125}}),
            "a.png: cat 90.0% (sd 5.0); predictive entropy 0.500 nats, mutual information 0.125 "
            "nats");
  EXPECT_EQ(evaluate::to_json({"a.png", std::vector<train::PredictedValue>{{"mean", 0.25}}}).dump(),
            R"({"image":"a.png","values":{"mean":0.25}})");
}

TEST(PredictImage, ShowsDescriptionsBesideNames) {
  const evaluate::ImagePrediction found{
      "a.png", std::vector<train::ClassPrediction>{{"n1", 0.75, "tench, Tinca tinca"}}};
  EXPECT_EQ(evaluate::to_text(found), "a.png: n1 (tench, Tinca tinca) 75.0%");
  EXPECT_EQ(evaluate::to_json(found)["top"].dump(),
            R"([{"class":"n1","description":"tench, Tinca tinca","probability":0.75}])");
}

}  // namespace
}  // namespace temper::run
