// Which class an overlay of Grad-CAM shows.
#include "temper/evaluate/cam_overlay.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/linspace.h>
#include <ATen/ops/tensor.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <string>
#include <vector>

#include "temper/evaluate/grad_cam.h"
#include "temper/io/disk/read_file.h"
#include "temper/model/architecture.h"
#include "tests/support/directory.h"
#include "tests/support/refusal.h"

namespace temper::evaluate {
namespace {

using temper::testing::refusal;
using ::testing::HasSubstr;
using Classes = std::vector<train::ClassPrediction>;

constexpr std::int64_t kSide = 32;

/// A network of two classes with the same name, as ImageNet has them, of which it finds the second
/// more probable in any picture. All evidence is for that one, and none for the other.
train::SavedModel cranes() {
  train::SavedModel model;
  model.classes = {"crane", "dog", "crane"};
  model.task = {.channels = 3, .height = kSide, .width = kSide, .classes = 3};
  model.recipe.model = model::ResNet{.depth = 8};
  model.transform = {.input = {3, kSide, kSide}, .normalisation = {{0, 0, 0}, {1, 1, 1}}};
  model.network = model::build(model.recipe.model, model.task, 1);
  model.network->train(false);
  const at::NoGradGuard guard;
  const auto& weight = model::head_weight(*model.network)->value;
  weight.copy_(at::tensor({-1.F, 0.F, 1.F}).unsqueeze(1).expand_as(weight));
  return model;
}

/// A picture that becomes brighter from one corner to the other.
at::Tensor picture() {
  return at::linspace(0, 1, 3 * kSide * kSide, at::kFloat)
      .view({1, 3, kSide, kSide})
      .contiguous(at::MemoryFormat::ChannelsLast);
}

std::vector<std::byte> overlay(train::SavedModel& model, std::int64_t shown) {
  const auto map = grad_cam(*model.network, picture(), at::tensor({shown}, at::kLong));
  return io::encode_png(
      cam_overlay(picture(), model.transform.normalisation, shown_maps(map, kSide, kSide)[0]));
}

std::vector<std::byte> written(CamFolder& folder, const train::ClassPrediction& predicted) {
  const auto path = folder.add({"a.png", Classes{predicted}}, picture());
  return io::read_file(path.value(), 1U << 20U);
}

TEST(CamFolder, ShowsTheClassThatWasPredictedOfSeveralWithItsName) {
  auto model = cranes();
  const temper::testing::Directory directory;
  CamFolder folder(model, directory.path, "");
  ASSERT_NE(overlay(model, 0), overlay(model, 2));
  const auto found = train::classify(model, picture(), 3);
  EXPECT_EQ(found.front().name, "crane");
  EXPECT_EQ(written(folder, found.front()), overlay(model, 2));
  for (const auto& one : found) EXPECT_EQ(written(folder, one), overlay(model, one.index));
}

TEST(CamFolder, TakesTheNameOfASingleClass) {
  auto model = cranes();
  const temper::testing::Directory directory;
  const auto asked = [&](const std::string& name) {
    const CamFolder made(model, directory.path, name);
  };
  EXPECT_THAT(refusal([&] { asked("crane"); }),
              HasSubstr("has 2 classes with the name 'crane'; expected the description of one"));
  EXPECT_THAT(refusal([&] { asked("crame"); }), HasSubstr("no class 'crame'"));
  asked("dog");
  model.descriptions = {"a bird", "", "a machine"};
  CamFolder machines(model, directory.path, "a machine");
  EXPECT_EQ(written(machines, {"dog", 0.9}), overlay(model, 2));
}

}  // namespace
}  // namespace temper::evaluate
