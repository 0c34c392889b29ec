#include "temper/recipe/text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <vector>

#include "temper/recipe/overloaded.h"

namespace temper::recipe {
namespace {

std::vector<std::string> assignments(const Group& group, const std::string& path,
                                     const Schedules& schedules) {
  std::vector<std::string> parts;
  for (const auto& item : group.items)
    parts.push_back(fmt::format("{} = {}", item.meta.name,
                                value_text(item.slot, join(path, item.meta.name), schedules)));
  return parts;
}

std::string table(std::vector<std::string> parts) {
  return parts.empty() ? "{}" : fmt::format("{{ {} }}", fmt::join(parts, ", "));
}

std::string choice_text(const ChoiceView& choice, std::string_view key, const std::string& path,
                        const Schedules& schedules) {
  auto parts = assignments(choice.active(), path, schedules);
  parts.insert(parts.begin(), fmt::format("{} = {}", key, quote(choice.kinds[choice.index])));
  return table(std::move(parts));
}

std::string schedule_text(schedule::Schedule schedule) {
  const auto view = std::get<std::function<ChoiceView()>>(slot(schedule))();
  return choice_text(view, "schedule", "", {});
}

}  // namespace

std::string quote(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\')
      out += {'\\', c};
    else if (byte < 0x20 || byte == 0x7F)
      out += fmt::format("\\u{:04X}", byte);
    else
      out += c;
  }
  return out + '"';
}

std::string number_text(double value) {
  auto text = fmt::format("{}", value);
  if (text.find_first_of(".en") == std::string::npos) text += ".0";
  return text;
}

std::string join(std::string_view path, std::string_view name) {
  return path.empty() ? std::string(name) : fmt::format("{}.{}", path, name);
}

std::string value_text(const Slot& slot, const std::string& path, const Schedules& schedules) {
  return std::visit(
      Overloaded{
          [&](const double* value) {
            const auto driven = schedules.find(path);
            return driven == schedules.end() ? number_text(*value) : schedule_text(driven->second);
          },
          [](const std::int64_t* value) { return fmt::format("{}", *value); },
          [](const bool* value) { return std::string(*value ? "true" : "false"); },
          [](std::string* value) { return quote(*value); },
          [](Auto* value) {
            return value->value ? fmt::format("{}", *value->value) : quote("auto");
          },
          [](const std::function<EnumView()>& view) {
            const auto value = view();
            return quote(value.names[value.index]);
          },
          [&](const std::function<Group()>& view) {
            return table(assignments(view(), path, schedules));
          },
          [&](const std::function<OptionalView()>& view) {
            const auto value = view();
            return value.present ? value_text(value.value(), path, schedules)
                                 : std::string("false");
          },
          [&](const std::function<ChoiceView()>& view) {
            return choice_text(view(), "kind", path, schedules);
          },
          [&](const std::function<ListView()>& view) {
            const auto list = view();
            std::vector<std::string> parts;
            for (std::size_t i = 0; i < list.size; ++i)
              parts.push_back(value_text(list.at(i), join(path, std::to_string(i)), schedules));
            return fmt::format("[{}]", fmt::join(parts, ", "));
          }},
      slot);
}

Where place(const Places& places, std::string_view option) {
  Where where;
  for (auto path = option;;) {
    const auto found = places.find(std::string(path));
    if (found != places.end()) where = found->second;
    if (found != places.end() || path.empty()) break;
    const auto dot = path.rfind('.');
    path = path.substr(0, dot == std::string_view::npos ? 0 : dot);
  }
  where.option = option;
  return where;
}

}  // namespace temper::recipe
