#include "temper/evaluate/cam_overlay.h"

#include <ATen/ops/cat.h>
#include <ATen/ops/round.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/tensor.h>
#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "temper/core/error.h"
#include "temper/core/spelling.h"
#include "temper/evaluate/grad_cam.h"
#include "temper/io/disk/atomic_file.h"
#include "temper/io/disk/folder.h"
#include "temper/recipe/overloaded.h"

namespace temper::evaluate {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLongestStem = 200;  // bytes; file systems allow 255 for the whole name

/// Red, green and blue [3, ...] in [0, 1]: each channel is a trapezoid with slopes of 4.
at::Tensor colors(const at::Tensor& map) {
  const auto channel = [&](double center) {
    return map.mul(4).sub(center).abs().neg().add(1.5).clamp(0, 1);
  };
  return at::stack({channel(3), channel(2), channel(1)});
}

/// The picture [3, height, width] in [0, 1] of a normalized input.
at::Tensor picture_of(const at::Tensor& input, const augment::Normalisation& normalisation) {
  const auto constants = [](const std::vector<double>& of) {
    return at::tensor(of, at::kDouble).to(at::kFloat).view({-1, 1, 1});
  };
  const auto pixels = input[0]
                          .to(at::kFloat)
                          .mul(constants(normalisation.std))
                          .add(constants(normalisation.mean))
                          .clamp(0, 1);
  return pixels.size(0) == 3 ? pixels : at::cat({pixels, pixels, pixels});
}

[[noreturn]] void refuse_class(const std::vector<std::string>& classes, const std::string& name) {
  throw Error(Code::usage,
              fmt::format("the network has no class '{}': {}", name,
                          suggestion(name, {classes.begin(), classes.end()}, "the classes are")));
}

/// The class of that name, or the one that is described by it.
std::int64_t named_class(const train::SavedModel& model, const std::string& name) {
  const auto& texts = model.descriptions;
  if (std::ranges::count(texts, name) == 1) return std::ranges::find(texts, name) - texts.begin();
  const auto& classes = model.classes;
  const auto count = std::ranges::count(classes, name);
  if (count == 0) refuse_class(classes, name);
  if (count == 1) return std::ranges::find(classes, name) - classes.begin();
  throw Error(Code::usage,
              fmt::format("the network has {} classes with the name '{}'; expected the description "
                          "of one of them, or a name that a single class has",
                          count, name));
}

/// The most probable class; nothing for a picture that could not be read.
std::optional<std::int64_t> predicted_class(const ImagePrediction& prediction) {
  using Found = std::optional<std::int64_t>;
  return std::visit(
      recipe::Overloaded{
          [](const std::vector<train::ClassPrediction>& classes) -> Found {
            return classes.front().index;
          },
          [](const McDropoutPredictions& found) -> Found { return found.top.front().index; },
          [](const std::vector<train::PredictedValue>& /*values*/) -> Found { return {}; },
          [](const UnreadImage& /*unread*/) -> Found { return {}; }},
      prediction.predicted);
}

fs::path name_of(std::int64_t number, const std::string& picture) {
  const auto stem = fs::path(picture).stem().string();
  if (stem.empty() || stem.size() > kLongestStem) return fmt::format("{:06}.png", number);
  return fmt::format("{:06}-{}.png", number, stem);
}

}  // namespace

io::Image cam_overlay(const at::Tensor& input, const augment::Normalisation& normalisation,
                      const at::Tensor& map) {
  const auto blend = picture_of(input, normalisation).add(colors(map)).mul(127.5).round();
  const auto bytes = blend.to(at::kByte).permute({1, 2, 0}).contiguous();
  io::Image image{.height = static_cast<int>(bytes.size(0)),
                  .width = static_cast<int>(bytes.size(1)),
                  .channels = 3,
                  .pixels = {}};
  const auto* const first = bytes.const_data_ptr<std::uint8_t>();
  image.pixels.assign(first, first + bytes.numel());
  return image;
}

CamFolder::CamFolder(train::SavedModel& model, fs::path folder, const std::string& class_name)
    : model_(model), folder_(std::move(folder)) {
  train::require_classes(model, "Grad-CAM");
  if (!class_name.empty()) class_ = named_class(model, class_name);
  io::make_folder(folder_);
}

std::optional<fs::path> CamFolder::add(const ImagePrediction& prediction, const at::Tensor& input) {
  ++pictures_;
  const auto predicted = predicted_class(prediction);
  if (!predicted) return std::nullopt;
  const auto shown = at::tensor({class_.value_or(*predicted)}, at::kLong);
  const auto map = grad_cam(*model_.network, input, shown);
  const auto sized = shown_maps(map, input.size(2), input.size(3))[0];
  auto path = folder_ / name_of(pictures_, prediction.image);
  io::write_atomically(path,
                       io::encode_png(cam_overlay(input, model_.transform.normalisation, sized)));
  return path;
}

}  // namespace temper::evaluate
