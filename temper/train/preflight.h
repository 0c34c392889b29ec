#pragma once
#include "temper/data/batch.h"
#include "temper/train/plan.h"

/// What goes wrong most, looked at before the first step.
namespace temper::train {

/// Labels in range, images finite and not all alike, the first loss near that of guessing, or of
/// values not far above that of answering with their mean. Throws
/// Error{Code::data} or, for the loss, returns a warning; "" when all is well.
std::string inspect_first_batch(const Plan& plan, model::Network& network,
                                const data::Batch& batch);

/// Where training images have sizes of their own (data.train_size), tries the smallest and the
/// largest on a network that is thrown away. Throws Error{Code::usage} with the size, and the step
/// that has it, when the network can't take it.
void require_sizes(const Plan& plan);

struct Overfit {
  double first_loss = 0;
  double last_loss = 0;
  double accuracy = 0;  ///< on the batch, at the end; of values the lowest R^2
  std::int64_t steps = 0;
  [[nodiscard]] bool passed() const { return accuracy >= 0.99; }
};

/// Trains a fresh network on one batch again and again, with augmentation, smoothing and decay off:
/// a network that can't learn one batch by heart has a fault in data, labels or options.
Overfit overfit_one_batch(const Plan& plan, std::int64_t steps = 200);

}  // namespace temper::train
