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
  std::size_t colour;  ///< of the page's palette; an activity keeps its colour
};

struct Activity {
  std::string_view key;
  std::string_view text;
};
constexpr std::array<Activity, 6> kActivities{{{"forward", "Forward pass"},
                                               {"backward", "Backward pass"},
                                               {"update", "Weight update and averaging"},
                                               {"data", "Waiting for images"},
                                               {"evaluate", "Evaluation"},
                                               {"save", "Saving"}}};

/// In descending order, with what no activity accounts for last.
std::vector<Share> shares(const End& end) {
  std::vector<Share> result;
  double sum = 0;
  for (const auto& [key, seconds] : end.time) {
    const auto* const known = std::find_if(kActivities.begin(), kActivities.end(),
                                           [&](const Activity& a) { return a.key == key; });
    const auto colour = static_cast<std::size_t>(known - kActivities.begin());
    result.push_back(
        {known != kActivities.end() ? std::string(known->text) : key, seconds, colour});
    sum += seconds;
  }
  if (end.seconds - sum > 0.001 * end.seconds)
    result.push_back({"Everything else", end.seconds - sum, kActivities.size()});
  return result;
}

/// The middle value, which a pause does not move.
double median_rate(const Run& run) {
  std::vector<double> rates;
  for (const auto& step : run.steps)
    if (std::isfinite(step.images_per_second)) rates.push_back(step.images_per_second);
  if (rates.empty()) return kMissing;
  const auto middle = rates.begin() + static_cast<std::ptrdiff_t>(rates.size() / 2);
  std::nth_element(rates.begin(), middle, rates.end());
  return *middle;
}

Html split_of_time(const End& end) {
  Html bar;
  Html rows;
  for (const auto& share : shares(end)) {
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

}  // namespace

Html time_section(const Facts& facts) {
  const auto& run = facts.run;
  const bool split = run.end && !run.end->time.empty() && run.end->seconds > 0;
  const double rate = median_rate(run);
  if (!split && !std::isfinite(rate)) return {};
  const std::string speed = std::isfinite(rate)
                                ? fmt::format("{} training images per second in the median",
                                              count_text(std::llround(rate)))
                                : "";
  return html(
      R"(<section id="time"><h2>Where the time went</h2><p class="lead">{}{}{}.</p>{}</section>)",
      std::isfinite(run.seconds()) ? duration_text(run.seconds()) + " in all" : "",
      std::isfinite(run.seconds()) && !speed.empty() ? "; " : "", speed,
      split ? split_of_time(*run.end) : Html{});
}

}  // namespace temper::report
