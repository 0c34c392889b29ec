#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "temper/io/format/json_keys.h"
#include "temper/regularize/early_stopping.h"
#include "temper/report/number.h"
#include "temper/report/sections.h"
#include "temper/train/stopping.h"

namespace temper::report {
namespace {

using Bins = std::vector<measure::ReliabilityBin>;
using Json = nlohmann::json;

constexpr std::size_t kMaxPoints = 1200;

bool any(const Run& run, const std::optional<train::Scores> train::Evaluated::* weights) {
  return std::any_of(run.epochs.begin(), run.epochs.end(),
                     [&](const train::Evaluated& epoch) { return (epoch.*weights).has_value(); });
}

bool any_validation(const Run& run) {
  return std::any_of(run.epochs.begin(), run.epochs.end(), [](const train::Evaluated& epoch) {
    return (epoch.raw && epoch.raw->validation) || (epoch.averaged && epoch.averaged->validation);
  });
}

/// The number of images that evaluations attack; 0 where they attack none.
std::int64_t attacked_images(const Run& run) {
  std::int64_t count = 0;
  for (const auto& epoch : run.epochs)
    for (const auto* scores : {&epoch.raw, &epoch.averaged})
      if (*scores && (*scores)->attacked) count = (*scores)->attacked->count;
  return count;
}

/// An evaluation's score, with the keys that it has in the log.
template <class Score>
Json point(std::int64_t epoch, const Score& score) {
  auto object = io::json_of(score);
  object["epoch"] = epoch;
  return object;
}

Json curves(const Run& run, const std::optional<train::Scores> train::Evaluated::* weights) {
  Json train = Json::array();
  Json validation = Json::array();
  Json attacked = Json::array();
  for (const auto& epoch : run.epochs) {
    const auto& scores = epoch.*weights;
    if (!scores) continue;
    train.push_back(point(epoch.epoch, scores->train));
    if (scores->validation) validation.push_back(point(epoch.epoch, *scores->validation));
    if (scores->attacked) attacked.push_back(point(epoch.epoch, *scores->attacked));
  }
  return {{"train", std::move(train)},
          {"validation", std::move(validation)},
          {"attacked", std::move(attacked)}};
}

/// Number of consecutive log lines averaged into one point of the running curves.
std::size_t lines_per_point(const Run& run) {
  return std::max<std::size_t>(1, (run.steps.size() + kMaxPoints - 1) / kMaxPoints);
}

Json running(const Run& run) {
  Json points = Json::array();
  const std::size_t group = lines_per_point(run);
  for (std::size_t i = 0; i < run.steps.size(); i += group) {
    const std::size_t end = std::min(run.steps.size(), i + group);
    double sum = 0;
    for (std::size_t j = i; j < end; ++j) sum += run.steps[j].loss;
    const auto& last = run.steps[end - 1];
    points.push_back({io::json_number(last.epoch),
                      io::json_number(sum / static_cast<double>(end - i)),
                      io::json_number(last.lr)});
  }
  return points;
}

bool is_regression(const Run& run) {
  return run.start && !run.start->values.empty();
}

std::string averaging_of(const Run& run) {
  return run.start ? run.start->averaging : "";
}

Html weights_switch(const Run& run) {
  if (!any(run, &train::Evaluated::averaged) || !any(run, &train::Evaluated::raw)) return {};
  return html(
      R"(<div class="switch" role="group" aria-label="Weights shown by the curves"
        hidden><button type="button" data-weights="averaged" aria-pressed="true">Averaged
        weights</button><button type="button" data-weights="raw" aria-pressed="false">Raw
        weights</button></div>)");
}

/// "6000 training images and 6000 validation images".
std::string sides(const Run& run) {
  const auto& epoch = run.epochs.back();
  const auto& scores = epoch.averaged ? epoch.averaged : epoch.raw;
  if (!scores) return "training";
  auto text = fmt::format("{} training images", count_text(scores->train.count));
  if (scores->validation)
    text += fmt::format(" and {} validation images", count_text(scores->validation->count));
  return text;
}

Html curve_figure(const Run& run, std::string_view id, std::string_view title,
                  std::string_view note, bool gap) {
  const auto weights = reported_weights(run, run.epochs.back());
  const bool validation = any_validation(run);
  const bool attacked = attacked_images(run) > 0 && !gap;
  const Html key =
      html(R"(<li class="train">Training</li>{}{}{})",
           Html{validation ? R"(<li class="validation">Validation</li>)" : ""},
           Html{validation && gap ? R"(<li class="gap">Gap</li>)" : ""},
           Html{attacked ? R"(<li class="attacked">Validation, under attack</li>)" : ""});
  return html(
      R"(<figure><h3>{}</h3><ul class="key">{}</ul><div class="plot"><canvas id="{}" role="img"
        aria-label="{} by epoch, {}; the numbers are in the table
        below"></canvas></div><figcaption>{} Measured on {}, <span
        data-basis>{}</span>.</figcaption></figure>)",
      title, key, id, title, sides(run), note, sides(run),
      weights_text(weights, averaging_of(run)));
}

Html score_cells(const std::optional<train::Scores>& scores, bool validation, bool attacked) {
  const auto cells = [](const std::optional<train::Score>& s) {
    if (!s) return html("<td>–</td><td>–</td>");
    return html("<td>{}</td><td>{}</td>", significant_text(s->loss),
                s->errors ? significant_text(s->errors->r2) : percent_text(s->accuracy, s->count));
  };
  Html row = cells(scores ? std::optional(scores->train) : std::nullopt);
  if (!validation) return row;
  const auto measured = scores ? scores->validation : std::nullopt;
  row += cells(measured);
  row += html("<td>{}</td>",
              measured ? difference_text(measured->loss - scores->train.loss) : std::string("–"));
  if (attacked)
    row += html("<td>{}</td>", scores && scores->attacked ? percent_text(scores->attacked->accuracy,
                                                                         scores->attacked->count)
                                                          : std::string("–"));
  return row;
}

Html epoch_table(const Run& run) {
  const bool validation = any_validation(run);
  const bool attacked = attacked_images(run) > 0;
  const int span = validation ? 5 + (attacked ? 1 : 0) : 2;
  const std::string_view quality = is_regression(run) ? "R²" : "accuracy";
  Html groups;
  Html columns;
  Html rows;
  std::vector<std::string> present;
  if (any(run, &train::Evaluated::averaged)) present.emplace_back("averaged");
  if (any(run, &train::Evaluated::raw)) present.emplace_back("raw");
  for (const auto& weights : present) {
    groups += html(R"(<th scope="colgroup" colspan="{}" class="group">{}</th>)", span,
                   weights_text(weights, averaging_of(run)));
    columns += html(
        R"(<th scope="col">training loss</th><th scope="col">training {}</th>{}{})", quality,
        Html{validation
                 ? fmt::format(
                       R"(<th scope="col">validation loss</th><th scope="col">validation {}</th><th
        scope="col">gap</th>)",
                       quality)
                 : std::string()},
        Html{attacked ? R"(<th scope="col">under attack</th>)" : ""});
  }
  for (const auto& epoch : run.epochs) {
    rows += html(R"(<tr><th scope="row">{}</th><td>{}</td>)", epoch.epoch,
                 duration_text(epoch.seconds));
    for (const auto& weights : present)
      rows += score_cells(weights == "averaged" ? epoch.averaged : epoch.raw, validation, attacked);
    rows += html("</tr>");
  }
  return html(
      R"(<details><summary>Results by epoch</summary><div class="scroll"
        tabindex="0"><table><thead><tr><td></td><td></td>{}</tr><tr><th
        scope="col">Epoch</th><th
        scope="col">Time</th>{}</tr></thead><tbody>{}</tbody></table></div></details>)",
      groups, columns, rows);
}

