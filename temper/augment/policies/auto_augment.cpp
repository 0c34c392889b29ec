#include "temper/augment/policies/auto_augment.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "temper/augment/operations/range.h"
#include "temper/core/error.h"

namespace temper::augment {
namespace {

bool is_timms(AutoAugmentPolicy policy) {
  return policy == AutoAugmentPolicy::originalr || policy == AutoAugmentPolicy::v0r;
}

Fill published_fill(Scale scale) {
  switch (scale) {
    case Scale::torchvision:
      return Fill::all(0);
    // The authors leave such pixels transparent, and normalize them to 0: the data's mean.
    case Scale::research:
      return kCifar10Mean;
    default:
      return Fill::all(128);
  }
}

Box draw_cutout(Size image, double side, Random& random) {
  const std::int64_t row = draw_up_to(image.height - 1, random);
  const std::int64_t column = draw_up_to(image.width - 1, random);
  return authors_cutout(image, side, row, column);
}

[[noreturn]] void refuse(const AutoAugment& options, std::string_view what,
                         std::string_view expected) {
  throw Error(Code::usage, fmt::format("auto_augment with dialect = \"{}\" has {}; expected {}",
                                       name_of(options.dialect), what, expected));
}

/// An operation of the list that the dialect does not have.
std::optional<Primitive> lacking_operation(const AutoAugment& options) {
  for (const auto& sub_policy : sub_policies(options.policy))
    for (const auto& operation : sub_policy)
      if (!value_of(options, operation.primitive, operation.magnitude, {32, 32}))
        return operation.primitive;
  return std::nullopt;
}

}  // namespace

Scale scale_of(const AutoAugment& options) {
  switch (options.dialect) {
    case AutoAugmentDialect::torchvision:
      return Scale::torchvision;
    case AutoAugmentDialect::tensorflow:
      return options.policy == AutoAugmentPolicy::v0 ? Scale::tensorflow_auto_augment
                                                     : Scale::research;
    case AutoAugmentDialect::timm:
      break;
  }
  if (is_timms(options.policy)) return Scale::timm_research;
  return options.policy == AutoAugmentPolicy::v0 ? Scale::timm : Scale::timm_original;
}

std::optional<double> value_of(const AutoAugment& options, Primitive primitive, double magnitude,
                               Size image, bool negated) {
  return physical(scale_of(options), primitive, magnitude, image, negated, kTorchvisionBins);
}

Box authors_cutout(Size image, double side, std::int64_t row, std::int64_t column) {
  const Box square = square_around(row, column, static_cast<std::int64_t>(side / 2), image);
  const std::int64_t first = square.top;
  const std::int64_t end = square.left + square.width;
  return {first, first, std::max<std::int64_t>(0, std::min(end, image.height) - first),
          std::max<std::int64_t>(0, end - first)};
}

void AutoAugment::check() const {
  if (is_timms(policy) && dialect != AutoAugmentDialect::timm)
    refuse(*this, fmt::format("policy = \"{}\", which only timm has", name_of(policy)),
           "dialect = \"timm\"");
  if (magnitude_std > 0 && dialect != AutoAugmentDialect::timm)
    refuse(*this, fmt::format("magnitude_std = {}, which only timm has", magnitude_std),
           "dialect = \"timm\", or magnitude_std = 0");
  if (const auto lacking = lacking_operation(*this)) {
    std::vector<std::string> others;
    for (const auto other : {AutoAugmentDialect::timm, AutoAugmentDialect::torchvision,
                             AutoAugmentDialect::tensorflow})
      if (!lacking_operation({.policy = policy, .dialect = other}))
        others.push_back(fmt::format("dialect = \"{}\"", name_of(other)));
    refuse(*this,
           fmt::format("policy = \"{}\", which contains {}, an operation that it does not have",
                       name_of(policy), name_of(*lacking)),
           fmt::format("{}, or another policy", fmt::join(others, ", ")));
  }
  check_fill(kind, fill);
}

void apply(const AutoAugment& options, Frame& frame, Random& random) {
  const auto list = sub_policies(options.policy);
  const Scale scale = scale_of(options);
  const Fill fill = fill_of(options.fill, published_fill(scale));
  const auto published = options.dialect == AutoAugmentDialect::timm ? PolicyInterpolation::random
                                                                     : PolicyInterpolation::nearest;
  for (const auto& operation : list[random.below(list.size())]) {
    if (!random.chance(operation.p)) continue;
    double magnitude = operation.magnitude;
    if (options.magnitude_std > 0)
      magnitude = std::clamp(magnitude + options.magnitude_std * random.normal(), 0.0, kMostOfTimm);
    const bool negated = is_signed(scale, operation.primitive) && random.chance(0.5);
    Step step{
        .primitive = operation.primitive,
        .value = value_of(options, operation.primitive, magnitude, frame.size(), negated).value()};
    const bool is_cutout = step.primitive == Primitive::cutout;
    if (is_cutout) step.erased = draw_cutout(frame.size(), step.value, random);
    const auto interpolation = is_geometric(step.primitive)
                                   ? draw_interpolation(options.interpolation, published, random)
                                   : Interpolation::nearest;
    // Their square's color, which becomes the mean as well, differs from that by a rounding.
    apply(frame, step, interpolation,
          is_cutout && options.fill.empty() ? Fill{{125, 122, 113}} : fill, quirks_of(scale));
  }
}

}  // namespace temper::augment
