#include "temper/data/sources/pack_info.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "temper/core/error.h"
#include "temper/core/printable.h"
#include "temper/io/format/json_text.h"

namespace temper::data {
namespace {

constexpr int kVersion = 1;
constexpr std::string_view kFormat = "temper shards";

nlohmann::ordered_json json_of(const PackInfo::Set& set) {
  return {{"images", set.images}, {"shards", set.shards}};
}

PackInfo::Set set_in(const nlohmann::json& sets, const char* name) {
  const auto found = sets.find(name);
  if (found == sets.end()) return {};
  return {.images = found->at("images").get<std::int64_t>(),
          .shards = found->at("shards").get<std::int64_t>()};
}

bool sound(const PackInfo::Set& set) {
  return set.images >= 0 && set.shards >= 0 && (set.images == 0) == (set.shards == 0);
}

bool sound(const augment::Normalisation& n, int channels) {
  const auto size = static_cast<std::size_t>(channels);
  if (n.mean.empty() && n.std.empty()) return true;
  if (n.mean.size() != size || n.std.size() != size) return false;
  return std::ranges::all_of(n.std, [](double value) { return value > 0; });
}

}  // namespace

void check_distinct(const std::vector<std::string>& classes, const std::string& where) {
  std::set<std::string_view> seen;
  for (const auto& one : classes)
    if (!seen.insert(one).second)
      throw Error(
          Code::data, {.file = where},
          fmt::format("two classes have the name '{}'; rename one of them", printable(one)));
}

std::string to_text(const PackInfo& info) {
  nlohmann::ordered_json sets{{"train", json_of(info.train)}};
  if (info.validation.images > 0) sets["val"] = json_of(info.validation);
  if (info.test.images > 0) sets["test"] = json_of(info.test);
  nlohmann::ordered_json json{{"format", kFormat},
                              {"version", kVersion},
                              {"classes", info.classes},
                              {"channels", info.channels},
                              {"sets", sets}};
  if (!info.normalisation.mean.empty())
    json["normalisation"] = {{"mean", info.normalisation.mean}, {"std", info.normalisation.std}};
  return io::json_text(json, 2) + '\n';
}

PackInfo parse_pack_info(std::string_view text, const std::string& name) {
  PackInfo info;
  bool good = false;
  try {
    // Not an ordered_json, which searches its keys one by one.
    const auto json = nlohmann::json::parse(text);
    good = json.at("format") == kFormat && json.at("version") == kVersion;
    info.classes = json.at("classes").get<std::vector<std::string>>();
    info.channels = json.at("channels").get<int>();
    const auto& sets = json.at("sets");
    info.train = set_in(sets, "train");
    info.validation = set_in(sets, "val");
    info.test = set_in(sets, "test");
    if (const auto found = json.find("normalisation"); found != json.end())
      info.normalisation = {found->at("mean").get<std::vector<double>>(),
                            found->at("std").get<std::vector<double>>()};
  } catch (const nlohmann::json::exception&) {
    good = false;
  }
  if (!good || (info.channels != 1 && info.channels != 3) || !sound(info.train) ||
      !sound(info.validation) || !sound(info.test) || !sound(info.normalisation, info.channels))
    throw Error(Code::data, {.file = name},
                "not what temper data pack writes; pack the set again, or remove the file to take "
                "the classes from the shards");
  check_distinct(info.classes, name);
  return info;
}

}  // namespace temper::data
