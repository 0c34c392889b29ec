#include "temper/augment/pipeline/timm_string.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <utility>
#include <vector>

#include "temper/core/error.h"
#include "temper/core/parse_number.h"
#include "temper/core/spelling.h"

namespace temper::augment {
namespace {

using Names = std::vector<std::string_view>;

constexpr std::size_t kLongest = 200;
constexpr double kMostNoise = 1000;  // all above RandAugment::kMostNormal are the same

struct NamedList {
  std::string_view name;
  AutoAugmentPolicy policy;
};
constexpr std::array<NamedList, 4> kLists{{{"original", AutoAugmentPolicy::imagenet},
                                           {"originalr", AutoAugmentPolicy::originalr},
                                           {"v0", AutoAugmentPolicy::v0},
                                           {"v0r", AutoAugmentPolicy::v0r}}};

Names policies() {
  Names names{"rand", "augmix", "3a"};
  for (const auto& list : kLists) names.push_back(list.name);
  return names;
}

/// A key and its value, "m" and "9".
struct Section {
  std::string_view key;
  std::string_view value;
  std::size_t at = 0;  ///< in the text
};

/// The keys of a policy's sections, each with the option that it sets.
using Keys = std::vector<std::pair<std::string_view, std::string_view>>;

/// Takes a string apart.
class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  /// The policy's name.
  [[nodiscard]] std::string_view policy() const { return text_.substr(0, text_.find('-')); }

  /// Sets options by `set(section)` for each section, of which every key occurs once, and checks
  /// them as a recipe's are.
  template <class Options, class Set>
  void sections(const Keys& keys, Options& options, const Set& set) const {
    Names names;
    for (const auto& [key, option] : keys) names.push_back(key);
    Names before;
    for (std::size_t at = policy().size(); at < text_.size();) {
      const std::size_t start = at + 1;
      at = std::min(text_.find('-', start), text_.size());
      const auto section = taken_apart(text_.substr(start, at - start), start, names);
      if (std::ranges::find(before, section.key) != before.end())
        fail(start, fmt::format("a second '{}'; expected each section once", section.key));
      before.push_back(section.key);
      set(section);
      check_range(section, std::ranges::find(keys, section.key, &Keys::value_type::first)->second,
                  options);
    }
  }

  [[nodiscard]] std::int64_t whole(const Section& section) const {
    return number<std::int64_t>(section, "a whole number");
  }
  [[nodiscard]] double real(const Section& section) const {
    return number<double>(section, "a number");
  }
  [[nodiscard]] bool flag(const Section& section) const { return whole(section) != 0; }

  /// Checks options together, as a recipe's are.
  template <class Options>
  void check(const Options& options) const {
    try {
      options.check();
    } catch (const Error& error) {
      throw Error(Code::usage, fmt::format("\"{}\": {}", text_, error.message()));
    }
  }

  [[noreturn]] void fail(std::size_t at, const std::string& message) const {
    throw Error(Code::usage, fmt::format("\"{}\", character {}: {}", text_.substr(0, kLongest),
                                         at + 1, message));
  }

 private:
  /// Of a number, whose range in a string has no negative ones.
  template <class Options>
  void check_range(const Section& section, std::string_view option, Options& options) const {
    for (const auto& item : group(options).items) {
      if (item.meta.name != option) continue;
      double value = 0;
      if (const auto* real = std::get_if<double*>(&item.slot))
        value = **real;
      else if (const auto* whole = std::get_if<std::int64_t*>(&item.slot))
        value = static_cast<double>(**whole);
      else
        return;
      auto bounds = item.meta.bounds;
      bounds.low = std::max(bounds.low, 0.0);
      if (!bounds.contain(value))
        fail(section.at, fmt::format("{}{} is {}; expected {}", section.key,
                                     section.key == option ? "" : fmt::format(" ({})", option),
                                     value, bounds.text()));
    }
  }

  [[nodiscard]] Section taken_apart(std::string_view section, std::size_t at,
                                    const Names& keys) const {
    // The set of operations is a name behind a t.
    if (section.starts_with('t') && std::ranges::find(keys, "t") != keys.end())
      return {section.substr(0, 1), section.substr(1), at};
    const auto digit = std::min(section.find_first_of("0123456789"), section.size());
    const auto key = section.substr(0, digit);
    if (std::ranges::find(keys, key) == keys.end())
      fail(at, fmt::format("unknown section '{}': {}", section,
                           suggestion(key, keys, "the sections here are")));
    if (digit == section.size())
      fail(at, fmt::format("'{}' without a number; expected one right behind it, as in {}1",
                           section, key));
    return {key, section.substr(digit), at};
  }

