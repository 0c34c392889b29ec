// Runs that start from the weights of an earlier training.
#include <ATen/TensorOperators.h>
#include <ATen/ops/allclose.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/ones_like.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "temper/augment/pipeline/fit.h"
#include "temper/augment/pipeline/input_transform.h"
#include "temper/core/error.h"
#include "temper/io/disk/atomic_file.h"
#include "temper/io/disk/read_file.h"
#include "temper/train/foreign_model.h"
#include "temper/train/plan.h"
#include "temper/train/pretrained_weights.h"
#include "temper/train/state.h"
#include "temper/train/tensors.h"
#include "temper/train/timm_config.h"
#include "tests/train/small_run.h"

namespace temper::train {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

/// Images in color, 12 x 12 pixels, of the classes dim and bright.
data::Dataset in_color(std::int64_t images) {
  data::ArraySource::Contents contents{
      .name = "noise", .classes = {"dim", "bright"}, .height = 12, .width = 12, .channels = 3};
  for (std::int64_t i = 0; i < images; ++i) {
    contents.labels.push_back(i % 2);
    for (std::int64_t k = 0; k < 3 * 144; ++k)
      contents.pixels.push_back(static_cast<std::uint8_t>(7 * k + 128 * i));
  }
  return {
      .train = std::make_shared<data::ArraySource>(std::move(contents)), .height = 12, .width = 12};
}

/// A folder as timm writes them: mobilenetv3_small_100 for color images of 32 pixels.
class FromWeights : public ::testing::Test {
 protected:
  FromWeights() { write({"cat", "dog", "owl"}); }

  void write(const std::vector<std::string>& classes, std::int64_t channels = 3,
             const std::string& network = "mobilenetv3_small_100") {
    const TimmConfig config{
        .architecture = network,
        .classes = std::ssize(classes),
        .class_names = classes,
        .input = {channels, 32, 32},
        .normalisation = {std::vector<double>(channels, 0.5), std::vector<double>(channels, 0.25)},
        .crop_ratio = 0.9,
        .interpolation = augment::Interpolation::bicubic};
    network_ = model::build(
        model::MobileNetV3{.variant = model::MobileNetV3Variant::small},
        {.channels = channels, .height = 32, .width = 32, .classes = std::ssize(classes)}, 5);
    std::filesystem::create_directories(from());
    io::write_atomically(config_file(from()), to_text(config));
    write(weights(*network_));
  }
  void write(const std::vector<Named>& tensors) const {
    save_tensors(from() / "model.safetensors", tensors);
  }
  /// Changes config.json.
  void change(const std::function<void(TimmConfig&)>& edit) const {
    auto config = parse_timm_config(io::read_text(config_file(from())), "config.json");
    edit(config);
    io::write_atomically(config_file(from()), to_text(config));
  }
  /// The weights as a run of temper's writes them.
  void write_own(const std::filesystem::path& file, const model::Architecture& network,
                 const augment::InputTransform& transform) const {
    recipe::Recipe recipe;
    recipe.model = network;
    auto metadata = augment::to_metadata(transform);
    metadata["temper.model"] = recipe::model_text(recipe);
    metadata["temper.classes"] = R"(["cat", "dog", "owl"])";
    save_tensors(file, weights(*network_), metadata);
  }

  [[nodiscard]] std::filesystem::path from() const { return folder_.path / "weights"; }
  /// By default of images in gray, 12 x 12 pixels, of the classes dim and bright.
  [[nodiscard]] Plan planned(std::vector<std::string> sets = {},
                             const data::Dataset& images = small::dataset(32)) const {
    sets.insert(sets.begin(), "pretrained.from=" + recipe::quote(from().string()));
    return plan(recipe::parse("threads = 1\n[data]\nbatch_size = 8\n", "fine.toml", sets), images);
  }
  [[nodiscard]] at::Tensor theirs(const std::string& name) const { return found(*network_, name); }
  static at::Tensor found(const model::Network& network, const std::string& name) {
    for (const auto& [known, value] : weights(network))
      if (known == name) return value.detach();
    return {};
  }

