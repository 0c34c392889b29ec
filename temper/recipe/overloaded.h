#pragma once

namespace temper::recipe {

/// Combines several lambdas into one visitor for std::visit.
template <class... F>
struct Overloaded : F... {
  using F::operator()...;
};

}  // namespace temper::recipe
