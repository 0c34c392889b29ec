#include "temper/train/monte_carlo.h"

#include <ATen/ops/cat.h>
#include <ATen/ops/stack.h>
#include <c10/core/InferenceMode.h>

#include <vector>

#include "temper/core/error.h"
#include "temper/train/evaluate.h"
#include "temper/train/precision.h"

namespace temper::train {
namespace {

// Passes of training are 0 and 1.
constexpr std::int64_t kFirstPass = 2;

/// Dropout is on in evaluation while this lives.
class Dropping {
 public:
  explicit Dropping(model::Network& network) : network_(network) {
    if (network.set_noise(model::Noise::dropout_always)) return;
    network.set_noise(model::Noise::training);
    throw Error(Code::usage,
                "Monte Carlo dropout: the network has no dropout, so all passes would be alike; "
                "train one with model.dropout, such as [{ kind = \"dropout\", at = \"head\" }]");
  }
  ~Dropping() { network_.set_noise(model::Noise::training); }
  Dropping(const Dropping&) = delete;
  Dropping& operator=(const Dropping&) = delete;
  Dropping(Dropping&&) = delete;
  Dropping& operator=(Dropping&&) = delete;

 private:
  model::Network& network_;
};

}  // namespace

measure::MonteCarlo predict_monte_carlo(model::Network& network, const Plan& plan,
                                        const std::shared_ptr<const data::Source>& images,
                                        std::int64_t passes, const std::function<bool()>& cancel) {
  const c10::InferenceMode inference;
  const PrecisionScope scope(plan.recipe.precision, plan.device.type());
  const Dropping dropping(network);
  network.train(false);
  std::vector<at::Tensor> logits;
  data::Loader loader(images, plan.evaluation);
  loader.start(0);
  std::int64_t first = 0;
  while (const auto* batch = loader.next()) {
    if (cancel && cancel()) throw Cancelled{};
    const auto input = batch->views.front().to(plan.device);
    std::vector<at::Tensor> answers;
    for (std::int64_t pass = 0; pass < passes; ++pass) {
      network.begin({.seed = static_cast<std::uint64_t>(plan.recipe.seed),
                     .pass = kFirstPass + pass,
                     .first_row = first});
      answers.push_back(network.forward(input).to(at::kCPU, at::kFloat));
    }
    logits.push_back(at::stack(answers));
    first += input.size(0);
  }
  return measure::monte_carlo(at::cat(logits, 1));
}

}  // namespace temper::train