/// Validation loss of the weights that the run is judged by; NaN where an epoch has none.
double validation_loss(const Run& run, const train::Evaluated& epoch) {
  const auto& scores = reported_weights(run, epoch) == "averaged" ? epoch.averaged : epoch.raw;
  return scores && scores->validation && std::isfinite(scores->validation->loss)
             ? scores->validation->loss
             : kMissing;
}

/// The effect that early stopping with its default options would have had on the recorded epochs.
std::string early_stopping_by_default(const Run& run) {
  const regularize::EarlyStopping options;
  regularize::EarlyStoppingState memory;
  double best = kMissing;
  const train::Evaluated* end = nullptr;
  for (const auto& epoch : run.epochs) {
    const double loss = validation_loss(run, epoch);
    if (regularize::observe(options, loss, epoch.epoch, memory)) best = loss;
    if (!regularize::should_stop(options, memory)) continue;
    end = &epoch;
    break;
  }
  const auto waits = fmt::format("Early stopping with its default options (patience of {} epochs)",
                                 options.patience);
  if (!memory.seen) return waits + " would have had no validation loss to monitor.";
  if (end == nullptr)
    return fmt::format(
        "{} {}: the validation loss was lowest after epoch {}.", waits,
        run.end ? "would not have ended this run" : "would not have ended this run so far",
        memory.best_epoch);
  const auto& last = run.epochs.back();
  return fmt::format(
      "{} would have ended this run after epoch {} of {} and restored the weights of epoch {}, "
      "with a validation loss of {}; after epoch {} it was {}.",
      waits, end->epoch, run.start ? run.start->epochs : last.epoch, memory.best_epoch,
      significant_text(best), last.epoch, significant_text(validation_loss(run, last)));
}