  static std::string refused(Code code, const std::function<void()>& call) {
    try {
      call();
      return "nothing was thrown";
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), code) << error.what();
      return error.what();
    }
  }

  small::Directory folder_;
  std::unique_ptr<model::Network> network_;
};

TEST_F(FromWeights, TakesNetworkAndInputFromThem) {
  const auto made = planned();
  const auto& options = made.recipe;
  EXPECT_EQ(std::get<model::MobileNetV3>(options.model).variant, model::MobileNetV3Variant::small);
  EXPECT_EQ(options.data.size.value, 32);
  EXPECT_EQ(options.data.mean, std::vector<double>{0.5}) << "of gray images";
  EXPECT_EQ(made.transform.normalisation.std, std::vector<double>{0.25});
  EXPECT_EQ(made.transform.interpolation, augment::Interpolation::bicubic);
  EXPECT_EQ(made.transform.resize, 35) << "floor(32 / 0.9)";
  EXPECT_FALSE(options.pretrained->weights.empty());
  EXPECT_THAT(made.pretrained_notes,
              Contains(HasSubstr("network mobilenetv3_small_100, data.mean [0.5]")));
}

TEST_F(FromWeights, StartsFromThemButForTheLastLayer) {
  const auto made = planned();
  const auto network = build_network(made);
  EXPECT_TRUE(
      at::equal(found(*network, "blocks.5.0.conv.weight"), theirs("blocks.5.0.conv.weight")));
  EXPECT_TRUE(at::equal(found(*network, "bn1.running_var"), theirs("bn1.running_var")));
  EXPECT_TRUE(
      at::allclose(found(*network, "conv_stem.weight"), theirs("conv_stem.weight").sum(1, true)));
  EXPECT_EQ(found(*network, "classifier.weight").size(0), 2);
  EXPECT_THAT(made.pretrained_notes,
              Contains(HasSubstr("the last layer (classifier) starts from zero: the weights "
                                 "have 3 outputs, this data 2")));
  EXPECT_THAT(made.pretrained_notes, Contains(HasSubstr("summed over the color channels")));
}

TEST_F(FromWeights, KeepsTheLastLayerForTheSameClassesAlone) {
  write({"dim", "bright"}, 1);
  EXPECT_TRUE(at::equal(found(*build_network(planned()), "classifier.weight"),
                        theirs("classifier.weight")));
  write({"bright", "dim"}, 1);
  EXPECT_FALSE(at::equal(found(*build_network(planned()), "classifier.weight"),
                         theirs("classifier.weight")));
  EXPECT_THAT(planned().pretrained_notes, Contains(HasSubstr("other classes")));
}

TEST_F(FromWeights, SaysWhereTheRecipeDiffers) {
  const auto made = planned(
      {"evaluation.interpolation=box", "data.mean=[0.3]", "data.std=[0.25]", "data.size=48"});
  EXPECT_EQ(made.transform.interpolation, augment::Interpolation::box);
  EXPECT_EQ(made.recipe.data.mean, std::vector<double>{0.3});
  EXPECT_THAT(
      made.pretrained_notes,
      Contains("evaluation.interpolation is box, but the weights were trained with bicubic"));
  EXPECT_THAT(made.pretrained_notes,
              Contains("data.mean is [0.3], but the weights were trained with [0.5]"));
  EXPECT_THAT(made.pretrained_notes,
              Contains("data.size is 48, but the weights were trained with 32"));
}

TEST_F(FromWeights, SaysWhereTheNetworkComputesOtherwise) {
  const auto notes = [&](const std::string& set) {
    return planned({"model.kind=mobilenet_v3", "model.variant=small", set}).pretrained_notes;
  };
  EXPECT_THAT(notes("model.dialect=tensorflow"),
              Contains(HasSubstr(R"(model.dialect is "tensorflow" instead of "timm")")));
  EXPECT_THAT(notes("model.stochastic_depth={ drop_path_rate = 0.1 }"),
              Not(Contains(HasSubstr("computes otherwise"))));
}

