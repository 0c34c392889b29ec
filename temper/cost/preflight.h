#pragma once
#include "temper/data/loader/batch.h"
#include "temper/train/plan.h"

/// Checks for common mistakes, made before the first step.
namespace temper::cost {

/// Checks that labels are in range, that images are finite and not all equal, and that the first
/// loss is near that of random guessing (with pretrained weights also lower), or with regression
/// targets not far above that of predicting their mean. Throws Error{Code::data}, or returns a
/// warning about the loss; "" when all checks pass. With Plan::group all ranks call it, each with
/// its part of the batch.
std::string inspect_first_batch(const train::Plan& plan, model::Network& network,
                                const data::Batch& batch);

/// With data.train_size, passes images of the smallest and of the largest size through a temporary
/// network, and with evaluation.size images of that size. Throws Error{Code::usage} with the size,
/// and in training its step, when the network does not accept it.
void require_sizes(const train::Plan& plan);

/// Throws Error{Code::usage} with the layer and the sizes where a BatchNorm layer would see a
/// single value per channel in a pass in training mode, the variance of which is not defined. A
/// network without a graph is not checked, nor one with pretrained.norm_eval.
void require_batch_statistics(const train::Plan& plan);
/// The same for a batch that this many processes share. With recipe.sync_bn a pass of all of them
/// together has images of each.
void require_batch_statistics(const train::Plan& plan, std::int64_t ranks);

struct Overfit {
  double first_loss = 0;
  double last_loss = 0;
  double accuracy = 0;  ///< on the batch, at the end; for regression the lowest R^2
  std::int64_t steps = 0;
  [[nodiscard]] bool passed() const { return accuracy >= 0.99; }
};

/// Trains a new network on a single batch, without augmentation, label smoothing and weight decay:
/// if it can't overfit one batch, there is an error in the data, the labels or the options.
Overfit overfit_one_batch(const train::Plan& plan, std::int64_t steps = 200);

}  // namespace temper::cost
