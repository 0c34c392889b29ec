#include <fmt/format.h>

#include <cmath>

#include "temper/report/elements.h"
#include "temper/report/number.h"
#include "temper/report/sections.h"

namespace temper::report {
namespace {

Html figure_of_merit(const ReportData& facts) {
  const auto& evaluation = facts.summary.evaluation;
  if (!evaluation) return html(R"(<p class="headline none">Nothing has been measured yet.</p>)");
  const auto& score = evaluation->score;
  const auto split = split_text(evaluation->split);
  const auto weights = weights_text(evaluation->weights, facts.summary.averaging);
  if (score.errors) {
    const auto values = facts.run.start ? facts.run.start->values.size() : 0;
    return html(
        R"(<div class="headline"><p class="big">{}</p><p class="what">{} R²</p><p>RMSE {}<br>MAE
        {}{}</p><p class="basis">{}, {} images, {}</p></div>)",
        significant_text(score.errors->r2), split, significant_text(score.errors->rmse),
        significant_text(score.errors->mae),
        values > 1 ? html("<br><small>averaged over {} targets</small>", values) : Html{}, split,
        count_text(score.count), weights);
  }
  const auto& resampled = evaluation->accuracy_bootstrap;
  const Html bootstrap = resampled ? html(R"(<br><small>{} by bootstrap over images</small>)",
                                          interval_text(*resampled, score.count))
                                   : Html{};
  return html(
      R"(<div class="headline"><p class="big">{}</p><p class="what">{} accuracy</p><p>95{}%
        confidence interval {}{}<br>error {}</p><p class="basis">{}, {} images, {}</p></div>)",
      percent_text(score.accuracy, score.count), split, "\u202f",
      interval_text(*evaluation->accuracy_interval, score.count), bootstrap,
      percent_text(1 - score.accuracy, score.count), split, count_text(score.count), weights);
}

/// Each measured number is shown with its split and weights.
Html evaluation_facts(const evaluate::Assessment& evaluation, const std::string& averaging) {
  const auto weights = weights_text(evaluation.weights, averaging);
  Html list = fact("Loss", significant_text(evaluation.score.loss),
                   fmt::format("{}, {}", split_text(evaluation.split), weights));
  const auto& gap = evaluation.gap;
  if (!gap) return list;
  list += fact("Generalization gap", difference_text(gap->loss),
               fmt::format("validation {} minus training {}, epoch {}, {}",
                           significant_text(gap->validation.loss),
                           significant_text(gap->train.loss), *gap->epoch, weights));
  if (!gap->of_values())
    list += fact("Accuracy gap", points_text(gap->accuracy),
                 fmt::format("training minus validation, epoch {}, {}", *gap->epoch, weights));
  return list;
}

/// What test-time augmentation took and changed.
Html augmentation_fact(const train::TestTime& t) {
  const auto& before = t.without;
  const auto score = before.errors ? "R² " + significant_text(before.errors->r2)
                                   : percent_text(before.accuracy, before.count);
  return fact("Test-time augmentation", counted(t.views, "view"),
              fmt::format("{}; {} of {} test images in all views, {} passes per image, {}; in one "
                          "view {}, {}",
                          t.options, count_text(t.augmented), count_text(t.images),
                          significant_text(t.passes, 3), duration_text(t.seconds),
                          duration_text(t.seconds_without), score));
}

Html measured_facts(const ReportData& facts) {
  Html list;
  if (facts.summary.evaluation)
    list += evaluation_facts(*facts.summary.evaluation, facts.summary.averaging);
  if (facts.run.test && facts.run.test->test_time)
    list += augmentation_fact(*facts.run.test->test_time);
  if (!facts.analysis) return list;
  const auto& a = *facts.analysis;
  if (a.classes >= 10 && a.top_k())
    list += fact("Top-5 accuracy", percent_text(*a.top_k(), a.images), test_basis(facts));
  list += fact("Calibration error", percent_text(a.calibration.width, a.images),
               "ECE, 15 bins, " + test_basis(facts));
  list += fact("Brier score", significant_text(a.brier), "range 0 to 2, " + test_basis(facts));
  return list;
}

Html cost_facts(const ReportData& facts) {
  Html list;
  const auto& s = facts.summary;
  if (std::isfinite(s.seconds)) list += fact("Time", duration_text(s.seconds));
  if (!facts.run.start) return list;
  const auto& start = *facts.run.start;
  list += fact("Parameters", count_text(start.parameters));
  list += fact("Multiply-adds", large_text(start.multiply_adds),
               fmt::format("forward pass of one {}{}×{}{} image", start.height, "\u202f", "\u202f",
                           start.width));
  list += fact("Images", count_text(start.train_images),
               fmt::format("for training; {} validation, {} test; {}",
                           count_text(start.validation_images), count_text(start.test_images),
                           start.values.empty()
                               ? fmt::format("{} classes", count_text(std::ssize(start.classes)))
                               : counted(std::ssize(start.values), "target")));
  return list;
}

Html status(const ReportData& facts) {
  const auto& s = facts.summary;
  if (s.total_steps == 0) return html("Not finished: nothing was logged yet");
  const std::string progress =
      s.finished ? "Finished after " + counted(s.epochs_done, "epoch")
                 : fmt::format("Not finished: epoch {} of {}", s.epochs_done, s.epochs);
  if (!facts.run.start || facts.run.start->time.size() < 16) return html("{}", progress);
  return html(R"({} · started <span class="nowrap">{}</span> at {} UTC)", progress,
              facts.run.start->time.substr(0, 10), facts.run.start->time.substr(11, 5));
}

}  // namespace

std::string test_basis(const ReportData& facts) {
  const auto images = facts.analysis ? facts.analysis->images
                      : facts.values ? facts.values->images
                                     : 0;
  const std::string weights = facts.run.test
                                  ? weights_text(facts.run.test->weights, facts.summary.averaging)
                                  : "weights not recorded";
  return fmt::format("test, {} images, {}", count_text(images), weights);
}

Html headline_section(const ReportData& facts) {
  return html(
      R"(<header><p class="kicker">Training report</p><h1 class="name">{}</h1><p
        class="status">{}</p></header><div class="hero">{}<dl class="facts">{}{}</dl></div>)",
      facts.summary.name, status(facts), figure_of_merit(facts), measured_facts(facts),
      cost_facts(facts));
}

Html notices_section(const ReportData& facts) {
  Html list;
  const auto& s = facts.summary;
  if (!s.finished && s.total_steps > 0)
    list += html(
        "<li><strong>The run has not finished.</strong> The log reaches step {} of {}. The page "
        "shows what was recorded up to the time it was written.</li>",
        count_text(s.steps_done), count_text(s.total_steps));
  for (const auto& warning : facts.run.warnings)
    list += html("<li><strong>Warning:</strong> {}</li>", warning);
  for (const auto& problem : facts.run.problems)
    list += html("<li><strong>Not shown:</strong> {}</li>", problem);
  if (list.markup.empty()) return {};
  return html(R"(<ul class="notices" aria-label="Notices">{}</ul>)", list);
}

}  // namespace temper::report