TEST_F(FromWeights, KeepsTheRecipesRandomLayers) {
  const auto made = planned({"model.stochastic_depth={ drop_path_rate = 0.1 }"});
  const auto& options = std::get<model::MobileNetV3>(made.recipe.model);
  EXPECT_TRUE(options.stochastic_depth.has_value());
}

TEST_F(FromWeights, ResolvedRecipeGivesTheSamePlan) {
  const auto made = planned();
  const auto again =
      plan(recipe::parse(recipe::to_toml(made.recipe), "recipe.toml"), small::dataset(32));
  EXPECT_EQ(again.fingerprint, made.fingerprint);
  EXPECT_EQ(again.transform, made.transform);
  std::filesystem::remove_all(from());
  const auto without =
      plan(recipe::parse(recipe::to_toml(made.recipe), "recipe.toml"), small::dataset(32));
  EXPECT_EQ(without.fingerprint, made.fingerprint) << "to evaluate the run, weights need not exist";
  EXPECT_THAT(refused(Code::usage, [&] { (void)build_network(without); }),
              HasSubstr("are not there, or not those of this run"));
}

TEST_F(FromWeights, OtherWeightsOfTheSameNameAreRefused) {
  const auto made = planned();
  write({"cat", "dog", "fox"});
  auto changed = weights(*network_);
  changed.front().second = changed.front().second.detach().add(1);
  write(changed);
  EXPECT_NE(planned().fingerprint, made.fingerprint);
  const auto again =
      plan(recipe::parse(recipe::to_toml(made.recipe), "recipe.toml"), small::dataset(32));
  EXPECT_EQ(again.fingerprint, made.fingerprint)
      << "to evaluate the run, they need not be the same";
  EXPECT_THAT(refused(Code::usage, [&] { (void)build_network(again); }),
              HasSubstr("are not there, or not those of this run"));
}

TEST_F(FromWeights, FileWithoutDescription) {
  const auto file = from() / "model.safetensors";
  const auto made = planned({"pretrained.from=" + recipe::quote(file.string()),
                             "model.kind=mobilenet_v3", "model.variant=small", "data.size=32"});
  EXPECT_THAT(made.pretrained_notes, Contains(HasSubstr("does not say how its images were read")));
  EXPECT_TRUE(at::equal(found(*build_network(made), "bn1.weight"), theirs("bn1.weight")));
}

TEST_F(FromWeights, CountsOfBatchesMayBeMissing) {
  auto tensors = weights(*network_);
  std::erase_if(tensors, [](const Named& one) { return one.first.ends_with("tracked"); });
  write(tensors);
  EXPECT_EQ(found(*build_network(planned()), "bn1.num_batches_tracked").item<std::int64_t>(), 0);
}

TEST_F(FromWeights, AreConvertedToTheNetworksTypes) {
  const auto refused_with = [&](const at::Tensor& values) {
    auto tensors = weights(*network_);
    tensors[1].second = values;
    write(tensors);
    return refused(Code::data, [&] { (void)planned(); });
  };
  const auto ones = at::ones_like(weights(*network_)[1].second.detach());
  EXPECT_THAT(refused_with(ones.to(at::kDouble).mul(1e300)),
              HasSubstr("of type F64 has values that are not finite in F32"));
  EXPECT_THAT(refused_with(ones.to(at::kChar)), HasSubstr("has type I8, expected F32"));
  auto tensors = weights(*network_);
  for (auto& [name, value] : tensors) value = value.detach().to(at::kDouble);  // counters, too
  write(tensors);
  const auto network = build_network(planned());
  EXPECT_TRUE(at::equal(found(*network, "bn1.running_var"), theirs("bn1.running_var")));
  EXPECT_EQ(found(*network, "bn1.num_batches_tracked").scalar_type(), at::kLong);
}

