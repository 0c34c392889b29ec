#include "temper/train/training_batches.h"

#include <memory>
#include <span>

namespace temper::train {
namespace {

/// The options with the scheduled values of a fixed step.
data::LoaderOptions as_at(const data::LoaderOptions& training, std::optional<std::int64_t> step) {
  auto options = training;
  if (training.adapt && step)
    options.adapt = [at = *step, adapt = training.adapt](
                        std::int64_t, std::span<augment::Pipeline> views) { adapt(at, views); };
  return options;
}

}  // namespace

TrainingBatches::TrainingBatches(const Plan& plan, std::optional<std::int64_t> fixed_step)
    : labelled_(plan.train, as_at(plan.training, fixed_step)) {
  if (plan.unlabelled)
    unlabelled_.emplace(plan.unlabelled, as_at(plan.training_unlabelled, fixed_step));
}

void TrainingBatches::start(std::int64_t epoch, std::int64_t first_batch) {
  labelled_.start(epoch, first_batch);
  if (unlabelled_) unlabelled_->start(epoch, first_batch);
}

const data::Batch* TrainingBatches::next() {
  const auto* labelled = labelled_.next();
  if (!unlabelled_ || labelled == nullptr) return labelled;
  const auto* unlabelled = unlabelled_->next();
  if (unlabelled == nullptr) return nullptr;
  both_ = *labelled;
  both_.unlabelled = std::make_shared<const data::Batch>(*unlabelled);
  return &both_;
}

}  // namespace temper::train
