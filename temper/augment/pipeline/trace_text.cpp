#include "temper/augment/pipeline/trace_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace temper::augment {
namespace {

void add_lines(std::span<const Trace> traces, std::size_t indent, std::vector<std::string>& lines) {
  for (const auto& trace : traces) {
    if (!did_something(trace)) continue;
    lines.push_back(std::string(indent, ' ') + to_text(trace));
    add_lines(trace.nested, indent + 2, lines);
  }
}

void add_draw_lines(std::span<const Trace> traces, std::size_t indent,
                    std::vector<std::string>& lines) {
  for (const auto& trace : traces) {
    auto line = std::string(indent, ' ') + trace.operation;
    for (const auto& draw : trace.draws)
      line += (&draw == trace.draws.data() ? ": " : "; ") + to_text(draw);
    if (!trace.draws.empty() || !trace.nested.empty()) lines.push_back(std::move(line));
    add_draw_lines(trace.nested, indent + 2, lines);
  }
}

}  // namespace

std::string to_text(const Applied& applied) {
  if (applied.unit.empty() && applied.value == 0) return applied.name;
  const auto unit = applied.unit.empty() ? "" : " " + applied.unit;
  return fmt::format("{} {:.4g}{}", applied.name, applied.value, unit);
}

std::string to_text(const Draw& draw) {
  switch (draw.kind) {
    case DrawKind::uniform:
      return fmt::format("{:.4g} of {:.4g} to {:.4g}", draw.value, draw.low, draw.high);
    case DrawKind::below:
      return fmt::format("{} of 0 to {}", draw.value, draw.high - 1);
    case DrawKind::chance:
      return fmt::format("{}, with chance {:.4g}", draw.value != 0 ? "yes" : "no", draw.high);
    case DrawKind::normal:
      return fmt::format("{:.4g} of a normal distribution", draw.value);
    case DrawKind::bits:
      break;
  }
  return fmt::format("{} of 32 bits", draw.value);
}

std::string to_text(const Trace& trace) {
  const auto& applied = trace.applied;
  if (applied.empty()) return trace.operation;
  if (applied.size() == 1 && applied.front().name == trace.operation)
    return to_text(applied.front());
  auto text = trace.operation + ":";
  for (const auto& one : applied) text += (&one == applied.data() ? " " : ", ") + to_text(one);
  return text;
}

bool did_something(const Trace& trace) {
  return !trace.applied.empty() || std::ranges::any_of(trace.nested, did_something);
}

std::vector<std::string> to_lines(std::span<const Trace> traces) {
  std::vector<std::string> lines;
  add_lines(traces, 0, lines);
  return lines;
}

std::vector<std::string> draw_lines(std::span<const Trace> traces) {
  std::vector<std::string> lines;
  add_draw_lines(traces, 0, lines);
  return lines;
}

std::string to_text(std::span<const Trace> traces) {
  std::string text;
  for (const auto& trace : traces) {
    if (!did_something(trace)) continue;
    text += (text.empty() ? "" : "; ") + to_text(trace);
    if (std::ranges::any_of(trace.nested, did_something))
      text += fmt::format(" ({})", to_text(std::span<const Trace>(trace.nested)));
  }
  return text.empty() ? "nothing" : text;
}

}  // namespace temper::augment