TEST_F(FromWeights, SaysWhatDoesNotFit) {
  EXPECT_THAT(
      refused(Code::data,
              [&] { (void)planned({"model.kind=mobilenet_v3", "model.variant=large"}); }),
      HasSubstr("the tensors are not those of this network (they are of mobilenetv3_small_100)"));
  auto tensors = weights(*network_);
  tensors.erase(tensors.begin() + 3);
  write(tensors);
  EXPECT_THAT(refused(Code::data, [&] { (void)planned(); }), HasSubstr("missing: 1 (blocks.0"));
  tensors = weights(*network_);
  tensors[1].second = tensors[1].second.detach().clone();
  tensors[1].second[0] = std::numeric_limits<float>::quiet_NaN();
  write(tensors);
  EXPECT_THAT(refused(Code::data, [&] { (void)planned(); }), HasSubstr("not finite"));
  write({"a", "b"}, 3, "resnet19");
  EXPECT_THAT(refused(Code::usage, [&] { (void)planned(); }),
              HasSubstr("did you mean 'resnet18'?"));
  EXPECT_THAT(refused(Code::usage, [&] { (void)planned({"pretrained.from=\"\""}); }),
              HasSubstr("no weights are named"));
  EXPECT_THAT(refused(Code::usage, [&] { (void)planned({"pretrained.from=\"nowhere\""}); }),
              HasSubstr("there is no such file or folder"));
  EXPECT_THAT(refused(Code::usage, [&] { (void)planned({"data.mean=[0.5]"}); }), Not(IsEmpty()));
}

TEST_F(FromWeights, AFileOfTensorsIsKnownByItsName) {
  for (const char* name : {"a.safetensors", "resnet50-0676ba61.pth", "a.pt", "pytorch_model.bin"})
    EXPECT_TRUE(is_tensor_file(name)) << name;
  for (const char* name : {"a.toml", "resnet50", "missing.tar"})
    EXPECT_FALSE(is_tensor_file(name)) << name;
  const auto weights_file = from() / "last.pth.tar";
  io::write_atomically(weights_file, "PK");
  EXPECT_TRUE(is_tensor_file(weights_file));
  std::string shard(512, '\0');
  shard.replace(257, 5, "ustar");
  const auto archive = from() / "shard.tar";
  io::write_atomically(archive, shard);
  EXPECT_FALSE(is_tensor_file(archive));
  EXPECT_THAT(refused(Code::usage, [&] { (void)open_pretrained(archive); }),
              HasSubstr("there are no weights"));
}

TEST_F(FromWeights, GrayFiltersServeColorImages) {
  write({"dim", "bright"}, 1);
  const auto made = planned({}, in_color(32));
  EXPECT_EQ(made.recipe.data.mean, (std::vector<double>{0.5, 0.5, 0.5}));
  EXPECT_THAT(made.pretrained_notes,
              Contains("the filters of 'conv_stem.weight' are a third of the gray ones for each "
                       "color channel"));
  const auto filters = found(*build_network(made), "conv_stem.weight");
  const auto gray = theirs("conv_stem.weight");
  ASSERT_EQ(filters.size(1), 3);
  ASSERT_EQ(gray.size(1), 1);
  for (std::int64_t channel = 0; channel < 3; ++channel)
    EXPECT_TRUE(at::allclose(filters.narrow(1, channel, 1).mul(3), gray));
}

TEST_F(FromWeights, OtherNumbersOfChannelsAreRefused) {
  auto tensors = weights(*network_);
  for (auto& [name, value] : tensors)
    if (name == "conv_stem.weight") value = at::ones({16, 4, 3, 3});
  write(tensors);
  EXPECT_THAT(refused(Code::data, [&] { (void)planned(); }),
              HasSubstr("of another shape: 1 (conv_stem.weight: [16, 4, 3, 3] instead of [16, 1, "
                        "3, 3])"));
  EXPECT_THAT(refused(Code::data, [&] { (void)planned({}, in_color(32)); }),
              HasSubstr("[16, 4, 3, 3] instead of [16, 3, 3, 3]"));
}

