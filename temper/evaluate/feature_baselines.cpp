#include "temper/evaluate/feature_baselines.h"

#include <ATen/ops/argmax.h>
#include <ATen/ops/index_select.h>
#include <ATen/ops/nonzero.h>
#include <fmt/format.h>

#include <utility>

#include "temper/core/error.h"
#include "temper/core/grouped.h"
#include "temper/measure/knn.h"

namespace temper::evaluate {
namespace {

LabelledFeatures labelled(const LabelledFeatures& all) {
  const auto rows = all.labels.ge(0).nonzero().flatten();
  if (rows.numel() == 0)
    throw Error(Code::data, "a set whose images have no labels; expected one of labeled images");
  if (rows.numel() == all.labels.numel()) return all;
  return {all.features.index_select(0, rows), all.labels.index_select(0, rows)};
}

BaselineScore score_of(const at::Tensor& predicted, const at::Tensor& labels) {
  const auto correct = predicted.eq(labels).sum().item<std::int64_t>();
  return {correct, labels.size(0), measure::wilson(correct, labels.size(0))};
}

}  // namespace

BaselineScore score_neighbors(const LabelledFeatures& known, const LabelledFeatures& tested,
                              std::int64_t k) {
  const auto [features, labels] = labelled(known);
  const auto other = labelled(tested);
  return score_of(measure::nearest_neighbors(features, labels, other.features, k), other.labels);
}

ProbeScore score_probe(const LabelledFeatures& known, const LabelledFeatures& tested,
                       std::int64_t classes, const measure::ProbeOptions& options) {
  const auto [features, labels] = labelled(known);
  const auto other = labelled(tested);
  auto probe = measure::fit_linear_probe(features, labels, classes, options);
  const auto predicted = measure::probe_logits(probe, other.features).argmax(1);
  return {score_of(predicted, other.labels), std::move(probe)};
}

std::string to_text(const BaselineScore& score) {
  return fmt::format("accuracy {:.2f}% (95% interval {:.2f} to {:.2f}), over {} images",
                     100 * score.accuracy(), 100 * score.interval.low, 100 * score.interval.high,
                     grouped(score.images));
}

}  // namespace temper::evaluate
