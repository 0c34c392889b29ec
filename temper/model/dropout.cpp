#include "temper/model/dropout.h"

#include <fmt/format.h>

#include <algorithm>
#include <type_traits>

#include "temper/core/error.h"

namespace temper::model {
namespace {

std::int64_t last_stage(std::span<const Place> places) {
  return std::ranges::max(places, {}, &Place::stage).stage;
}

bool names(std::string_view at, const Place& place, std::int64_t stages) {
  if (at == "all") return place.stage >= 0;
  if (at == "stages") return place.stage >= 1;
  if (at == "last stages") return place.stage >= 1 && place.stage > stages - 2;
  if (place.stage >= 1 && at == fmt::format("stage {}", place.stage)) return true;
  return place.name == at || place.name.starts_with(fmt::format("{}.", at));
}

[[noreturn]] void refuse(std::string_view at, std::span<const Place> places,
                         std::string_view path) {
  std::string blocks;
  const auto is_block = [](const Place& place) { return place.stage >= 1; };
  const auto first = std::ranges::find_if(places, is_block);
  const auto last = std::ranges::find_if(places.rbegin(), places.rend(), is_block);
  if (first != places.end())
    blocks = fmt::format(
        ", \"stage 1\" to \"stage {}\", \"stages\", \"last stages\", or a block by its name, "
        "\"{}\" to \"{}\"",
        last->stage, first->name, last->name);
  throw Error(Code::usage, {.option = fmt::format("{}.at", path)},
              fmt::format("{}.at is \"{}\", which is not a layer of this network; expected "
                          "\"input\", \"stem\", \"head\", \"all\"{}",
                          path, at.substr(0, 60), blocks));
}

}  // namespace

std::vector<std::size_t> select(const Dropout& option, std::span<const Place> places,
                                std::string_view path) {
  const auto at = std::visit([](const auto& form) { return form.at; }, option);
  const auto kind = std::visit([](const auto& form) { return form.kind; }, option);
  const bool needs_channels =
      std::holds_alternative<DropoutAt<regularize::SpatialDropout>>(option) ||
      std::holds_alternative<DropoutAt<regularize::DropBlock>>(option);
  const auto stages = last_stage(places);
  std::vector<std::size_t> selected;
  for (std::size_t i = 0; i < places.size(); ++i) {
    if (!names(at, places[i], stages)) continue;
    if (needs_channels && !places[i].has_channels)
      throw Error(Code::usage, {.option = fmt::format("{}.at", path)},
                  fmt::format("{}.at is \"{}\", where there are no channels of height and width, "
                              "which {} needs; use kind = \"dropout\", or choose a stage",
                              path, at, kind));
    selected.push_back(i);
  }
  if (selected.empty()) refuse(at, places, path);
  return selected;
}

}  // namespace temper::model
