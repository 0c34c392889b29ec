#include "temper/train/manifest.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "temper/core/error.h"
#include "temper/io/disk/hash.h"
#include "temper/io/format/json_keys.h"

namespace temper::train {
namespace {

using nlohmann::json;

constexpr int kFormat = 5;

bool are_plain_names(const std::map<std::string, std::string>& files) {
  return std::ranges::none_of(files, [](const auto& file) {
    return file.first.empty() || file.first.find('/') != std::string::npos;
  });
}

/// A manifest of another version of temper is not damaged: its checkpoint stays as it is.
void refuse_other_format(const json& object, const std::string& name) {
  if (!object.is_object()) return;
  const auto format = object.find("format");
  if (format == object.end() || !format->is_number_integer() || *format == kFormat) return;
  throw Error(Code::usage, {.file = name},
              fmt::format("a checkpoint of another version of temper, of format {}, and this one "
                          "reads format {}; go on with that version, or begin anew with --fresh",
                          format->dump(), kFormat));
}

}  // namespace

std::string to_text(const Manifest& manifest) {
  auto object = io::json_of(manifest);
  object["format"] = kFormat;
  object["checksum"] = io::hash_hex(object.dump());
  return object.dump(2) + "\n";
}

Manifest parse_manifest(std::string_view text, const std::string& name) {
  const auto object = json::parse(text, nullptr, /*allow_exceptions=*/false);
  refuse_other_format(object, name);
  Manifest manifest;
  io::read_json(object, manifest);
  // The text must be byte for byte what to_text() writes, including the checksum and the format: so
  // no key is missing or unknown, and no value is of another type.
  if (manifest.step >= 0 && are_plain_names(manifest.files) && to_text(manifest) == text)
    return manifest;
  throw Error(Code::data, {.file = name},
              fmt::format("damaged, or not a checkpoint's manifest of format {}", kFormat));
}

}  // namespace temper::train
