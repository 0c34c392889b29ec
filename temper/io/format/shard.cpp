#include "temper/io/format/shard.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>
#include <iterator>
#include <nlohmann/json.hpp>
#include <optional>
#include <system_error>
#include <unordered_set>
#include <utility>

#include "temper/core/error.h"
#include "temper/core/lower_case.h"
#include "temper/core/printable.h"
#include "temper/io/disk/atomic_file.h"
#include "temper/io/disk/descriptor.h"
#include "temper/io/disk/hash.h"
#include "temper/io/disk/read_file.h"
#include "temper/io/disk/system_folder.h"
#include "temper/io/format/picture_ending.h"

namespace temper::io {
namespace {

constexpr std::uint64_t kMostJson = 1U << 20U;

/// A member's name in two parts: the key of its sample, and its extension in lower case.
struct Named {
  std::string_view key;
  std::string kind;
};

Named split(std::string_view name) {
  const auto slash = name.rfind('/');
  const auto begin = slash == std::string_view::npos ? 0 : slash + 1;
  const auto dot = name.find('.', begin);
  if (dot == std::string_view::npos || dot == begin) return {};  // no extension, or a hidden file
  if (in_system_folder(name)) return {};
  return {name.substr(0, dot), to_lower(std::string(name.substr(dot + 1)))};
}

/// Whether a member is the picture of its sample: a name with a single dot and the right ending.
/// @param kind  what follows the first dot
bool is_picture(std::string_view name, std::string_view kind) {
  return !kind.empty() && kind.find('.') == std::string_view::npos &&
         picture_ending(name) == PictureEnding::read;
}

/// Whether a member is a picture by the end of its name. The files "._NAME" that macOS writes
/// beside others are none.
bool looks_like_picture(std::string_view name) {
  return !name.substr(name.rfind('/') + 1).starts_with("._") &&
         picture_ending(name) != PictureEnding::none;
}

/// JSON text in which NaN, Infinity and -Infinity, which Python writes and JSON does not have, are
/// replaced by an empty list, which is neither a label nor a number.
std::string without_nan(std::string_view text) {
  std::string result;
  bool quoted = false;
  while (!text.empty()) {
    std::size_t length = quoted && text.front() == '\\' ? std::min<std::size_t>(2, text.size()) : 1;
    if (text.front() == '"') quoted = !quoted;
    bool replaced = false;
    for (const std::string_view number : {"NaN", "-Infinity", "Infinity"})
      if (!quoted && text.starts_with(number)) {
        length = number.size();
        replaced = true;
      }
    result += replaced ? "[]" : text.substr(0, length);
    text.remove_prefix(length);
  }
  return result;
}

/// The object that a text in JSON is, with the names in its "values" in their order; no object for
/// other text. json does not keep the order of keys, and ordered_json takes quadratic time in their
/// number.
nlohmann::json object_in(std::string_view text, std::vector<std::string>& names) {
  bool in_values = false;
  const auto note = [&](int depth, nlohmann::json::parse_event_t event, nlohmann::json& key) {
    if (event != nlohmann::json::parse_event_t::key) return true;
    if (depth == 1) in_values = key == "values";
    if (depth == 2 && in_values) names.push_back(key.get<std::string>());
    return true;
  };
  auto json = nlohmann::json::parse(text, note, /*allow_exceptions=*/false);
  if (!json.is_discarded()) return json;
  names.clear();
  in_values = false;
  return nlohmann::json::parse(without_nan(text), note, /*allow_exceptions=*/false);
}

/// Groups the members of a shard into samples.
class Grouping {
 public:
  Grouping(const ReadAt& read, const std::string& name) : read_(read), name_(name) {}

  void add(const TarMember& member) {
    const auto [key, kind] = split(member.name);
    const bool picture = is_picture(member.name, kind);
    if (!picture && looks_like_picture(member.name) && unread_++ == 0) first_unread_ = member.name;
    if (!picture && kind != "cls" && kind != "json") return;
    if (key != key_) {
      finish();
      begin(key);
    }
    if (picture)
      take_picture(member);
    else
      take_label_or_values(member, kind);
  }

  /// Called once, after the last member.
  Shard end(std::uint64_t size) {
    finish();
    key_ = without_image_;
    if (!key_.empty())
      refuse(
          "a label without an image (.jpg, .jpeg, .png, .webp) with the same path up to the dot");
    if (samples_.empty())
      throw Error(
          Code::data, {.file = name_},
          fmt::format(
              "no images in this archive. Looked for files such as 000123.jpg "
              "(jpeg, png, webp), with 000123.cls or 000123.json{}.",
              unread_ == 0 ? "" : ", without another dot in the name; found " + first_unread_));
    return {.size = size,
            .samples = std::move(samples_),
            .value_names = std::move(value_names_),
            .unread = unread_,
            .first_unread = std::move(first_unread_)};
  }

 private:
  [[noreturn]] void refuse(std::string_view what) const {
    throw Error(Code::data, {.file = name_}, fmt::format("sample '{}': {}.", key_, what));
  }

  void begin(std::string_view key) {
    key_ = key;
    if (!seen_.insert(key_).second)
      refuse(
          "its files are not consecutive, or it occurs twice; unpack the archive and pack it "
          "sorted by name: `tar --sort=name -cf NEW.tar -C FOLDER .`");
  }

  void take_picture(const TarMember& member) {
    if (!sample_.name.empty())
      refuse(fmt::format("two images, {} and {}", sample_.name, member.name));
    if (!is_utf8(member.name))
      refuse(
          "its name is not UTF-8; rename the files, for example with convmv, and pack them again");
    sample_.name = member.name;
    sample_.offset = member.offset;
    sample_.size = member.size;
  }

