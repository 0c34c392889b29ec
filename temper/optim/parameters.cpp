#include "temper/optim/parameters.h"

#include <algorithm>
#include <cmath>

namespace temper::optim {
namespace {

const KindScales& of(const Parameters& options, Kind kind) {
  switch (kind) {
    case Kind::weight:
      break;
    case Kind::bias:
      return options.bias;
    case Kind::norm:
      return options.norm;
    case Kind::head:
      return options.head;
  }
  return options.weight;
}

}  // namespace

void scale(const Parameters& options, std::span<Target> targets,
           std::span<const std::int64_t> layers) {
  const auto last = layers.empty() ? 0 : *std::ranges::max_element(layers);
  for (std::size_t i = 0; i < targets.size(); ++i) {
    auto& target = targets[i];
    const auto above = layers.empty() ? 0 : last - layers[i];
    target.lr_scale = of(options, target.kind).lr_factor *
                      std::pow(options.layer_decay, static_cast<double>(above));
    target.decay_scale =
        of(options, options.decay_all && target.kind != Kind::head ? Kind::weight : target.kind)
            .decay_factor;
  }
}

}  // namespace temper::optim
