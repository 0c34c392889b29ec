#include <fmt/format.h>

#include "temper/report/number.h"
#include "temper/report/sections.h"

namespace temper::report {
namespace {

Html curve(std::string_view id, std::string_view title, std::string_view caption,
           const std::string& basis, const std::string& weights) {
  return html(
      R"(<figure><h3>{}</h3><div class="plot short"><canvas id="{}" role="img"
        aria-label="{} by epoch; the numbers follow from the table of epochs"></canvas></div><figcaption>{}
        Measured on {}, <span data-basis>{}</span>.</figcaption></figure>)",
      title, id, title, caption, basis, weights);
}

}  // namespace

Html gap_section(const ReportData& facts) {
  const auto& evaluation = facts.summary.evaluation;
  if (!evaluation || !evaluation->gap) return {};
  const auto& gap = *evaluation->gap;
  if (gap.train.count < 1 || gap.validation.count < 1) return {};
  const auto weights = weights_text(evaluation->weights, facts.summary.averaging);
  const auto basis = fmt::format("{} validation images and a fixed subset of {} training images",
                                 count_text(gap.validation.count), count_text(gap.train.count));
  const auto in_loss =
      curve("gap-loss", "Gap in loss", "Validation loss minus training loss.", basis, weights);
  if (gap.of_values())
    return html(
        R"(<section id="gap"><h2>Generalization gap</h2><p class="lead">After epoch
        {}, {}: <b>{}</b> in loss. Training and validation loss are computed in the same way: same
        weights in evaluation mode, evaluation transforms, mean squared error of the targets
        standardized by the training set, no penalty terms.</p>{}</section>)",
        *gap.epoch, weights, difference_text(gap.loss), in_loss);
  return html(
      R"(<section id="gap"><h2>Generalization gap</h2><p class="lead">After epoch
        {}, {}: <b>{}</b> in loss and <b>{}</b> in accuracy (95{}% confidence interval {}). Training
        and validation scores are computed in the same way: same weights in evaluation mode,
        evaluation transforms, cross-entropy with hard labels, no penalty terms.</p><div class="pair">{}{}</div></section>)",
      *gap.epoch, weights, difference_text(gap.loss), points_text(gap.accuracy), "\u202f",
      fmt::format("{} to {}", points_text(gap.accuracy_interval->low),
                  points_text(gap.accuracy_interval->high)),
      in_loss,
      curve("gap-accuracy", "Gap in accuracy", "Training accuracy minus validation accuracy.",
            basis, weights));
}

}  // namespace temper::report
