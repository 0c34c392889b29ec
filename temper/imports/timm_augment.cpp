#include "temper/imports/timm_augment.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "temper/augment/pipeline/operation.h"
#include "temper/augment/pipeline/timm_string.h"
#include "temper/core/error.h"
#include "temper/imports/shared.h"

namespace temper::imports {
namespace {

using augment::Operation;

std::pair<double, double> range_of(const Arguments& arguments, std::string_view dest,
                                   std::pair<double, double> otherwise) {
  const auto values = arguments.reals(dest);
  if (values.empty()) return otherwise;
  if (values.size() != 2)
    throw Error(Code::usage, fmt::format("{} has {} values; expected two", arguments.written(dest),
                                         values.size()));
  return {values.front(), values.back()};
}

/// How training resizes crops.
std::string interpolation_of(const Arguments& arguments, const TimmData& data) {
  auto name = arguments.text("train_interpolation");
  return name.empty() ? data.interpolation : name;
}

Operation crop(const Arguments& arguments, const TimmData& data) {
  const auto scale = range_of(arguments, "scale", {0.08, 1.0});
  const auto ratio = range_of(arguments, "ratio", {3.0 / 4, 4.0 / 3});
  return augment::RandomResizedCrop{
      .scale_low = scale.first,
      .scale_high = scale.second,
      .ratio_low = ratio.first,
      .ratio_high = ratio.second,
      .interpolation = named<augment::CropInterpolation>(interpolation_of(arguments, data),
                                                         arguments.written("train_interpolation"))};
}

/// Crops and flips, which the first view of --aug-splits gets, too.
std::vector<Operation> primary(const Arguments& arguments, const TimmData& data) {
  std::vector<Operation> all{crop(arguments, data)};
  if (const double p = arguments.number("hflip"); p > 0) all.emplace_back(augment::Flip{.p = p});
  if (const double p = arguments.number("vflip"); p > 0)
    all.emplace_back(augment::VerticalFlip{.p = p});
  return all;
}

/// Pixels from outside the image have the data's mean.
std::vector<std::int64_t> fill_of(const TimmData& data) {
  std::vector<std::int64_t> fill;
  for (const double mean : data.mean)
    fill.push_back(std::min<std::int64_t>(255, std::llround(std::nearbyint(255 * mean))));
  return fill;
}

std::optional<Operation> read_policy(const std::string& text) {
  try {
    return augment::read_timm_string(text);
  } catch (const Error& error) {
    throw Error(error.code(), fmt::format("--aa {}", error.what()));
  }
}

/// The policy of --aa, with the fill and interpolation that timm gives it.
Operation policy(const Arguments& arguments, const TimmData& data) {
  auto read = read_policy(arguments.text("aa"));
  if (!read)
    throw Error(Code::usage, fmt::format("{}: this is no policy of timm's; expected one such as "
                                         "rand-m9-mstd0.5-inc1, augmix-m5, original or 3a",
                                         arguments.written("aa")));
  const auto interpolation = interpolation_of(arguments, data);
  std::visit(
      [&](auto& options) {
        if constexpr (requires { options.fill; }) {
          using Fill = std::remove_cvref_t<decltype(options.fill)>;
          if constexpr (std::is_same_v<Fill, std::vector<std::int64_t>>) {
            options.fill = fill_of(data);
            if (interpolation != "random")
              options.interpolation = named<augment::PolicyInterpolation>(
                  interpolation, arguments.written("train_interpolation"));
          }
        }
      },
      *read);
  return *std::move(read);
}

std::vector<Operation> secondary(const Arguments& arguments, const TimmData& data) {
  std::vector<Operation> all;
  const auto aa = arguments.text("aa");
  if (!aa.empty()) all.push_back(policy(arguments, data));
  // A policy takes the place of color jitter, but 3-Augment needs it.
  const auto jitter = arguments.real("color_jitter");
  const bool replaced = !aa.empty() && aa.find("3a") == std::string::npos;
  if (jitter && *jitter > 0 && !replaced)
    all.emplace_back(augment::ColorJitter{.brightness = *jitter,
                                          .contrast = *jitter,
                                          .saturation = *jitter,
                                          .hue = 0,
                                          .p = arguments.real("color_jitter_prob").value_or(1)});
  if (const auto p = arguments.real("grayscale_prob"); p && *p > 0)
    all.emplace_back(augment::Grayscale{.p = *p});
  if (const auto p = arguments.real("gaussian_blur_prob"); p && *p > 0)
    all.emplace_back(augment::GaussianBlur{
        .p = *p, .dialect = augment::BlurDialect::torchvision, .kernel_size = {23}});
  return all;
}

std::optional<Operation> erasing(const Arguments& arguments) {
  const double p = arguments.number("reprob");
  if (p <= 0) return std::nullopt;
  const auto mode = arguments.text("remode");
  return augment::RandomErasing{.p = p,
                                .mode = named<augment::ErasingMode>(mode.empty() ? "const" : mode,
                                                                    arguments.written("remode")),
                                .max_count = arguments.count("recount")};
}

/// The whole image, stretched: create_transform() gives transforms_noaug_train() a height and a
/// width, which torchvision's Resize takes for both sides.
std::vector<Operation> without_augmentation(const TimmData& data) {
  return {augment::Resize{
      .sides = augment::ResizedSides::both,
      .interpolation = named<augment::Interpolation>(data.interpolation, "--interpolation")}};
}

void set_views(const Arguments& arguments, std::int64_t first_view, Draft& draft) {
  const auto views = arguments.count("aug_splits");
  if (views < 2) return;
  if (!arguments.flag("jsd_loss") && !arguments.flag("jsd"))
    return draft.drops(arguments.written("aug_splits"),
                       "the views of an image are for --jsd-loss only");
  draft.whole("consistency.views", views);
  draft.number("consistency.weight", 12);
  draft.whole("consistency.first_view", first_view, "crop and flips");
  draft.differs(arguments.written("aug_splits"),
                "every view has a crop and flips of its own; timm's views share them");
}

}  // namespace

void set_timm_augment(const Arguments& arguments, const TimmData& data, Draft& draft) {
  if (arguments.flag("no_aug")) {
    auto operations = without_augmentation(data);
    const auto first_view = std::ssize(operations);
    set_operations(std::move(operations), draft);
    return set_views(arguments, first_view, draft);
  }
  if (const auto mode = arguments.text("train_crop_mode"); !mode.empty() && mode != "rrc")
    draft.drops(arguments.written("train_crop_mode"),
                "temper has no such crop; random_resized_crop takes its place");
  auto operations = primary(arguments, data);
  const auto erased = erasing(arguments);
  const bool has_views = arguments.count("aug_splits") >= 2;
  // It comes after all other operations wherever it is in the list, and in timm erases the first
  // view too, unless that is to stay clean.
  if (erased && !has_views && arguments.flag("resplit"))
    draft.drops(arguments.written("resplit"), "every image may be erased; timm leaves half out");
  const bool early = erased && has_views && !arguments.flag("resplit");
  if (early) operations.push_back(*erased);
  const auto first_view = std::ssize(operations);
  for (auto& operation : secondary(arguments, data)) operations.push_back(std::move(operation));
  if (erased && !early) operations.push_back(*erased);
  set_operations(std::move(operations), draft);
  set_views(arguments, first_view, draft);
}

}  // namespace temper::imports
