#include "temper/report/replayed.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <span>
#include <system_error>

#include "temper/augment/pixels/box.h"
#include "temper/core/error.h"
#include "temper/io/disk/read_file.h"
#include "temper/io/format/json_keys.h"
#include "temper/run/trace_json.h"

namespace temper::report {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

constexpr std::size_t kStepsShown = 3;
constexpr std::size_t kPicturesShown = 12;

template <class T>
T value(const Json& object, const char* name) {
  T result{};
  if (object.is_object() && object.contains(name)) io::read_json(object.at(name), result);
  return result;
}

augment::Box box_of(const Json& cell) {
  return {value<std::int64_t>(cell, "top"), value<std::int64_t>(cell, "left"),
          value<std::int64_t>(cell, "height"), value<std::int64_t>(cell, "width")};
}

/// A part of the sheet; an empty image where it is not inside.
io::Image part(const io::Image& sheet, const augment::Box& box) {
  constexpr std::int64_t kMost = 1 << 16;
  const bool sensible = std::max({box.top, box.left, box.height, box.width}) <= kMost &&
                        box.height > 0 && box.width > 0;
  if (!sensible || !box.inside({sheet.height, sheet.width})) return {};
  io::Image image{static_cast<int>(box.height), static_cast<int>(box.width), sheet.channels, {}};
  for (std::int64_t y = 0; y < box.height; ++y) {
    const auto first = sheet.pixels.begin() +
                       ((box.top + y) * sheet.width + box.left) * std::int64_t{sheet.channels};
    image.pixels.insert(image.pixels.end(), first, first + box.width * sheet.channels);
  }
  return image;
}

/// "cat", or "angle 31.2, length 4".
std::string target_of(const Json& sample) {
  if (sample.contains("class") && sample["class"].is_string())
    return sample["class"].get<std::string>();
  std::string text;
  if (const auto values = sample.find("values"); values != sample.end() && values->is_object())
    for (const auto& [name, number] : values->items())
      if (number.is_number())
        text += fmt::format("{}{} {:.6g}", text.empty() ? "" : ", ", name, number.get<double>());
  return text;
}

}  // namespace

std::vector<fs::path> replay_folders(const fs::path& run) {
  std::vector<fs::path> folders;
  std::error_code failure;
  for (const auto& entry : fs::directory_iterator(run / "replay", failure))
    if (entry.path().filename().string().starts_with("step-")) folders.push_back(entry.path());
  std::ranges::sort(folders);
  if (folders.size() > kStepsShown)
    folders.erase(folders.begin(), folders.end() - static_cast<std::ptrdiff_t>(kStepsShown));
  return folders;
}

ReplayedStep read_replayed(const fs::path& folder) {
  const auto file = folder / "samples.json";
  const auto json = Json::parse(io::read_text(file), nullptr, false);
  if (!json.is_object() || !json.contains("samples") || !json["samples"].is_array())
    throw Error(Code::data, {.file = file.string()},
                "not what `temper replay` writes; replay the step again, or remove the folder");
  const auto bytes = io::read_text(folder / "batch.png");
  const auto sheet = io::decode_image(std::as_bytes(std::span(bytes)),
                                      (folder / "batch.png").string(), /*channels=*/3);
  const auto& samples = json["samples"];
  ReplayedStep step{.step = value<std::int64_t>(json, "step"),
                    .epoch = value<std::int64_t>(json, "epoch"),
                    .loss = value<double>(json, "loss"),
                    .images = std::ssize(samples),
                    .pictures = {}};
  for (const auto& sample : samples) {
    if (step.pictures.size() == kPicturesShown) break;
    if (!sample.is_object() || !sample.contains("cell")) continue;  // of an older version
    auto image = part(sheet, box_of(sample["cell"]));
    if (image.pixels.empty()) continue;
    step.pictures.push_back({.image = std::move(image),
                             .where = value<std::string>(sample, "where"),
                             .target = target_of(sample),
                             .loss = value<double>(sample, "loss"),
                             .augment = run::traces_from(sample.value("augment", Json::array()))});
  }
  return step;
}

}  // namespace temper::report
