#include "temper/augment/policies/magnitude_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>
#include <span>

#include "temper/augment/policies/augmix.h"
#include "temper/augment/policies/auto_augment.h"
#include "temper/augment/policies/fast_auto_augment.h"
#include "temper/augment/policies/rand_augment.h"
#include "temper/augment/policies/sub_policy.h"
#include "temper/augment/policies/trivial_augment.h"
#include "temper/core/error.h"
#include "temper/core/parse_number.h"
#include "temper/core/spelling.h"

namespace temper::augment {
namespace {

struct Entry {
  std::string_view policy;
  std::string_view dialect;
  Scale scale;
  double most = 1000;                                                  ///< the largest magnitude
  RandAugmentTransforms transforms = RandAugmentTransforms::standard;  ///< of rand_augment
};

/// The first dialect of each policy is its default.
constexpr std::array<Entry, 17> kEntries{
    {{"rand_augment", "timm", Scale::timm},
     {"rand_augment", "timm_increasing", Scale::timm_increasing},
     {"rand_augment", "timm_3a", Scale::timm_increasing, 1000, RandAugmentTransforms::three},
     {"rand_augment", "timm_3aw", Scale::timm_increasing, 1000, RandAugmentTransforms::three_more},
     {"rand_augment", "torchvision", Scale::torchvision, 30},
     {"rand_augment", "tensorflow", Scale::tensorflow},
     {"trivial_augment_wide", "torchvision", Scale::trivial_augment_wide, 30},
     {"auto_augment", "timm_original", Scale::timm_original, 10},
     {"auto_augment", "timm_v0", Scale::timm, 10},
     {"auto_augment", "timm_v0r", Scale::timm_research, 10},
     {"auto_augment", "torchvision", Scale::torchvision, 9},
     {"auto_augment", "tensorflow_v0", Scale::tensorflow_auto_augment, 10},
     {"auto_augment", "tensorflow", Scale::research, 10},
     {"augmix", "google", Scale::augmix, 10},
     {"augmix", "torchvision", Scale::torchvision_augmix, 9},
     {"augmix", "timm", Scale::timm_increasing, 10},
     {"fast_auto_augment", "fast_auto_augment", Scale::fast_auto_augment, 1}}};

constexpr std::int64_t kLargest = 65535;

std::int64_t bins_of(const Entry& entry) {
  return static_cast<std::int64_t>(entry.most) + 1;
}

bool is_of_timm(Scale scale) {
  return scale == Scale::timm || scale == Scale::timm_increasing;
}

/// The options of AugMix that have that scale.
AugMix augmix_of(Scale scale) {
  AugMix options;
  if (scale == Scale::torchvision_augmix) options.dialect = AugMixDialect::torchvision;
  if (scale == Scale::timm_increasing) options.dialect = AugMixDialect::timm;
  return options;
}

/// The operations of a list of sub-policies.
void add(std::span<const SubPolicy> list, std::vector<Primitive>& found) {
  for (const auto& sub_policy : list)
    for (const auto& operation : sub_policy) found.push_back(operation.primitive);
}

bool is_refused(const AutoAugment& options) {
  try {
    options.check();
  } catch (const Error&) {
    return true;
  }
  return false;
}

/// The operations of all lists that have that scale, in the order of the enum.
std::vector<Primitive> listed_operations(const Entry& entry) {
  std::vector<Primitive> found;
  if (entry.policy == FastAutoAugment::kind) {
    for (std::size_t k = 0; k < EnumNames<FastAutoAugmentPolicy>::value.size(); ++k)
      add(sub_policies(static_cast<FastAutoAugmentPolicy>(k)), found);
  } else {
    for (std::size_t k = 0; k < EnumNames<AutoAugmentPolicy>::value.size(); ++k)
      for (std::size_t d = 0; d < EnumNames<AutoAugmentDialect>::value.size(); ++d) {
        const AutoAugment options{.policy = static_cast<AutoAugmentPolicy>(k),
                                  .dialect = static_cast<AutoAugmentDialect>(d)};
        if (scale_of(options) == entry.scale && !is_refused(options))
          add(sub_policies(options.policy), found);
      }
  }
  std::ranges::sort(found);
  return found;
}

/// What the policy draws from, possibly several times.
std::vector<Primitive> drawn_operations(const Entry& entry) {
  std::vector<Primitive> found;
  if (entry.policy == RandAugment::kind) {
    RandAugment options{.transforms = entry.transforms};
    if (entry.scale == Scale::torchvision) options.dialect = RandAugmentDialect::torchvision;
    if (entry.scale == Scale::tensorflow) options.dialect = RandAugmentDialect::tensorflow;
    for (const auto& candidate : candidates(options)) found.push_back(candidate.primitive);
  } else if (entry.policy == TrivialAugmentWide::kind) {
    const auto all = primitives(TrivialAugmentWide{});
    found.assign(all.begin(), all.end());
  } else if (entry.policy == AugMix::kind) {
    auto options = augmix_of(entry.scale);
    options.all_ops = true;
    const auto all = primitives(options);
    found.assign(all.begin(), all.end());
  } else {
    found = listed_operations(entry);
  }
  return found;
}

/// The operations that the policy has, in their order, those without a value last.
std::vector<Primitive> operations_of(const Entry& entry) {
  const auto drawn = drawn_operations(entry);
  std::vector<Primitive> found;
  for (const bool with_value : {true, false})
    for (const auto primitive : drawn)
      if (unit_of(primitive).empty() != with_value &&
          std::ranges::find(found, primitive) == found.end())
        found.push_back(primitive);
  return found;
}

/// What a value amounts to.
std::string remark(const Entry& entry, Primitive primitive, double value, double magnitude) {
  constexpr std::string_view none = "no change";
  switch (primitive) {
    case Primitive::posterize:
      if (value == 0) return "a black image";
      if (quirks_of(entry.scale).tensorflow && magnitude / 10 * 4 < 1)
        return "the formula says 0 bits, TensorFlow's shifts keep 1";
      return value >= 8 ? std::string(none) : "";
    case Primitive::solarize:
      if (value > 255) return std::string(none);
      return value <= 0 ? "inverts all values" : "";
    case Primitive::saturation:
    case Primitive::contrast:
    case Primitive::brightness:
    case Primitive::sharpness:
      return value == 1 ? std::string(none) : "";
    default:
      return value == 0 && !unit_of(primitive).empty() ? std::string(none) : "";
  }
}

const Entry& look_up(std::string_view policy, std::string_view dialect) {
  std::vector<std::string_view> dialects;
  for (const auto& entry : kEntries) {
    if (entry.policy != policy) continue;
    if (dialect.empty() || entry.dialect == dialect) return entry;
    dialects.push_back(entry.dialect);
  }
  if (dialects.empty())
    throw Error(Code::usage, fmt::format("'{}' has no table of magnitudes: {}", policy,
                                         suggestion(policy, policies_with_magnitudes(),
                                                    "these policies have one:")));
  throw Error(Code::usage, fmt::format("{} has no dialect '{}': {}", policy, dialect,
                                       suggestion(dialect, dialects, "it is one of")));
}

/// At most three decimals, and no "-0".
std::string number(double value) {
  const double rounded = std::round(value * 1000) / 1000 + 0.0;
  return fmt::format("{}", rounded == 0 ? 0.0 : rounded);
}

}  // namespace

std::vector<std::string_view> policies_with_magnitudes() {
  std::vector<std::string_view> policies;
  for (const auto& entry : kEntries)
    if (policies.empty() || policies.back() != entry.policy) policies.push_back(entry.policy);
  return policies;
}

Size read_size(std::string_view text) {
  const auto x = text.find('x');
  const auto height = parse_number<std::int64_t>(text.substr(0, x));
  const auto width =
      x == std::string_view::npos ? height : parse_number<std::int64_t>(text.substr(x + 1));
  if (!height || !width)
    throw Error(Code::usage, fmt::format("'{}' is no size of images; expected pixels, as in 224, "
                                         "or height and width, as in 32x48",
                                         text));
  return {*height, *width};
}

MagnitudeTable magnitude_table(std::string_view policy, std::string_view dialect,
                               std::optional<double> asked, Size size) {
  const Entry& entry = look_up(policy, dialect);
  const double magnitude = asked.value_or(std::min(9.0, entry.most));
  if (!(magnitude >= 0 && magnitude <= entry.most))
    throw Error(Code::usage, fmt::format("{} has no magnitude {} in the dialect {}; expected a "
                                         "number in [0, {}]",
                                         policy, magnitude, entry.dialect, entry.most));
  if (std::min(size.height, size.width) < 1 || std::max(size.height, size.width) > kLargest)
    throw Error(Code::usage, fmt::format("images of {} x {} pixels; expected sides in [1, {}]",
                                         size.height, size.width, kLargest));
  MagnitudeTable table{.policy = std::string(entry.policy),
                       .dialect = std::string(entry.dialect),
                       .magnitude = magnitude,
                       .size = size};
  const auto value = [&](Primitive primitive, bool negated) {
    if (entry.policy == AugMix::kind)
      return value_of(augmix_of(entry.scale), primitive, magnitude, size, negated);
    return *physical(entry.scale, primitive, magnitude, size, negated, bins_of(entry));
  };
  for (const auto primitive : operations_of(entry)) {
    MagnitudeTable::Row row{.primitive = primitive, .value = value(primitive, false)};
    if (is_signed(entry.scale, primitive)) row.negated = value(primitive, true);
    row.remark = remark(entry, primitive, row.value, magnitude);
    table.rows.push_back(std::move(row));
  }
  if (is_of_timm(entry.scale) && magnitude > kMostOfTimm)
    table.remark =
        "timm lowers magnitudes above 10 to 10, unless magnitude_max (mmax) raises the limit.";
  return table;
}

std::string to_text(const MagnitudeTable& table) {
  auto text =
      fmt::format("{}, dialect {}, magnitude {:g}, images of {} x {} pixels\n\n", table.policy,
                  table.dialect, table.magnitude, table.size.height, table.size.width);
  text += fmt::format("  {:<14}{:>10}{:>12}  {}\n", "operation", "value", "or negated", "unit");
  for (const auto& row : table.rows) {
    const auto unit = unit_of(row.primitive);
    auto line = fmt::format("  {:<14}{:>10}{:>12}  {:<18}{}", name_of(row.primitive),
                            unit.empty() ? "" : number(row.value),
                            row.negated ? number(*row.negated) : "", unit, row.remark);
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  return table.remark.empty() ? text : fmt::format("{}\n{}\n", text, table.remark);
}

nlohmann::ordered_json to_json(const MagnitudeTable& table) {
  auto rows = nlohmann::ordered_json::array();
  for (const auto& row : table.rows) {
    const auto unit = unit_of(row.primitive);
    nlohmann::ordered_json one{{"name", name_of(row.primitive)}};
    one["value"] = unit.empty() ? nlohmann::ordered_json() : nlohmann::ordered_json(row.value);
    one["negated"] = row.negated ? nlohmann::ordered_json(*row.negated) : nlohmann::ordered_json();
    one["unit"] = unit;
    one["remark"] = row.remark;
    rows.push_back(std::move(one));
  }
  return {{"policy", table.policy},       {"dialect", table.dialect},
          {"magnitude", table.magnitude}, {"height", table.size.height},
          {"width", table.size.width},    {"operations", std::move(rows)},
          {"remark", table.remark}};
}

}  // namespace temper::augment
