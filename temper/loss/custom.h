#pragma once
#include <ATen/core/Tensor.h>

#include <functional>
#include <string>
#include <string_view>
#include <tuple>

#include "temper/core/fields.h"
#include "temper/loss/inputs.h"

namespace temper::loss {

/// A user's own loss. The name represents the function in the fingerprint, so another function
/// needs another name.
struct Custom {
  std::string name;
  /// (logits [m, c], target distributions [m, c]) -> scalar, the mean over the m labelled rows
  std::function<at::Tensor(const at::Tensor&, const at::Tensor&)> function;

  static constexpr std::string_view kind = "custom";
  static constexpr About about = {
      .summary = "A loss function that a C++ program provides; a recipe file alone cannot use it."};
  static constexpr auto fields() {
    return std::tuple{
        field(&Custom::name, {.name = "name", .meaning = "name of the loss in the fingerprint"})};
  }
};

/// The function's value over the labelled rows; 0 if there are none. Throws Error{Code::usage}
/// without a function.
at::Tensor evaluate(const Custom& options, const Inputs& inputs);

}  // namespace temper::loss
