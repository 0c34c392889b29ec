#include "temper/model/resnet_parts.h"

#include <fmt/format.h>

#include <array>
#include <string_view>
#include <utility>

#include "temper/model/round_width.h"

namespace temper::model {
namespace {

struct UnitNames {
  std::string convolution;
  std::string norm;
};

/// torchvision's names, of the ResNet-D stem timm's, of version v2 those of timm's ResNetV2.
std::vector<UnitNames> names_of_units(bool deep, bool v2) {
  if (v2 && deep)
    return {{"stem.conv1", "stem.norm1"}, {"stem.conv2", "stem.norm2"}, {"stem.conv3", ""}};
  if (v2) return {{"stem.conv", ""}};
  if (deep) return {{"conv1.0", "conv1.1"}, {"conv1.3", "conv1.4"}, {"conv1.6", "bn1"}};
  return {{"conv1", "bn1"}};
}

bool is_deep(Stem stem) {
  return stem == Stem::cifar_d || stem == Stem::pooled_d || stem == Stem::d || stem == Stem::rs;
}

Window first_window(Stem stem) {
  const bool halves =
      stem == Stem::imagenet || stem == Stem::strided || stem == Stem::d || stem == Stem::rs;
  return Window::same(stem == Stem::imagenet ? 7 : 3, halves ? 2 : 1);
}

}  // namespace

StemLayers::StemLayers(Weights& weights, const ResNetPlan& plan, const ResNet& options,
                       std::int64_t channels)
    : form_(plan.stem), anti_alias_(options.anti_alias) {
  const bool deep = is_deep(form_), v2 = options.version == Version::v2;
  const auto names = names_of_units(deep, v2);
  std::int64_t in = channels;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const bool last = i + 1 == names.size();
    const auto out = last ? plan.stem_width : plan.stem_width / 2;
    const auto window = i == 0 ? first_window(form_) : Window::same(3);
    Convolution convolution(weights, names[i].convolution, in, out, window);
    if (names[i].norm.empty())
      last_.emplace(std::move(convolution));
    else
      units_.emplace_back(std::move(convolution), BatchNorm(weights, names[i].norm, out));
    in = out;
  }
  if (form_ == Stem::rs) {
    const std::string name = v2 ? "stem.pool" : "maxpool";
    Convolution convolution(weights, name + ".0", in, in, Window::same(3, 2));
    strided_.emplace(std::move(convolution), BatchNorm(weights, name + ".1", in));
  }
}

Value StemLayers::convolve(const Value& images, const Mode& mode) const {
  auto x = images;
  for (const auto& unit : units_) x = unit(x, mode, Activation::relu);
  return last_ ? (*last_)(x) : x;
}

Value StemLayers::pool(const Value& x, const Mode& mode) const {
  if (strided_) return (*strided_)(x, mode, Activation::relu);
  if (form_ == Stem::pooled || form_ == Stem::pooled_d)
    return max_pool(x, {.kernel = 2, .stride = 2});
  if (form_ != Stem::imagenet && form_ != Stem::d) return x;
  if (anti_alias_) return blur_pool(max_pool(x, Window::same(3)));
  return max_pool(x, Window::same(3, 2));
}

Shortcut::Shortcut(Weights& weights, const ResNetPlan::Block& block, const ResNet& options)
    : identity_(!block.changes_size()) {
  if (identity_) return;
  if (options.shortcut == ShortcutType::pad) {
    stride_ = block.stride;
    appended_ = block.out() - block.in;
    return;
  }
  const bool d = options.shortcut == ShortcutType::d, v2 = options.version == Version::v2;
  averages_ = d && block.stride != 1;
  const auto name = block.name + ".downsample.";
  Convolution convolution(weights,
                          name + (v2  ? "conv"
                                  : d ? "1"
                                      : "0"),
                          block.in, block.out(), Window::same(1, d ? 1 : block.stride));
  if (v2)
    bare_.emplace(std::move(convolution));
  else
    project_.emplace(std::move(convolution),
                     BatchNorm(weights, name + (d ? "2" : "1"), block.out()));
}

Value Shortcut::operator()(const Value& x, const Mode& mode) const {
  if (identity_) return x;
  if (project_) return (*project_)(averages_ ? average_pool(x) : x, mode);
  if (bare_) return (*bare_)(averages_ ? average_pool(x) : x);
  const Window subsample{.kernel = 1, .stride = stride_};
  return pad_channels(stride_ == 1 ? x : max_pool(x, subsample), appended_);
}

std::optional<SqueezeExcitation> squeeze_excitation(Weights& weights,
                                                    const ResNetPlan::Block& block,
                                                    const ResNet& options) {
  if (options.se_ratio == 0) return std::nullopt;
  const auto channels = block.out();
  const auto squeezed = round_to_eight(static_cast<double>(channels) * options.se_ratio);
  Convolution reduce(weights, block.name + ".se.fc1", channels, squeezed, {}, /*has_bias=*/true);
  Convolution expand(weights, block.name + ".se.fc2", squeezed, channels, {}, /*has_bias=*/true);
  return SqueezeExcitation(std::move(reduce), std::move(expand));
}

}  // namespace temper::model
