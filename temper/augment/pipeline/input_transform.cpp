#include "temper/augment/pipeline/input_transform.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>

#include "temper/augment/operations/resize.h"
#include "temper/core/error.h"
#include "temper/io/format/json_keys.h"

namespace temper::augment {
namespace {

using nlohmann::json;

std::string entry(const std::string& key) {
  return "temper." + key;
}

bool is_side(std::int64_t n) {
  return n >= 1 && n <= kMaxSide;
}

void check(const InputTransform& transform, const std::string& file) {
  const auto& [mean, std] = transform.normalisation;
  if (transform.input.size() != 3 || !std::ranges::all_of(transform.input, is_side) ||
      (transform.resize != 0 && !is_side(transform.resize)))
    throw Error(Code::data, {.file = file},
                fmt::format("the metadata has no valid input size; expected channels, height and "
                            "width in 'temper.input' and a side in 'temper.resize', of 1 to {} "
                            "pixels",
                            kMaxSide));
  if (!transform.network.empty() &&
      (transform.network.size() != 2 || !std::ranges::all_of(transform.network, is_side)))
    throw Error(Code::data, {.file = file},
                fmt::format("the metadata has no valid size of the network; expected height and "
                            "width in 'temper.network', of 1 to {} pixels",
                            kMaxSide));
  const auto channels = static_cast<std::size_t>(transform.input.front());
  if (mean.size() != channels || std.size() != channels)
    throw Error(Code::data, {.file = file},
                fmt::format("'temper.mean' and 'temper.std' in the metadata have {} and {} values; "
                            "expected {}, one for each channel of 'temper.input'",
                            mean.size(), std.size(), channels));
  const auto is_finite = [](double value) { return std::isfinite(value); };
  const auto is_positive = [](double value) { return std::isfinite(value) && value > 0; };
  if (!std::ranges::all_of(mean, is_finite) || !std::ranges::all_of(std, is_positive))
    throw Error(Code::data, {.file = file},
                "'temper.mean' and 'temper.std' in the metadata are not all finite, the latter "
                "above 0; was the file written by temper?");
}

}  // namespace

Fit InputTransform::fit(const View& view) const {
  return {.resize = resize,
          .filter = {interpolation, antialias},
          .whole = keep_same_size ? std::optional(network_size()) : std::nullopt,
          .view = view};
}

io::Metadata to_metadata(const InputTransform& transform) {
  io::Metadata metadata;
  const auto object = io::json_of(transform);
  for (const auto& [name, value] : object.items())
    metadata[entry(name)] = value.is_string() ? value.get<std::string>() : value.dump();
  return metadata;
}

InputTransform from_metadata(const io::Metadata& metadata, const InputTransform& otherwise,
                             const std::string& file) {
  auto object = io::json_of(otherwise);
  for (auto at = object.begin(); at != object.end(); ++at) {
    const auto found = metadata.find(entry(at.key()));
    if (found == metadata.end()) continue;
    *at = json::parse(found->second, nullptr, /*allow_exceptions=*/false);
    if (at->is_discarded()) *at = found->second;  // a text
  }
  InputTransform transform;
  io::read_json(object, transform);
  const auto read = io::json_of(transform);
  for (const auto& [name, value] : object.items())
    if (read.at(name) != value)
      throw Error(Code::data, {.file = file},
                  fmt::format("'{}' in the metadata has another value than temper writes; get the "
                              "file again, or train the run again",
                              entry(name)));
  check(transform, file);
  if (transform.resize == 0) transform.resize = automatic_side(transform.size());
  return transform;
}

}  // namespace temper::augment
