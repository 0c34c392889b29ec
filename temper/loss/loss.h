#pragma once
#include <ATen/core/Tensor.h>

#include <functional>
#include <string>
#include <string_view>
#include <tuple>
#include <variant>

#include "temper/core/fields.h"
#include "temper/loss/cross_entropy.h"

namespace temper::loss {

/// A loss from outside temper. The name stands for the function in the fingerprint, so another
/// function needs another name.
struct Custom {
  std::string name;
  /// (logits [m, c], target distributions [m, c]) -> scalar, over the m labelled rows
  std::function<at::Tensor(const at::Tensor&, const at::Tensor&)> function;

  static constexpr std::string_view kind = "custom";
  static constexpr About about = {.summary = "A program's own loss; not for recipe files alone."};
  static constexpr auto fields() {
    return std::tuple{
        field(&Custom::name, {.name = "name", .meaning = "what the fingerprint calls it"})};
  }
};

using Loss = std::variant<CrossEntropy, Custom>;

/// @param logits    floating [n, c]
/// @param targets   floating [n, c]: distributions before smoothing
/// @param labelled  bool [n]: which rows have a label; undefined: all of them
/// @return a scalar to call backward() on
/// Throws Error{Code::usage} for a Custom without a function.
at::Tensor compute(const Loss& loss, const at::Tensor& logits, const at::Tensor& targets,
                   const at::Tensor& labelled = {});

}  // namespace temper::loss
