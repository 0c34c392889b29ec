#include "temper/evaluate/test_time.h"

#include <ATen/ops/amax.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/index_copy.h>
#include <ATen/ops/index_select.h>
#include <ATen/ops/lt.h>
#include <ATen/ops/nonzero.h>
#include <ATen/ops/softmax.h>
#include <c10/core/InferenceMode.h>

#include <span>
#include <vector>

#include "temper/augment/pipeline/views.h"
#include "temper/data/sources/subset.h"
#include "temper/measure/view_mean.h"
#include "temper/train/clock.h"

namespace temper::evaluate {
namespace {

/// int64 [m]: the images that are shown in further views. Their confidence is that of the logits as
/// they are: a temperature, which may be fitted on the result, has no influence.
at::Tensor rows_below(const at::Tensor& logits, double confidence) {
  if (confidence == 1) return at::arange(logits.size(0), at::kLong);
  return at::softmax(logits, 1, at::kDouble).amax(1).lt(confidence).nonzero().flatten();
}

std::shared_ptr<const data::Source> only(const std::shared_ptr<const data::Source>& images,
                                         const at::Tensor& rows) {
  if (rows.numel() == images->size()) return images;
  const auto list = rows.contiguous();
  const auto* first = list.const_data_ptr<std::int64_t>();
  return std::make_shared<data::Subset>(images,
                                        std::vector<std::int64_t>(first, first + list.numel()));
}

}  // namespace

Predictions predict_augmented(model::Network& network, const train::Plan& plan,
                              const std::shared_ptr<const data::Source>& images,
                              const std::optional<recipe::TestTimeAugmentation>& tta,
                              const std::function<bool()>& cancel) {
  if (!tta) return predict(network, plan, images, cancel);
  const c10::InferenceMode inference;
  const auto views = augment::views_of(*tta, plan.transform);
  const train::Stopwatch watch;
  auto result = predict(network, plan, images, cancel);
  train::TestTime cost{.options = recipe::tta_text(tta),
                       .views = std::ssize(views),
                       .images = images->size(),
                       .seconds_without = watch.seconds(),
                       .without = score(result)};
  const auto rows = rows_below(result.logits, tta->below_confidence);
  cost.augmented = rows.numel();
  if (cost.augmented > 0) {
    const auto shown = only(images, rows);
    measure::ViewMean mean(tta->average_of(plan.is_regression()));
    mean.add(result.logits.index_select(0, rows), views.front().weight);
    for (const auto& view : std::span(views).subspan(1))
      mean.add(predict_view(network, plan, shown, view, cancel).logits, view.weight);
    result.logits = result.logits.index_copy(0, rows, mean.result());
    if (result.values) result.values->predicted = in_units(result.logits, plan.scale);
  }
  cost.passes =
      1 + static_cast<double>(cost.augmented * (cost.views - 1)) / static_cast<double>(cost.images);
  cost.seconds = watch.seconds();
  result.test_time = cost;
  return result;
}

PictureOutputs outputs_of(train::SavedModel& model, io::Picture& picture) {
  const c10::InferenceMode inference;
  const auto outputs = [&](const augment::View& view) {
    return model.network->forward(train::network_input(model, picture, view)).to(at::kFloat);
  };
  auto first = outputs({});
  if (!model.tta) return {first};
  const auto views = augment::views_of(*model.tta, model.transform);
  if (rows_below(first, model.tta->below_confidence).numel() == 0) return {first};
  measure::ViewMean mean(model.tta->average_of(!model.value_names.empty()));
  mean.add(first, views.front().weight);
  for (const auto& view : std::span(views).subspan(1)) mean.add(outputs(view), view.weight);
  return {mean.result(), std::ssize(views)};
}

}  // namespace temper::evaluate
