#include <span>

#include "temper/augment/pipeline/trace_text.h"
#include "temper/report/elements.h"
#include "temper/report/number.h"
#include "temper/report/sections.h"

namespace temper::report {
namespace {

Html lines_of(const std::vector<std::string>& lines) {
  Html all;
  for (const auto& line : lines) all += html("<small>{}</small>", line);
  return all;
}

/// What was done to a picture, and behind a click the random numbers that say so.
Html about_augmentation(const std::vector<augment::Trace>& traces) {
  auto text = lines_of(augment::to_lines(traces));
  const auto draws = augment::draw_lines(traces);
  if (!draws.empty())
    text += html("<details><summary>random draws</summary>{}</details>", lines_of(draws));
  return text;
}

Html card(const ReplayedPicture& shown) {
  return html(
      R"(<li>{}<div class="told"><strong class="name">{}</strong><span
        class="guess">loss {}</span><small class="name">{}</small>{}</div></li>)",
      picture(shown.image, shown.where), shown.target, significant_text(shown.loss), shown.where,
      about_augmentation(shown.augment));
}

Html figure(const ReplayedStep& step) {
  Html cards;
  for (const auto& shown : step.pictures) cards += card(shown);
  return html(
      R"(<figure><h3>Step {}, epoch {}: loss {}</h3><ul class="cards told">{}</ul><figcaption>The {}
        with the highest loss, of {}.</figcaption></figure>)",
      count_text(step.step), count_text(step.epoch), significant_text(step.loss), cards,
      counted(std::ssize(step.pictures), "image"), count_text(step.images));
}

}  // namespace

Html replays_section(const ReportData& facts) {
  Html figures;
  for (const auto& step : facts.run.replays)
    if (!step.pictures.empty()) figures += figure(step);
  if (figures.markup.empty()) return {};
  return html(
      R"(<section id="replays"><h2>Replayed steps</h2><p class="lead">Images as the network saw them
        in steps that `temper replay` has repeated: class, training loss of the image alone, name,
        and what the augmentation did to it.</p>{}</section>)",
      figures);
}

}  // namespace temper::report