  template <class T>
  [[nodiscard]] T number(const Section& section, std::string_view expected) const {
    const auto value = parse_number<T>(section.value);
    if (!value)
      fail(section.at + section.key.size(),
           fmt::format("'{}' for {}; expected {}", section.value, section.key, expected));
    return *value;
  }

  std::string_view text_;
};

RandAugmentTransforms set_of(const Reader& reader, const Section& section) {
  const auto& names = EnumNames<RandAugmentTransforms>::value;
  const Names sets{"weights", "3a", "3aw"};
  if (std::ranges::find(sets, section.value) == sets.end())
    reader.fail(section.at + 1, fmt::format("unknown set of operations '{}': {}", section.value,
                                            suggestion(section.value, sets, "the sets are")));
  return static_cast<RandAugmentTransforms>(std::ranges::find(names, section.value) -
                                            names.begin());
}

Operation read_rand(const Reader& reader) {
  RandAugment options{.magnitude = 10, .p = 0.5};
  bool increasing = false;
  const Keys keys{{"m", "magnitude"},        {"n", "num_ops"},          {"p", "p"},
                  {"mstd", "magnitude_std"}, {"mmax", "magnitude_max"}, {"inc", "transforms"},
                  {"t", "transforms"}};
  reader.sections(keys, options, [&](const Section& section) {
    if (section.key == "m")
      options.magnitude = static_cast<double>(reader.whole(section));
    else if (section.key == "n")
      options.num_ops = reader.whole(section);
    else if (section.key == "p")
      options.p = reader.real(section);
    else if (section.key == "mstd")
      options.magnitude_std = std::min(reader.real(section), kMostNoise);
    else if (section.key == "mmax")
      options.magnitude_max = static_cast<double>(reader.whole(section));
    else if (section.key == "inc")
      increasing = reader.flag(section);
    else
      options.transforms = set_of(reader, section);
  });
  // The other sets are increasing whatever inc says.
  if (increasing && options.transforms == RandAugmentTransforms::standard)
    options.transforms = RandAugmentTransforms::increasing;
  reader.check(options);
  return options;
}

Operation read_auto_augment(const Reader& reader, AutoAugmentPolicy policy) {
  AutoAugment options{.policy = policy, .dialect = AutoAugmentDialect::timm};
  reader.sections({{"mstd", "magnitude_std"}}, options,
                  [&](const Section& section) { options.magnitude_std = reader.real(section); });
  reader.check(options);
  return options;
}

Operation read_augmix(const Reader& reader) {
  AugMix options{.dialect = AugMixDialect::timm, .severity = 3, .all_ops = true};
  const Keys keys{{"m", "severity"}, {"w", "width"},   {"d", "depth"},
                  {"a", "alpha"},    {"b", "blended"}, {"mstd", "magnitude_std"}};
  reader.sections(keys, options, [&](const Section& section) {
    if (section.key == "m")
      options.severity = static_cast<double>(reader.whole(section));
    else if (section.key == "w")
      options.width = reader.whole(section);
    else if (section.key == "d")
      options.depth = reader.whole(section);
    else if (section.key == "a")
      options.alpha = reader.real(section);
    else if (section.key == "b")
      options.blended = reader.flag(section);
    else
      options.magnitude_std = reader.real(section);
  });
  if (options.depth == 0) options.depth = -1;  // both are a random depth
  reader.check(options);
  return options;
}

Operation read_three(const Reader& reader) {
  ThreeAugment options{.color_jitter = 0};
  reader.sections({{"mstd", ""}}, options, [&](const Section& section) {
    if (reader.real(section) > 0)
      reader.fail(section.at,
                  "noise of magnitudes, which three_augment does not have; expected mstd0, or "
                  "\"3a\" alone");
  });
  return options;
}

/// Collects a string's sections, and whether all of them could be written.
class Writer {
 public:
  explicit Writer(std::string_view policy) : text_(policy) {}

  Writer& whole(std::string_view key, double value) {
    possible_ = possible_ && value == std::floor(value) && value >= 0 && value < 1e9;
    if (possible_) text_ += fmt::format("-{}{}", key, static_cast<std::int64_t>(value));
    return *this;
  }
  Writer& real(std::string_view key, double value) {
    const auto number = fmt::format("{}", value);
    possible_ = possible_ && number.find('-') == std::string::npos;  // it would begin a section
    text_ += fmt::format("-{}{}", key, number);
    return *this;
  }
  Writer& name(std::string_view key, std::string_view value) {
    text_ += fmt::format("-{}{}", key, value);
    return *this;
  }

