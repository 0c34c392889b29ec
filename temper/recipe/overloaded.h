#pragma once

namespace temper::recipe {

/// Several lambdas as one visitor.
template <class... F>
struct Overloaded : F... {
  using F::operator()...;
};

}  // namespace temper::recipe