Html early_stopping_note(const Run& run) {
  if (!any_validation(run)) return {};
  const auto own = run.early_stop
                       ? train::to_text(*run.early_stop, run.start ? run.start->epochs : 0) + " "
                       : std::string();
  return html(
      R"(<p class="note">{}{} Stronger regularization is usually preferred to a shorter run: longer
        training calls for more regularization (Bello et al. 2021, arXiv:2103.07579).</p>)",
      own, early_stopping_by_default(run));
}

Html linear_probe_note(const Run& run) {
  if (!run.linear_probe) return {};
  return html(R"(<p class="note">{}: what the last layer started from.</p>)",
              train::to_text(*run.linear_probe));
}

std::string about_accuracy(const Run& run) {
  std::string text = "Fraction of correctly classified images.";
  if (const auto count = attacked_images(run); count > 0)
    text += fmt::format(
        " Under attack: of {} of the validation images, those that stay correct under PGD, by "
        "evaluation.attack in the recipe.",
        count_text(count));
  return text;
}

Html evaluation_curves(const Run& run) {
  if (run.epochs.empty()) return {};
  return html(
      R"({}<div class="pair">{}{}</div>{}{}{})", weights_switch(run),
      curve_figure(
          run, "loss", "Loss",
          fmt::format(
              "{}, evaluation transforms, no penalty terms. Both curves are computed in the "
              "same way, so that their difference is the generalization gap.",
              is_regression(run)
                  ? "Mean squared error of the targets standardized by the training set "
                    "(1: always predicting their mean)"
                  : "Cross-entropy with hard labels"),
          true),
      is_regression(run)
          ? curve_figure(run, "r2", "R²",
                         "Coefficient of determination, averaged over the targets.", false)
          : curve_figure(run, "accuracy", "Accuracy", about_accuracy(run), false),
      linear_probe_note(run), early_stopping_note(run), epoch_table(run));
}

Html running_figures(const Run& run) {
  if (run.steps.empty()) return {};
  const auto group = lines_per_point(run);
  const std::string grouped =
      group > 1 ? fmt::format(" Each point is the mean of {} log lines.", group) : "";
  return html(
      R"(<div class="pair"><figure><h3>Running training loss</h3><div class="plot
        short"><canvas id="running" role="img" aria-label="Running training loss by epoch,
        last value {}"></canvas></div><figcaption>The training objective by
        mini-batch: raw weights during training, with augmentation, label smoothing and all
        other regularization of the recipe. Not comparable with the curves
        above.{}</figcaption></figure><figure><h3>Learning rate</h3><div class="plot
        short"><canvas id="lr" role="img" aria-label="Learning rate by epoch, last value
        {}"></canvas></div><figcaption>Learning rate applied at each step.</figcaption></figure></div>)",
      significant_text(run.steps.back().loss), grouped, significant_text(run.steps.back().lr));
}

Json reliability_plot(const Bins& bins) {
  Json list;
  io::write_json(list, bins);
  return list;
}

}  // namespace

Html learning_section(const ReportData& facts) {
  const auto& run = facts.run;
  if (run.epochs.empty() && run.steps.empty()) return {};
  return html(R"(<section id="learning"><h2>Learning curves</h2>{}{}</section>)",
              evaluation_curves(run), running_figures(run));
}

Json plots(const ReportData& facts) {
  const auto& run = facts.run;
  const auto& analysis = facts.analysis;
  const bool scaled = analysis && analysis->scaled;
  return {{"epochs", run.start ? run.start->epochs : 0},
          {"loss", is_regression(run) ? "Mean squared error" : "Cross-entropy"},
          {"weights", run.epochs.empty() ? "raw" : reported_weights(run, run.epochs.back())},
          {"raw", curves(run, &train::Evaluated::raw)},
          {"averaged", curves(run, &train::Evaluated::averaged)},
          {"running", running(run)},
          {"bins", reliability_plot(analysis ? analysis->bins : Bins{})},
          {"scaled_bins", reliability_plot(scaled ? analysis->scaled->bins : Bins{})}};
}

}  // namespace temper::report
