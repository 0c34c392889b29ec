#include "temper/evaluate/sensitivity.h"

#include <ATen/ops/cat.h>

#include <vector>

#include "temper/data/prepare/split.h"
#include "temper/data/sources/subset.h"
#include "temper/measure/sensitivity.h"

namespace temper::evaluate {

at::Tensor sensitivity(model::Network& network, const train::Plan& plan,
                       const std::shared_ptr<const data::Source>& images, std::int64_t count) {
  network.train(false);
  const auto chosen = std::make_shared<data::Subset>(
      images,
      data::random_rows(images->size(), count, static_cast<std::uint64_t>(plan.recipe.seed)));
  data::Loader loader(chosen, plan.evaluation);
  loader.start(0);
  std::vector<at::Tensor> norms;
  while (const auto* batch = loader.next())
    norms.push_back(
        measure::input_sensitivity([&](const at::Tensor& x) { return network.forward(x); },
                                   batch->views.front().to(plan.device))
            .to(at::kCPU));
  return at::cat(norms);
}

}  // namespace temper::evaluate