TEST_F(FromWeights, SizeAndCropOfEvaluationAreTimms) {
  change([](TimmConfig& config) {
    config.test_input = {3, 40, 40};
    config.test_crop_ratio = 1;
  });
  const auto made = planned();
  EXPECT_EQ(made.recipe.data.size.value, 32);
  EXPECT_EQ(made.recipe.evaluation.size.value, 40);
  EXPECT_EQ(made.recipe.evaluation.crop_ratio, 1);
  EXPECT_EQ(made.transform.input, (std::vector<std::int64_t>{1, 40, 40}));
  EXPECT_EQ(made.transform.resize, 40);
  EXPECT_THAT(made.pretrained_notes, Contains(HasSubstr("data.size 32, evaluation.size 40")));
  EXPECT_THAT(planned({"evaluation.size=36"}).pretrained_notes,
              Contains("evaluation.size is 36, but the weights were trained with 40"));
  EXPECT_FALSE(planned({"data.size=48"}).recipe.evaluation.size.value)
      << "a size that belongs to another one";

  const auto model = foreign_model(from());
  EXPECT_EQ(model.transform.input, (std::vector<std::int64_t>{3, 40, 40}));
  EXPECT_EQ(model.transform.network_size(), (augment::Size{32, 32}));
  EXPECT_EQ(model.transform.resize, 40);
  EXPECT_EQ(model.recipe.evaluation.size.value, 40);
  EXPECT_EQ(model.task.height, 32);
}

TEST_F(FromWeights, OfASizeThatIsNotSquareNeedAnother) {
  change([](TimmConfig& config) { config.input = {3, 16, 32}; });
  EXPECT_THAT(refused(Code::usage, [&] { (void)planned(); }),
              HasSubstr("were trained at 16 x 32 pixels, which data.size can't express; set "
                        "data.size"));
  EXPECT_THAT(planned({"data.size=32"}).pretrained_notes,
              Contains("data.size is 32, but the weights were trained with 16 x 32"));
  EXPECT_THAT(refused(Code::data, [&] { (void)foreign_model(from()); }),
              HasSubstr("config.json: \"input_size\" is 16 x 32 pixels, for which timm resizes"));
  change([](TimmConfig& config) {
    config.input = {3, 32, 32};
    config.test_input = {3, 32, 48};
  });
  EXPECT_THAT(planned().pretrained_notes,
              Contains("the weights were evaluated at 32 x 48 pixels, which evaluation.size can't "
                       "express"));
  EXPECT_THAT(refused(Code::data, [&] { (void)foreign_model(from()); }),
              HasSubstr("\"test_input_size\" is 32 x 48 pixels"));
}

/// How a network for images of 32 pixels reads pictures, evaluated at 40 pixels.
augment::InputTransform own_transform() {
  return {.input = {3, 40, 40},
          .network = {32, 32},
          .decode = io::Decode::fast,
          .exif_orientation = true,
          .keep_same_size = false,
          .resize = 44,
          .interpolation = augment::Interpolation::bicubic,
          .antialias = false,
          .normalisation = {{0.5, 0.5, 0.5}, {0.25, 0.25, 0.25}}};
}

