#include "temper/optim/parameters.h"

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

void scale(const Parameters& options, std::span<Target> targets) {
  for (auto& target : targets) {
    const auto& scales = of(options, target.kind);
    target.lr_scale = scales.lr_factor;
    target.decay_scale =
        of(options, options.decay_all && target.kind != Kind::head ? Kind::weight : target.kind)
            .decay_factor;
  }
}

}  // namespace temper::optim
