#include "temper/data/loader/batch.h"

#include <utility>

namespace temper::data {
namespace {

/// The batch with a function applied to every tensor that is defined.
template <class Function>
Batch each(const Batch& batch, const Function& function) {
  const auto apply = [&function](const at::Tensor& tensor) {
    return tensor.defined() ? function(tensor) : tensor;
  };
  std::vector<at::Tensor> views;
  for (const auto& view : batch.views) views.push_back(apply(view));
  return {.views = std::move(views),
          .labels = apply(batch.labels),
          .targets = apply(batch.targets),
          .labelled = apply(batch.labelled),
          .ids = apply(batch.ids),
          .repeats = apply(batch.repeats),
          .skipped = batch.skipped,
          .first_row = batch.first_row,
          .all_rows = batch.all_rows};
}

std::shared_ptr<const Batch> shared(Batch batch) {
  return std::make_shared<const Batch>(std::move(batch));
}

}  // namespace

Batch Batch::rows(std::int64_t first, std::int64_t count) const {
  auto part = each(*this, [&](const at::Tensor& tensor) { return tensor.narrow(0, first, count); });
  std::erase_if(part.skipped,
                [&](const Skipped& one) { return one.row < first || one.row >= first + count; });
  for (auto& one : part.skipped) one.row -= first;
  part.first_row += first;
  if (unlabelled) {
    const auto ratio = unlabelled->ids.size(0) / ids.size(0);
    part.unlabelled = shared(unlabelled->rows(first * ratio, count * ratio));
  }
  if (partners) part.partners = shared(partners->rows(first, count));
  return part;
}

Batch Batch::to(at::Device device) const {
  auto there = each(*this, [device](const at::Tensor& tensor) { return tensor.to(device); });
  if (unlabelled) there.unlabelled = shared(unlabelled->to(device));
  if (partners) there.partners = shared(partners->to(device));
  return there;
}

}  // namespace temper::data
