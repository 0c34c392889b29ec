#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "temper/report/number.h"
#include "temper/report/sections.h"

namespace temper::report {
namespace {

struct Share {
  std::string name;
  double seconds;
  std::size_t colour;  ///< index in the page's palette; the same for an activity on every page
};

struct Activity {
  double train::Times::* seconds;
  std::string_view text;
};
constexpr std::array<Activity, 6> kActivities{
    {{&train::Times::forward, "Forward pass"},
     {&train::Times::backward, "Backward pass"},
     {&train::Times::update, "Weight update and averaging"},
     {&train::Times::data, "Waiting for data"},
     {&train::Times::evaluate, "Evaluation"},
     {&train::Times::save, "Saving"}}};

/// In descending order; the remaining time comes last.
std::vector<Share> shares(const train::Ended& end) {
  std::vector<Share> result;
  double sum = 0;
  for (std::size_t i = 0; i < kActivities.size(); ++i) {
    const double seconds = end.time.*kActivities[i].seconds;
    if (!std::isfinite(seconds)) continue;
    result.push_back({std::string(kActivities[i].text), seconds, i});
    sum += seconds;
  }
  std::stable_sort(result.begin(), result.end(),
                   [](const Share& a, const Share& b) { return a.seconds > b.seconds; });
  if (!result.empty() && end.seconds - sum > 0.001 * end.seconds)
    result.push_back({"Other", end.seconds - sum, kActivities.size()});
  return result;
}

/// The median, which is robust to pauses.
double median_rate(const Run& run) {
  std::vector<double> rates;
  for (const auto& step : run.steps)
    if (std::isfinite(step.images_per_second)) rates.push_back(step.images_per_second);
  if (rates.empty()) return kMissing;
  const auto middle = rates.begin() + static_cast<std::ptrdiff_t>(rates.size() / 2);
  std::nth_element(rates.begin(), middle, rates.end());
  return *middle;
}

Html split_of_time(const train::Ended& end) {
  Html bar;
  Html rows;
  const auto split = end.seconds > 0 ? shares(end) : std::vector<Share>{};
  if (split.empty()) return {};
  for (const auto& share : split) {
    bar += html(R"(<span class="c{}" style="flex-grow:{}" title="{}: {}"></span>)", share.colour,
                fmt::format("{:.3f}", std::max(0.0, share.seconds)), share.name,
                duration_text(share.seconds));
    rows += html(R"(<tr><th scope="row"><i class="c{}"></i>{}</th><td>{}</td><td>{}</td></tr>)",
                 share.colour, share.name, duration_text(share.seconds),
                 percent_text(share.seconds / end.seconds, 1));
  }
  return html(
      R"(<div class="bar" aria-hidden="true">{}</div><div class="scroll" tabindex="0"><table
        class="time"><thead><tr><th scope="col">Activity</th><th scope="col">time</th><th
        scope="col">share</th></tr></thead><tbody>{}</tbody></table></div>)",
      bar, rows);
}

/// The time saved by stochastic depth with mode batch.
Html skipped_blocks_note(const ReportData& facts) {
  if (!facts.weights || !facts.weights->blocks) return {};
  const auto& blocks = *facts.weights->blocks;
  const auto left_out = blocks.passes - blocks.executed;
  return html(
      R"(<p class="note">With stochastic depth, {} residual blocks were executed where the full network
        would have executed {}: {} were skipped, which saved that share of the time of the blocks'
        forward and backward passes.</p>)",
      count_text(blocks.executed), count_text(blocks.passes),
      percent_text(static_cast<double>(left_out) / static_cast<double>(blocks.passes), 1));
}

}  // namespace

Html time_section(const ReportData& facts) {
  const auto& run = facts.run;
  const Html split = run.end ? split_of_time(*run.end) : Html{};
  const double rate = median_rate(run);
  if (split.markup.empty() && !std::isfinite(rate)) return {};
  const std::string speed = std::isfinite(rate)
                                ? fmt::format("median throughput {} training images per second",
                                              count_text(std::llround(rate)))
                                : "";
  return html(
      R"(<section id="time"><h2>Training time</h2><p class="lead">{}{}{}.</p>{}{}</section>)",
      std::isfinite(run.seconds()) ? duration_text(run.seconds()) + " in total" : "",
      std::isfinite(run.seconds()) && !speed.empty() ? "; " : "", speed, split,
      skipped_blocks_note(facts));
}

}  // namespace temper::report