  [[nodiscard]] std::string text() const { return possible_ ? text_ : ""; }

 private:
  std::string text_;
  bool possible_ = true;
};

/// Whether pixels outside and between those of the image are what timm takes without further
/// options.
template <class Options>
bool has_geometry_of_timm(const Options& options) {
  const bool interpolation = options.interpolation == PolicyInterpolation::automatic ||
                             options.interpolation == PolicyInterpolation::random;
  return interpolation && fill_of(options.fill, Fill::all(128)) == Fill::all(128);
}

template <class Options>
std::string written(const Options& /*no string*/) {
  return "";
}

std::string written(const RandAugment& options) {
  if (options.dialect != RandAugmentDialect::timm || !has_geometry_of_timm(options)) return "";
  Writer writer("rand");
  writer.whole("m", options.magnitude);
  if (options.num_ops != 2) writer.whole("n", static_cast<double>(options.num_ops));
  if (options.p >= 0 && options.p != 0.5) writer.real("p", options.p);
  if (options.magnitude_std > 0) writer.real("mstd", options.magnitude_std);
  if (options.magnitude_max > 0) writer.whole("mmax", options.magnitude_max);
  if (options.transforms == RandAugmentTransforms::increasing)
    writer.whole("inc", 1);
  else if (options.transforms != RandAugmentTransforms::standard)
    writer.name("t", name_of(options.transforms));
  return writer.text();
}

std::string written(const AutoAugment& options) {
  const auto* const list = std::ranges::find(kLists, options.policy, &NamedList::policy);
  if (options.dialect != AutoAugmentDialect::timm || list == kLists.end() ||
      !has_geometry_of_timm(options))
    return "";
  Writer writer(list->name);
  if (options.magnitude_std > 0) writer.real("mstd", options.magnitude_std);
  return writer.text();
}

std::string written(const AugMix& options) {
  if (options.dialect != AugMixDialect::timm || !options.all_ops || !has_geometry_of_timm(options))
    return "";
  Writer writer("augmix");
  writer.whole("m", options.severity);
  if (options.width != 3) writer.whole("w", static_cast<double>(options.width));
  if (options.depth > 0) writer.whole("d", static_cast<double>(options.depth));
  if (options.alpha != 1) writer.real("a", options.alpha);
  if (options.blended) writer.whole("b", 1);
  if (options.magnitude_std >= 0) writer.real("mstd", options.magnitude_std);
  return writer.text();
}

std::string written(const ThreeAugment& options) {
  const ThreeAugment published;
  const bool same = options.threshold == published.threshold &&
                    options.radius_low == published.radius_low &&
                    options.radius_high == published.radius_high && options.color_jitter == 0;
  return same ? "3a" : "";
}

}  // namespace

bool is_timm_string(std::string_view text) {
  const auto names = policies();
  return std::ranges::find(names, Reader(text).policy()) != names.end();
}

std::optional<Operation> read_timm_string(std::string_view text) {
  const Reader reader(text);
  const auto policy = reader.policy();
  if (!is_timm_string(text)) {
    const auto names = policies();
    // An operation's name with a hyphen, "random-apply", is no misspelled policy.
    const bool has_sections = text.find('-') != std::string_view::npos;
    const bool has_numbers = text.find_first_of("0123456789") != std::string_view::npos;
    if (has_sections ? !has_numbers : nearest(text, names).empty()) return std::nullopt;
    reader.fail(0, fmt::format("unknown policy '{}': {}", policy.substr(0, kLongest),
                               suggestion(policy, names, "timm's policies are")));
  }
  if (text.size() > kLongest)
    reader.fail(kLongest, fmt::format("a policy of {} characters; expected at most {}", text.size(),
                                      kLongest));
  if (policy == "rand") return read_rand(reader);
  if (policy == "augmix") return read_augmix(reader);
  if (policy == "3a") return read_three(reader);
  return read_auto_augment(reader, std::ranges::find(kLists, policy, &NamedList::name)->policy);
}

std::string timm_string(const Operation& operation) {
  return std::visit([](const auto& options) { return written(options); }, operation);
}

}  // namespace temper::augment
