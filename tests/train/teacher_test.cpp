// Teachers whose weights another program wrote: timm's folders, and files of tensors.
#include "temper/train/teacher.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/full.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "temper/augment/pipeline/input_transform.h"
#include "temper/io/disk/atomic_file.h"
#include "temper/model/timm_names.h"
#include "temper/train/pretrained_weights.h"
#include "temper/train/state.h"
#include "temper/train/tensors.h"
#include "temper/train/timm_config.h"
#include "tests/io/pickle.h"
#include "tests/io/zip.h"
#include "tests/support/refusal.h"
#include "tests/train/small_run.h"

namespace temper::train {
namespace {

using io::test::integer;
using io::test::integers;
using io::test::text;
using ::testing::AllOf;
using ::testing::HasSubstr;

/// A state dict as torch.save writes it, of the tensors in float32: counters may be missing.
void write_torch_file(const std::filesystem::path& path, const std::vector<Named>& tensors) {
  std::vector<io::test::ZipPart> parts(1);
  std::string entries;
  for (const auto& [name, tensor] : tensors) {
    if (tensor.scalar_type() != at::kFloat) continue;
    const auto values = tensor.detach().contiguous();
    const auto key = std::to_string(parts.size());
    entries += text(name) + "ctorch._utils\n_rebuild_tensor_v2\n((" + text("storage") +
               "ctorch\nFloatStorage\n" + text(key) + text("cpu") + integer(values.numel()) + "tQ" +
               integer(0) + integers(values.sizes().vec()) + integers(values.strides().vec()) +
               "\x89NtR";
    parts.push_back(
        {.name = "weights/data/" + key,
         .stored = {static_cast<const char*>(values.const_data_ptr()), values.nbytes()}});
  }
  parts.front() = {.name = "weights/data.pkl", .stored = "\x80\x02}(" + entries + "u."};
  io::write_atomically(path, io::test::zip_of(parts));
}

/// mobilenetv3_small_075 for gray images of 32 pixels, of the classes dim and bright.
class ForeignTeacher : public ::testing::Test {
 protected:
  ForeignTeacher() { make(2); }

  void make(std::int64_t classes) {
    network_ = model::build(model::architecture_of(kName).value(),
                            {.channels = 1, .height = 32, .width = 32, .classes = classes}, 5);
    network_->train(false);
  }

  [[nodiscard]] std::filesystem::path path(const std::string& name) const {
    return directory_.path / name;
  }
  /// A folder as timm writes it.
  [[nodiscard]] std::filesystem::path folder(const std::vector<std::string>& names,
                                             std::int64_t classes = 2) const {
    auto made = path("folder");
    std::filesystem::create_directories(made);
    const TimmConfig config{.architecture = std::string(kName),
                            .classes = classes,
                            .class_names = names,
                            .input = {1, 32, 32},
                            .normalisation = {{0.5}, {0.25}}};
    io::write_atomically(config_file(made), to_text(config));
    save_tensors(made / "model.safetensors", weights(*network_));
    return made;
  }
  [[nodiscard]] static Plan taught(const std::filesystem::path& from,
                                   std::vector<std::string> sets = {}) {
    sets.insert(sets.begin(),
                {"data.size=32", "data.mean=[0.5]", "data.std=[0.25]", "precision=fp32",
                 "distillation.from=" + recipe::quote(from.string())});
    return plan(small::recipe(sets), small::dataset(64));
  }
  void expect_taught(const std::filesystem::path& from) const {
    const auto made = taught(from);
    EXPECT_EQ(made.recipe.distillation->teacher, hash_of_weights(*network_));
    const auto teacher = load_teacher(made);
    ASSERT_NE(teacher.network, nullptr);
    const at::NoGradGuard guard;
    const auto images = at::full({2, 1, 32, 32}, 0.5F).contiguous(at::MemoryFormat::ChannelsLast);
    EXPECT_TRUE(at::equal(teacher.network->forward(images.to(made.device)).to(at::kCPU),
                          network_->forward(images)));
  }
  [[nodiscard]] static std::string refused(const std::filesystem::path& from,
                                           Code code = Code::usage) {
    return temper::testing::refusal(code, [&] { (void)taught(from); });
  }