  void take_label_or_values(const TarMember& member, std::string_view kind) {
    const std::uint64_t most = kind == "cls" ? kMostLabel : kMostJson;
    if (member.size > most)
      refuse(
          fmt::format("{} has {} bytes; at most {} are allowed", member.name, member.size, most));
    std::string text(static_cast<std::size_t>(member.size), '\0');
    read_(member.offset, std::as_writable_bytes(std::span(text)));
    if (kind == "json") {
      std::vector<std::string> names;
      const auto json = object_in(text, names);
      if (!json.is_object()) refuse(fmt::format("{} is not a JSON object", member.name));
      if (const auto label = label_in(json, member.name); !label.empty()) set_label(label, member);
      if (const auto found = json.find("values"); found != json.end() && found->is_object())
        set_values(names, *found, member);
    } else {
      const auto label = trimmed(text);
      if (label.empty()) refuse(fmt::format("{} is empty", member.name));
      set_label(label, member);
    }
    if (!sample_.label.empty() && !sample_.values.empty())
      refuse(fmt::format("both the label '{}' and values; expected one of them", sample_.label));
  }

  void set_label(const std::string& label, const TarMember& member) {
    if (!is_utf8(label))
      refuse(fmt::format("the label '{}' in {} is not UTF-8", label, member.name));
    if (label.size() > kMostLabel || !is_one_line(label))
      refuse(fmt::format("the label in {} is not a single line of at most {} bytes", member.name,
                         kMostLabel));
    if (!sample_.label.empty() && sample_.label != label)
      refuse(fmt::format("two labels, '{}' and '{}'", sample_.label, label));
    sample_.label = label;
  }

  /// @param names  the keys of `values` in the order of the file
  void set_values(const std::vector<std::string>& names, const nlohmann::json& values,
                  const TarMember& member) {
    if (!sample_.values.empty() || names.size() != values.size()) refuse("two sets of values");
    if (names.empty()) return;
    for (const auto& name : names) {
      const auto& value = values.at(name);
      if (!is_value_name(name) || !value.is_number() || !std::isfinite(value.get<double>()))
        refuse(fmt::format("'{}' in the \"values\" of {} is not a valid name with a finite number",
                           name, member.name));
      sample_.values.push_back(value.get<double>());
    }
    if (value_names_.empty()) value_names_ = names;
    if (names != value_names_)
      refuse(fmt::format("the values {} in {}; expected {}, as in the samples before",
                         fmt::join(names, ", "), member.name, fmt::join(value_names_, ", ")));
  }

  static std::string trimmed(std::string_view text) {
    constexpr std::string_view spaces = " \t\r\n";
    const auto begin = text.find_first_not_of(spaces);
    if (begin == std::string_view::npos) return {};
    return std::string(text.substr(begin, text.find_last_not_of(spaces) - begin + 1));
  }

  [[nodiscard]] std::string label_in(const nlohmann::json& json, const std::string& member) const {
    for (const char* key : {"label", "cls", "class"}) {
      const auto found = json.find(key);
      if (found == json.end() || found->is_null()) continue;
      if (found->is_number_unsigned()) return std::to_string(found->get<std::uint64_t>());
      if (found->is_string()) return trimmed(found->get<std::string>());
      refuse(
          fmt::format("\"{}\" in {} is neither the number nor the name of a class", key, member));
    }
    return {};
  }

  void finish() {
    if (key_.empty()) return;
    if (!sample_.name.empty())
      samples_.push_back(std::move(sample_));
    else if (without_image_.empty())
      without_image_ = key_;  // its image may come later, which is another mistake
    sample_ = {};
  }

  const ReadAt& read_;
  const std::string& name_;
  std::string key_;  ///< of the current sample; empty: none yet
  ShardSample sample_;
  std::unordered_set<std::string> seen_;
  std::vector<ShardSample> samples_;
  std::vector<std::string> value_names_;
  std::string without_image_;  ///< key of the first sample without an image
  std::uint64_t unread_ = 0;
  std::string first_unread_;
};

}  // namespace

bool is_one_line(std::string_view text) {
  return std::ranges::none_of(text, [](char letter) {
    return static_cast<unsigned char>(letter) < 0x20 || letter == 0x7F;
  });
}

bool is_value_name(std::string_view name) {
  return !name.empty() && name.size() <= kMostLabel && is_one_line(name);
}

Shard scan_shard(std::uint64_t size, const ReadAt& read, const std::string& name) {
  Grouping grouping(read, name);
  scan_tar(size, read, name, [&](const TarMember& member) { grouping.add(member); });
  return grouping.end(size);
}

std::string values_text(std::span<const std::string> names, std::span<const double> values) {
  nlohmann::ordered_json::object_t named;
  for (std::size_t k = 0; k < values.size(); ++k) {
    if (!is_value_name(names[k]))
      throw Error(Code::data,
                  fmt::format("a value has the name '{}'; expected 1 to {} bytes of text", names[k],
                              kMostLabel));
    named.emplace_back(names[k], values[k]);
  }
  std::string text;
  try {
    text = nlohmann::ordered_json{{"values", named}}.dump();
  } catch (const nlohmann::json::exception&) {
    throw Error(Code::data, fmt::format("the names of the values, {}, are not in UTF-8",
                                        fmt::join(names, ", ")));
  }
  if (text.size() > kMostJson)
    throw Error(Code::data,
                fmt::format("{} values with their names take {} bytes; at most {} are allowed",
                            values.size(), text.size(), kMostJson));
  return text;
}

}  // namespace temper::io
