#include "temper/imports/timm_data.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "temper/core/error.h"

namespace temper::imports {
namespace {

/// Mean and standard deviation of normalization.
enum class Norm : std::uint8_t { image_net, half };
constexpr auto kImageNet = Norm::image_net;
constexpr auto kHalf = Norm::half;  ///< 0.5 and 0.5

/// A network's default_cfg, from timm/models/*.py.
struct Row {
  std::string_view name;
  std::string_view tag;
  std::int64_t size;
  double crop_pct;
  std::string_view interpolation;
  Norm norm;
};

constexpr std::array kRows{
    Row{"resnet18", "a1_in1k", 224, 0.95, "bicubic", kImageNet},
    Row{"resnet34", "a1_in1k", 224, 0.95, "bicubic", kImageNet},
    Row{"resnet50", "a1_in1k", 224, 0.95, "bicubic", kImageNet},
    Row{"resnet101", "a1h_in1k", 224, 0.95, "bicubic", kImageNet},
    Row{"resnet152", "a1h_in1k", 224, 0.95, "bicubic", kImageNet},
    Row{"resnet50d", "ra2_in1k", 224, 0.875, "bicubic", kImageNet},
    Row{"resnet101d", "ra2_in1k", 256, 0.95, "bicubic", kImageNet},
    Row{"resnet152d", "ra2_in1k", 256, 0.95, "bicubic", kImageNet},
    Row{"resnet200d", "ra2_in1k", 256, 0.95, "bicubic", kImageNet},
    Row{"resnetrs50", "tf_in1k", 160, 0.91, "bicubic", kImageNet},
    Row{"resnetrs101", "tf_in1k", 192, 0.94, "bicubic", kImageNet},
    Row{"resnetrs152", "tf_in1k", 256, 1.0, "bicubic", kImageNet},
    Row{"resnetrs200", "tf_in1k", 256, 1.0, "bicubic", kImageNet},
    Row{"resnetrs270", "tf_in1k", 256, 1.0, "bicubic", kImageNet},
    Row{"resnetrs350", "tf_in1k", 288, 1.0, "bicubic", kImageNet},
    Row{"resnetrs420", "tf_in1k", 320, 1.0, "bicubic", kImageNet},
    Row{"seresnet50", "a1_in1k", 224, 0.95, "bicubic", kImageNet},
    Row{"seresnet101", "untrained", 224, 0.875, "bicubic", kImageNet},
    Row{"seresnet152", "untrained", 224, 0.875, "bicubic", kImageNet},
    Row{"resnext50_32x4d", "a1h_in1k", 224, 0.95, "bicubic", kImageNet},
    Row{"resnext101_32x4d", "fb_ssl_yfcc100m_ft_in1k", 224, 0.875, "bilinear", kImageNet},
    Row{"resnext101_32x8d", "tv_in1k", 224, 0.875, "bilinear", kImageNet},
    Row{"resnext101_64x4d", "c1_in1k", 224, 0.95, "bicubic", kImageNet},
    Row{"wide_resnet50_2", "racm_in1k", 224, 0.875, "bicubic", kImageNet},
    Row{"wide_resnet101_2", "tv_in1k", 224, 0.875, "bilinear", kImageNet},
    Row{"resnetv2_50", "a1h_in1k", 224, 0.95, "bicubic", kHalf},
    Row{"resnetv2_101", "a1h_in1k", 224, 0.95, "bicubic", kHalf},
    Row{"resnetv2_152", "untrained", 224, 0.875, "bicubic", kHalf},
    Row{"resnetv2_50d", "untrained", 224, 0.875, "bicubic", kHalf},
    Row{"resnetv2_101d", "untrained", 224, 0.875, "bicubic", kHalf},
    Row{"resnetv2_152d", "untrained", 224, 0.875, "bicubic", kHalf},
    Row{"efficientnet_b0", "ra_in1k", 224, 0.875, "bicubic", kImageNet},
    Row{"efficientnet_b1", "ra4_e3600_r240_in1k", 240, 0.9, "bicubic", kHalf},
    Row{"efficientnet_b2", "ra_in1k", 256, 0.875, "bicubic", kImageNet},
    Row{"efficientnet_b3", "ra2_in1k", 288, 0.875, "bicubic", kImageNet},
    Row{"efficientnet_b4", "ra2_in1k", 320, 0.875, "bicubic", kImageNet},
    Row{"efficientnet_lite0", "ra_in1k", 224, 0.875, "bicubic", kImageNet},
    Row{"efficientnet_lite1", "untrained", 240, 0.882, "bicubic", kImageNet},
    Row{"efficientnet_lite2", "untrained", 260, 0.89, "bicubic", kImageNet},
    Row{"tf_efficientnet_b0", "ns_jft_in1k", 224, 0.875, "bicubic", kImageNet},
    Row{"tf_efficientnet_b1", "ns_jft_in1k", 240, 0.882, "bicubic", kImageNet},
    Row{"tf_efficientnet_b2", "ns_jft_in1k", 260, 0.89, "bicubic", kImageNet},
    Row{"tf_efficientnet_b3", "ns_jft_in1k", 300, 0.904, "bicubic", kImageNet},
    Row{"tf_efficientnet_b4", "ns_jft_in1k", 380, 0.922, "bicubic", kImageNet},
    Row{"tf_efficientnet_lite0", "in1k", 224, 0.875, "bicubic", kHalf},
    Row{"tf_efficientnet_lite1", "in1k", 240, 0.882, "bicubic", kHalf},
    Row{"tf_efficientnet_lite2", "in1k", 260, 0.89, "bicubic", kHalf},
    Row{"mobilenetv3_large_100", "ra_in1k", 224, 0.875, "bicubic", kImageNet},
    Row{"mobilenetv3_small_100", "lamb_in1k", 224, 0.875, "bicubic", kImageNet},
    Row{"tf_mobilenetv3_large_100", "in1k", 224, 0.875, "bilinear", kHalf},
    Row{"tf_mobilenetv3_small_100", "in1k", 224, 0.875, "bilinear", kHalf},
    Row{"convnext_tiny", "in12k_ft_in1k", 224, 0.95, "bicubic", kImageNet},
    Row{"convnext_small", "in12k_ft_in1k", 224, 0.95, "bicubic", kImageNet},
    Row{"convnext_base", "fb_in22k_ft_in1k", 224, 0.875, "bicubic", kImageNet},
    Row{"convnext_large", "fb_in22k_ft_in1k", 224, 0.875, "bicubic", kImageNet},
    Row{"convnext_xlarge", "fb_in22k_ft_in1k", 224, 0.875, "bicubic", kImageNet},
    Row{"resnetblur50", "bt_in1k", 224, 0.875, "bicubic", kImageNet},
    Row{"tf_mobilenetv3_large_075", "in1k", 224, 0.875, "bilinear", kHalf},
    Row{"tf_mobilenetv3_small_075", "in1k", 224, 0.875, "bilinear", kHalf},
    Row{"mobilenetv3_large_075", "untrained", 224, 0.875, "bilinear", kImageNet},
    Row{"mobilenetv3_small_075", "lamb_in1k", 224, 0.875, "bicubic", kImageNet}};

const Row* row_of(std::string_view name) {
  const auto* const found = std::ranges::find(kRows, name.substr(0, name.find('.')), &Row::name);
  return found == kRows.end() ? nullptr : &*found;
}

std::vector<double> of_channels(const Arguments& arguments, std::string_view dest,
                                std::vector<double> otherwise) {
  auto values = arguments.reals(dest);
  if (values.empty()) return otherwise;
  if (values.size() == 1) values.resize(3, values.front());
  if (values.size() != 3)
    throw Error(Code::usage, fmt::format("{} has {} values; expected one or three",
                                         arguments.written(dest), values.size()));
  return values;
}

}  // namespace

std::optional<TimmData> timm_data_of(std::string_view name) {
  const auto* const row = row_of(name);
  if (row == nullptr) return std::nullopt;
  TimmData data{.size = row->size,
                .crop_pct = row->crop_pct,
                .interpolation = std::string(row->interpolation)};
  if (row->norm == Norm::half) data.mean = data.std = {0.5, 0.5, 0.5};
  return data;
}

std::string_view default_tag_of(std::string_view name) {
  const auto* const row = row_of(name);
  return row == nullptr ? std::string_view() : row->tag;
}

TimmData resolved(TimmData data, const Arguments& arguments) {
  if (const auto input = arguments.reals("input_size"); !input.empty()) {
    if (input.at(1) != input.at(2))
      throw Error(Code::usage, fmt::format("{}: temper's images are square; expected the same "
                                           "height and width",
                                           arguments.written("input_size")));
    data.size = static_cast<std::int64_t>(input.at(1));
  } else if (const auto size = arguments.whole("img_size")) {
    data.size = *size;
  }
  if (const auto crop = arguments.real("crop_pct"); crop && *crop != 0) data.crop_pct = *crop;
  if (auto name = arguments.text("interpolation"); !name.empty())
    data.interpolation = std::move(name);
  data.mean = of_channels(arguments, "mean", std::move(data.mean));
  data.std = of_channels(arguments, "std", std::move(data.std));
  return data;
}

}  // namespace temper::imports
