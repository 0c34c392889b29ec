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
#include "temper/distributed/group.h"
#include "temper/measure/view_mean.h"
#include "temper/train/clock.h"

namespace temper::evaluate {
namespace {

/// int64 [m]: the images that are shown in further views. Their confidence is that of the logits as
/// they are: a temperature, which may be fitted on the result, has no influence.
/// @param group  of ranks that show the same images, by the confidences of rank 0: another
/// processor
///               may round them to the other side
at::Tensor rows_below(const at::Tensor& logits, double confidence,
                      distributed::Group* group = nullptr) {
  if (confidence == 1) return at::arange(logits.size(0), at::kLong);
  const auto confidences = at::softmax(logits, 1, at::kDouble).amax(1);
  if (group != nullptr) group->broadcast(confidences);
  return confidences.lt(confidence).nonzero().flatten();
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
  const auto rows = rows_below(result.logits, tta->below_confidence, plan.group.get());
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

std::vector<augment::View> shown_views(const train::SavedModel& model) {
  if (!model.tta) return std::vector<augment::View>(1);
  return augment::views_of(*model.tta, model.transform);
}

PictureOutputs outputs_of(train::SavedModel& model, const at::Tensor& views) {
  const c10::InferenceMode inference;
  const auto forward = [&](const at::Tensor& inputs) {
    return model.network->forward(inputs).to(at::kCPU, at::kFloat);
  };
  PictureOutputs result{.outputs = forward(views[0]), .views = {}};
  result.views.assign(static_cast<std::size_t>(views.size(1)), 1);
  if (!model.tta) return result;
  const auto shown = shown_views(model);
  const auto rows = rows_below(result.outputs, model.tta->below_confidence);
  if (rows.numel() == 0) return result;
  measure::ViewMean mean(model.tta->average_of(!model.value_names.empty()));
  mean.add(result.outputs.index_select(0, rows), shown.front().weight);
  for (std::size_t v = 1; v < shown.size(); ++v) {
    const auto inputs = views[static_cast<std::int64_t>(v)].index_select(0, rows);
    mean.add(forward(inputs.contiguous(at::MemoryFormat::ChannelsLast)), shown[v].weight);
  }
  result.outputs = result.outputs.index_copy(0, rows, mean.result());
  for (std::int64_t i = 0; i < rows.numel(); ++i)
    result.views[static_cast<std::size_t>(rows[i].item<std::int64_t>())] = std::ssize(shown);
  return result;
}

}  // namespace temper::evaluate
