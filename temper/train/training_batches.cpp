#include "temper/train/training_batches.h"

#include <memory>
#include <span>

#include "temper/core/random.h"
#include "temper/data/prepare/sampler.h"
#include "temper/data/prepare/similar.h"

namespace temper::train {
namespace {

/// The options with the scheduled values of a fixed step, or of the first step of each batch.
data::LoaderOptions as_at(const data::LoaderOptions& training, std::optional<std::int64_t> step,
                          std::int64_t replays) {
  auto options = training;
  if (training.adapt && step)
    options.adapt = [at = *step, adapt = training.adapt](
                        std::int64_t, std::span<augment::Pipeline> views) { adapt(at, views); };
  else if (training.adapt && replays > 1)
    options.adapt = [replays, adapt = training.adapt](std::int64_t batch,
                                                      std::span<augment::Pipeline> views) {
      adapt(batch * replays, views);
    };
  return options;
}

/// A batch with images of its own, which may be changed.
data::Batch copy_of(const data::Batch& batch) {
  auto copy = batch;
  for (auto& view : copy.views) view = view.clone();
  return copy;
}

/// Options to load an image for each row, to mix it with: one with similar targets. It is augmented
/// by draws of its own.
data::LoaderOptions partner_options(const Plan& plan) {
  auto options = plan.training;
  const auto seed = options.seed;
  options.seed = seed + coordinate("partners");
  options.order = data::similar_to(
      options.order ? options.order : data::permuted(plan.train->size(), seed),
      std::make_shared<const data::SimilarImages>(*plan.train, plan.recipe.mixing->bandwidth),
      seed);
  return options;
}

}  // namespace

TrainingBatches::TrainingBatches(const Plan& plan, std::optional<std::int64_t> fixed_step)
    : replays_(recipe::replays_of(plan.recipe)),
      copies_(replays_ > 1 && plan.recipe.mixing),
      labelled_(plan.train, as_at(plan.training, fixed_step, replays_)) {
  if (plan.unlabelled)
    unlabelled_.emplace(plan.unlabelled, as_at(plan.training_unlabelled, fixed_step, replays_));
  const auto& mixing = plan.recipe.mixing;
  if (!mixing || mixing->partner != mix::Partner::similar) return;
  partners_.emplace(plan.train, as_at(partner_options(plan), fixed_step, replays_));
  mixed_epochs_ = mixing->off_epoch;
}

void TrainingBatches::start(std::int64_t epoch, std::int64_t first_batch) {
  if (replays_ == 1) return start_loading(epoch, first_batch);
  const auto steps = labelled_.batches();
  step_ = epoch * steps + first_batch;
  end_ = (epoch + 1) * steps;
  loaded_ = nullptr;
}

const data::Batch* TrainingBatches::next() {
  if (replays_ == 1) return load();
  if (step_ >= end_) return nullptr;
  if (loaded_ == nullptr || step_ % replays_ == 0) {
    const auto batch = step_ / replays_;
    const auto steps = labelled_.batches();
    const bool begins = loaded_ == nullptr || batch % steps == 0;
    loaded_ = nullptr;
    if (begins) start_loading(batch / steps, batch % steps);
    loaded_ = load();
  }
  ++step_;
  if (!copies_ || loaded_ == nullptr) return loaded_;
  replayed_ = copy_of(*loaded_);
  return &replayed_;
}

void TrainingBatches::start_loading(std::int64_t epoch, std::int64_t first_batch) {
  labelled_.start(epoch, first_batch);
  if (unlabelled_) unlabelled_->start(epoch, first_batch);
  has_partners_ = partners_ && (mixed_epochs_ == 0 || epoch < mixed_epochs_);
  if (has_partners_) partners_->start(epoch, first_batch);
}

const data::Batch* TrainingBatches::load() {
  const auto* labelled = labelled_.next();
  if (labelled == nullptr || (!unlabelled_ && !has_partners_)) return labelled;
  joined_ = *labelled;
  if (unlabelled_) {
    const auto* unlabelled = unlabelled_->next();
    if (unlabelled == nullptr) return nullptr;
    joined_.unlabelled = std::make_shared<const data::Batch>(*unlabelled);
  }
  if (has_partners_) {
    const auto* partners = partners_->next();
    if (partners == nullptr) return nullptr;
    joined_.partners = std::make_shared<const data::Batch>(*partners);
  }
  return &joined_;
}

}  // namespace temper::train