  static constexpr std::string_view kName = "mobilenetv3_small_075";
  small::Directory directory_;
  std::unique_ptr<model::Network> network_;
};

TEST_F(ForeignTeacher, MayBeAFolderOfTimms) {
  expect_taught(folder({"dim", "bright"}));
  expect_taught(folder({}));  // only the number of classes is compared
}

TEST_F(ForeignTeacher, MayBeAFileOfTensors) {
  const auto plain = path("mobilenetv3_small_075-a1.safetensors");
  save_tensors(plain, weights(*network_));
  expect_taught(plain);
  const auto torch = path("mobilenetv3_small_075-0123abcd.pth");
  write_torch_file(torch, weights(*network_));
  expect_taught(torch);
}

TEST_F(ForeignTeacher, MayBeAFileOfARun) {
  recipe::Recipe recipe;
  recipe.model = model::architecture_of(kName).value();
  auto metadata = augment::to_metadata({.input = {1, 32, 32}, .normalisation = {{0.5}, {0.25}}});
  metadata["temper.model"] = recipe::model_text(recipe);
  metadata["temper.classes"] = R"(["dim", "bright"])";
  const auto file = path("own.safetensors");
  save_tensors(file, weights(*network_), metadata);
  expect_taught(file);
  metadata["temper.classes"] = R"(["bright", "dim"])";
  save_tensors(file, weights(*network_), metadata);
  EXPECT_THAT(refused(file), HasSubstr("own.safetensors: the last layer (classifier) starts from "
                                       "zero: the weights are for other classes than this data"));
}

TEST_F(ForeignTeacher, NeedsTheClassesOfTheData) {
  EXPECT_THAT(refused(folder({"bright", "dim"})), AllOf(HasSubstr("distillation.from: class 0 of "),
                                                        HasSubstr("\"dim\" in this data")));
  make(3);
  EXPECT_THAT(refused(folder({"dim", "bright", "red"}, 3)),
              HasSubstr("was trained on 3 classes, but this data has 2"));
  const auto file = path("mobilenetv3_small_075.pth");
  write_torch_file(file, weights(*network_));
  EXPECT_THAT(refused(file), HasSubstr("the weights have 3 outputs, this data 2"));
}

TEST_F(ForeignTeacher, MayHaveOtherClassesWhereItsFeaturesAloneTeach) {
  make(3);
  const auto file = path("mobilenetv3_small_075.pth");
  write_torch_file(file, weights(*network_));
  for (const auto& from : {folder({"cat", "dog", "owl"}, 3), file}) {
    const auto made =
        taught(from, {"distillation.weight=0", "distillation.features={ weight = 1 }"});
    EXPECT_EQ(made.recipe.distillation->teacher, hash_of_weights(*network_)) << from;
  }
}

TEST_F(ForeignTeacher, OfAnUnknownNetworkIsRefused) {
  const auto file = path("weights.pth");
  write_torch_file(file, weights(*network_));
  EXPECT_THAT(refused(file), HasSubstr("does not say which network its tensors are of"));
}

TEST_F(ForeignTeacher, ThatReadsPicturesOtherwiseIsRefused) {
  const auto made = folder({"dim", "bright"});
  const TimmConfig config{.architecture = std::string(kName),
                          .classes = 2,
                          .input = {1, 16, 32},
                          .normalisation = {{0.5}, {0.25}}};
  io::write_atomically(config_file(made), to_text(config));
  EXPECT_THAT(refused(made, Code::data), HasSubstr("\"input_size\" is 16 x 32 pixels"));
}

}  // namespace
}  // namespace temper::train
