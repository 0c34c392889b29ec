#include "temper/run/trace_json.h"

#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "temper/io/format/json_keys.h"

namespace temper::run {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

json json_of(const Draw& draw) {
  json object = {{"kind", name_of(draw.kind)}, {"value", draw.value}};
  switch (draw.kind) {
    case DrawKind::uniform:
      object["low"] = draw.low;
      object["high"] = draw.high;
      break;
    case DrawKind::below:
      object["bound"] = draw.high;
      break;
    case DrawKind::chance:
      object["value"] = draw.value != 0;
      object["probability"] = draw.high;
      break;
    case DrawKind::bits:
    case DrawKind::normal:
      break;
  }
  return object;
}

/// {"name": "rotate", "value": -27, "unit": "degrees"}; without a unit where there is none, and
/// without a value where there is neither.
ordered_json json_of(const augment::Applied& applied) {
  ordered_json object = {{"name", applied.name}};
  if (!applied.unit.empty() || applied.value != 0) object["value"] = applied.value;
  if (!applied.unit.empty()) object["unit"] = applied.unit;
  return object;
}

ordered_json json_of(const augment::Trace& trace) {
  auto draws = json::array();
  for (const auto& draw : trace.draws) draws.push_back(json_of(draw));
  auto applied = ordered_json::array();
  for (const auto& one : trace.applied) applied.push_back(json_of(one));
  ordered_json object = {
      {"operation", trace.operation}, {"draws", std::move(draws)}, {"applied", std::move(applied)}};
  if (!trace.nested.empty()) object["nested"] = to_json(trace.nested);
  const auto& after = trace.after;
  object["after"] = {{"crop", to_json(after.crop)},
                     {"resized", {after.resized.height, after.resized.width}},
                     {"window", to_json(after.window)},
                     {"flipped", after.flipped},
                     {"upside_down", after.upside_down}};
  return object;
}

/// The member of an object; null where there is none.
const json& member(const json& object, const char* name) {
  static const json none;
  const auto found = object.is_object() ? object.find(name) : object.end();
  return found == object.end() ? none : *found;
}

double number(const json& object, const char* name) {
  const auto& value = member(object, name);
  return value.is_number() ? value.get<double>() : 0;
}

std::string text(const json& object, const char* name) {
  std::string value;
  io::read_json(member(object, name), value);
  return value;
}

Draw draw_from(const json& object) {
  Draw draw;
  io::read_json(member(object, "kind"), draw.kind);
  draw.low = number(object, "low");
  draw.high = number(object, "high");
  draw.value = number(object, "value");
  if (draw.kind == DrawKind::below) draw.high = number(object, "bound");
  if (draw.kind == DrawKind::chance) {
    bool happened = false;
    io::read_json(member(object, "value"), happened);
    draw.high = number(object, "probability");
    draw.value = happened ? 1 : 0;
  }
  return draw;
}

std::vector<augment::Trace> traces_from(const json& list, int depth) {
  std::vector<augment::Trace> traces;
  if (!list.is_array() || depth > augment::kMaxNesting) return traces;
  for (const auto& object : list) {
    auto& trace = traces.emplace_back();
    trace.operation = text(object, "operation");
    for (const auto& draw : member(object, "draws")) trace.draws.push_back(draw_from(draw));
    for (const auto& one : member(object, "applied"))
      trace.applied.push_back({text(one, "name"), number(one, "value"), text(one, "unit")});
    trace.nested = traces_from(member(object, "nested"), depth + 1);
  }
  return traces;
}

}  // namespace

json to_json(const augment::Box& box) {
  return {{"top", box.top}, {"left", box.left}, {"height", box.height}, {"width", box.width}};
}

ordered_json to_json(std::span<const augment::Trace> traces) {
  auto list = ordered_json::array();
  for (const auto& trace : traces) list.push_back(json_of(trace));
  return list;
}

std::vector<augment::Trace> traces_from(const json& json) {
  return traces_from(json, 1);
}

}  // namespace temper::run
