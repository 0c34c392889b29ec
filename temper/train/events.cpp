#include "temper/train/events.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <utility>

#include "temper/core/grouped.h"
#include "temper/io/format/json_keys.h"
#include "temper/io/format/json_lines.h"

namespace temper::train {
namespace {

using nlohmann::json;

template <std::size_t index = 0>
std::optional<Event> read_event(const json& line, const std::string& kind) {
  if constexpr (index < std::variant_size_v<Event>) {
    using Kind = std::variant_alternative_t<index, Event>;
    if (kind != Kind::kind) return read_event<index + 1>(line, kind);
    Kind event;
    io::read_json(line, event);
    return event;
  }
  return {};
}

}  // namespace

std::optional<std::int64_t> step_of(const Event& event) {
  return std::visit(
      []<class Kind>(const Kind& e) -> std::optional<std::int64_t> {
        if constexpr (requires { e.step; })
          return e.step;
        else
          return std::nullopt;
      },
      event);
}

std::string to_text(const LinearProbed& event) {
  return fmt::format(
      "Linear probe on {} images with {} features: {:.2f}% of {} {} images, in {:.1f} s{}",
      grouped(event.images), grouped(event.features), 100 * event.accuracy, grouped(event.count),
      event.split == "train" ? "training" : event.split, event.seconds,
      event.converged ? ""
                      : fmt::format("; the fit was ended after {} iterations", event.iterations));
}

std::string not_finite_text(const SkippedStep& event) {
  if (!event.parameter.empty())
    return fmt::format(", the gradient of {} is not finite", event.parameter);
  return event.tensor.empty() ? "" : fmt::format(", {} is not finite", event.tensor);
}

json to_json(const Event& event) {
  return std::visit(
      []<class Kind>(const Kind& e) {
        auto line = io::json_of(e);
        line["event"] = Kind::kind;
        return line;
      },
      event);
}

std::optional<Event> from_json(const json& line) {
  const auto event = line.find("event");
  if (event == line.end() || !event->is_string()) return {};
  return read_event(line, event->get<std::string>());
}

std::vector<Event> read_events(const std::filesystem::path& log) {
  std::vector<Event> events;
  for (const auto& line : io::read_json_lines(log))
    if (auto event = from_json(line)) events.push_back(*std::move(event));
  return events;
}

}  // namespace temper::train
