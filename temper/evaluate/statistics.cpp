#include "temper/evaluate/statistics.h"

#include <ATen/core/grad_mode.h>

#include <utility>
#include <vector>

#include "temper/evaluate/evaluate.h"
#include "temper/train/data_parallel.h"

namespace temper::evaluate {
namespace {

/// Disables the network's random layers, as in the evaluation that follows. At the end of the scope
/// enables them again, and restores the network's momentum and the counts of its batches.
class Averaging {
 public:
  explicit Averaging(model::Network& network) : network_(network) {
    network.set_noise(model::Noise::never);
    for (const auto& buffer : network.buffers())
      if (!buffer.value.is_floating_point())
        counts_.emplace_back(buffer.value, buffer.value.clone());
  }
  ~Averaging() {
    network_.set_noise(model::Noise::training);
    network_.set_statistics_momentum(std::nullopt);
    for (const auto& [count, before] : counts_) count.copy_(before);
  }
  Averaging(const Averaging&) = delete;
  Averaging& operator=(const Averaging&) = delete;
  Averaging(Averaging&&) = delete;
  Averaging& operator=(Averaging&&) = delete;

  /// Sets the momentum to 1/n for batch n = 1, 2, ..., which gives a mean with equal weights.
  void count(std::int64_t n) { network_.set_statistics_momentum(1 / static_cast<double>(n)); }

 private:
  model::Network& network_;
  std::vector<std::pair<at::Tensor, at::Tensor>> counts_;
};

}  // namespace

void reestimate_statistics(model::Network& network, const train::Plan& plan, std::int64_t epoch,
                           const std::function<bool()>& cancel) {
  network.train(true);
  if (!network.set_statistics_momentum(std::nullopt)) return;
  const at::NoGradGuard guard;
  Averaging mean(network);
  data::Loader loader(plan.train, plan.training);
  loader.start(epoch);
  const auto images = plan.recipe.evaluation.statistics_images;
  std::int64_t n = 0;
  for (std::int64_t seen = 0; images == 0 || seen < images; seen += plan.training.batch) {
    const auto* batch = loader.next();
    if (batch == nullptr) break;
    // The ranks agree on each batch: their passes may exchange statistics.
    const bool cancelled = cancel && cancel();
    if (plan.group ? train::any_of(*plan.group, cancelled) : cancelled) throw Cancelled{};
    mean.count(++n);
    network.forward(batch->views.front().to(plan.device));
  }
  if (plan.group) train::average_statistics(network, *plan.group);
}

}  // namespace temper::evaluate