TEST_F(FromWeights, OfARunAreEvaluatedAsItsOwn) {
  const auto file = from() / "own.safetensors";
  const model::MobileNetV3 network{.variant = model::MobileNetV3Variant::small};
  write_own(file, network, own_transform());
  EXPECT_EQ(foreign_transform(open_pretrained(file).input.value()), own_transform());
  const auto set = "pretrained.from=" + recipe::quote(file.string());
  const auto made = planned({set});
  EXPECT_EQ(made.recipe.data.size.value, 32);
  EXPECT_EQ(made.recipe.evaluation.size.value, 40);
  EXPECT_EQ(made.transform.input, (std::vector<std::int64_t>{1, 40, 40}));
  EXPECT_EQ(made.transform.resize, 44);
  EXPECT_FALSE(made.transform.keep_same_size);
  EXPECT_FALSE(made.transform.antialias);
  EXPECT_EQ(made.transform.interpolation, augment::Interpolation::bicubic);
  EXPECT_THAT(made.pretrained_notes, Contains(HasSubstr("evaluation.antialias false")));
  EXPECT_THAT(made.pretrained_notes,
              Contains("data.decode is exact, but the weights were trained with fast"));
  EXPECT_THAT(made.pretrained_notes,
              Contains("data.exif_orientation is false, but the weights were trained with true"));

  const auto other = planned({set, "evaluation.antialias=true", "evaluation.crop_ratio=0.5",
                              "data.exif_orientation=true"});
  EXPECT_TRUE(other.transform.antialias);
  EXPECT_EQ(other.transform.resize, 80);
  EXPECT_THAT(other.pretrained_notes,
              Contains("evaluation.antialias is true, but the weights were trained with false"));
  EXPECT_THAT(other.pretrained_notes, Not(Contains(HasSubstr("exif_orientation"))));
}

TEST_F(FromWeights, OfARunHaveTheCropThatItsRecipeStates) {
  const auto run = folder_.path / "run";
  std::filesystem::create_directories(run);
  const model::MobileNetV3 network{.variant = model::MobileNetV3Variant::small};
  auto transform = own_transform();
  transform.input = {3, 32, 32};
  transform.network.clear();
  transform.resize = 35;
  write_own(run / "model.safetensors", network, transform);
  io::write_atomically(run / "recipe.toml", "[evaluation]\ncrop_ratio = 0.9\n");
  EXPECT_EQ(open_pretrained(run).input->crop_ratio, 0.9);
  EXPECT_FALSE(open_pretrained(run).input->evaluated);
  const auto ratio = open_pretrained(run / "model.safetensors").input->crop_ratio;
  ASSERT_TRUE(ratio);
  EXPECT_EQ(augment::resize_side({32, 32}, *ratio), 35);

  transform.resize = 36;  // of crop_ratio = 0
  write_own(run / "model.safetensors", network, transform);
  EXPECT_FALSE(open_pretrained(run / "model.safetensors").input->crop_ratio);
  transform.keep_same_size = true;
  transform.resize = 40;
  write_own(run / "model.safetensors", network, transform);
  EXPECT_FALSE(open_pretrained(run / "model.safetensors").input->crop_ratio);
}

TEST_F(FromWeights, OfAConvNeXtForSmallImagesAreNotTimms) {
  const auto file = from() / "own.safetensors";
  write_own(file, model::ConvNeXt{},
            {.input = {3, 28, 28}, .normalisation = {{0.5, 0.5, 0.5}, {0.25, 0.25, 0.25}}});
  EXPECT_EQ(open_pretrained(file).network, "convnext");
}

TEST_F(FromWeights, OfAnotherCropAreTrainedAndNotPredictedWith) {
  change([](TimmConfig& config) { config.crop_mode = "squash"; });
  EXPECT_THAT(planned().pretrained_notes,
              Contains(HasSubstr("crop_mode \"squash\", which temper does not have")));
  EXPECT_THAT(refused(Code::data, [&] { (void)foreign_model(from()); }),
              HasSubstr(R"(config.json: "crop_mode" is "squash")"));
}

TEST_F(FromWeights, TheFolderIsAModelToPredictWith) {
  auto model = foreign_model(from());
  EXPECT_EQ(model.classes, (std::vector<std::string>{"cat", "dog", "owl"}));
  EXPECT_EQ(model.transform.resize, 35);
  const io::Image image{.height = 40,
                        .width = 50,
                        .channels = 3,
                        .pixels = std::vector<std::uint8_t>(std::size_t{40} * 50 * 3, 77)};
  const auto guesses = classify(model, network_input(model, image), 3);
  ASSERT_EQ(guesses.size(), 3U);
  EXPECT_NEAR(guesses[0].probability + guesses[1].probability + guesses[2].probability, 1, 1e-9);
}

}  // namespace
}  // namespace temper::train
