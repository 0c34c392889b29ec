// The folder that timm reads, written from a run's network.
#include <ATen/ops/equal.h>
#include <ATen/ops/full.h>
#include <c10/core/InferenceMode.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "temper/deploy/timm_folder.h"
#include "temper/io/disk/read_file.h"
#include "temper/io/format/safetensors.h"
#include "temper/model/architecture.h"
#include "temper/train/pretrained_weights.h"
#include "tests/support/refusal.h"
#include "tests/train/small_run.h"

namespace temper::deploy {
namespace {

using temper::testing::refusal;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

train::SavedModel made(const model::Architecture& architecture, std::int64_t side = 64) {
  train::SavedModel model;
  model.classes = {"cat", "dog"};
  model.recipe.model = architecture;
  model.task = {.channels = 3, .height = side, .width = side, .classes = 2};
  model.transform = {.input = {3, side, side},
                     .keep_same_size = false,
                     .resize = side * 8 / 7,
                     .normalisation = {{0.4, 0.5, 0.6}, {0.2, 0.25, 0.3}}};
  model.weights = "raw";
  model.network = model::build(architecture, model.task, 3);
  model.network->train(false);
  return model;
}

class TimmFolder : public ::testing::Test {
 protected:
  [[nodiscard]] std::filesystem::path folder() const { return directory_.path / "exported"; }

 private:
  train::small::Directory directory_;
};

TEST_F(TimmFolder, ReadAgainIsTheSameModel) {
  for (const auto& architecture : std::vector<model::Architecture>{
           model::ResNet{.depth = 18, .stem = model::Stem::imagenet},
           model::ResNet{.depth = 50,
                         .stem = model::Stem::d,
                         .version = model::Version::v2,
                         .shortcut = model::ShortcutType::d},
           model::EfficientNet{.variant = model::EfficientNetVariant::lite0},
           model::MobileNetV3{.variant = model::MobileNetV3Variant::small}}) {
    auto model = made(architecture);
    EXPECT_THAT(write_timm_folder(model, folder()), IsEmpty());
    auto read = train::load_model(folder());
    EXPECT_EQ(read.classes, model.classes);
    EXPECT_EQ(read.transform, model.transform);
    const c10::InferenceMode inference;
    const auto images = at::full({1, 3, 64, 64}, 0.5F).contiguous(at::MemoryFormat::ChannelsLast);
    EXPECT_TRUE(at::equal(read.network->forward(images), model.network->forward(images)));
    std::filesystem::remove_all(folder());
  }
}

TEST_F(TimmFolder, LastLayerOfPreActivationNetworksIsTimmsConvolution) {
  const auto model = made(
      model::ResNet{.depth = 50, .stem = model::Stem::imagenet, .version = model::Version::v2});
  (void)write_timm_folder(model, folder());
  const io::Safetensors file(folder() / "model.safetensors");
  EXPECT_EQ(file.at("head.fc.weight").shape, (std::vector<std::int64_t>{2, 2048, 1, 1}));
}

TEST_F(TimmFolder, EvaluationAtAnotherSizeIsTheTestSize) {
  auto model = made(model::ResNet{.depth = 18, .stem = model::Stem::imagenet});
  model.transform.input = {3, 96, 96};
  model.transform.network = {64, 64};
  model.transform.resize = 109;  // floor(96 / 0.875)
  EXPECT_THAT(write_timm_folder(model, folder()),
              ElementsAre(HasSubstr("evaluation.size is 96, but timm and transformers read "
                                    "pictures at the size of the training, 64")));
  const auto text = io::read_text(train::config_file(folder()));
  EXPECT_THAT(text, HasSubstr("\"test_input_size\""));
  EXPECT_EQ(train::open_pretrained(folder()).input->shape, (std::vector<std::int64_t>{3, 64, 64}));
  EXPECT_EQ(train::load_model(folder()).transform, model.transform);
}

TEST_F(TimmFolder, SaysWhatItCannotExpress) {
  auto model = made(model::ResNet{.depth = 18, .stem = model::Stem::imagenet});
  model.transform.antialias = false;
  model.transform.exif_orientation = true;
  EXPECT_THAT(write_timm_folder(model, folder()), SizeIs(2));
}

TEST_F(TimmFolder, SaysWherePicturesOfOtherSizesAreReadOtherwise) {
  auto model = made(model::ResNet{.depth = 18, .stem = model::Stem::imagenet});
  model.transform.keep_same_size = true;
  EXPECT_THAT(write_timm_folder(model, folder()),
              ElementsAre(HasSubstr("others to 73 pixels before it crops them; timm resizes all "
                                    "of them to 64")));
  std::filesystem::remove_all(folder());
  model.transform.resize = 64;
  EXPECT_THAT(write_timm_folder(model, folder()), IsEmpty());
}

TEST_F(TimmFolder, RefusesWhatTimmDoesNotHave) {
  EXPECT_THAT(refusal([&] { (void)write_timm_folder(made(model::ResNet{.depth = 20}), folder()); }),
              HasSubstr("timm has no name for this network"));
  auto model = made(model::ResNet{.depth = 18, .stem = model::Stem::imagenet});
  model.value_names = {"angle"};
  EXPECT_THAT(refusal([&] { (void)write_timm_folder(model, folder()); }), HasSubstr("regression"));
  model.value_names.clear();
  model.transform.input = {3, 64, 32};
  EXPECT_THAT(refusal([&] { (void)write_timm_folder(model, folder()); }), HasSubstr("64 x 32"));
  model.transform.input = {3, 64, 64};
  std::filesystem::create_directories(folder() / "something");
  EXPECT_THAT(refusal([&] { (void)write_timm_folder(model, folder()); }), HasSubstr("this exists"));
}

}  // namespace
}  // namespace temper::deploy
