#include "temper/loss/jensen_shannon.h"

#include <ATen/ops/exp.h>
#include <ATen/ops/logsumexp.h>
#include <ATen/ops/mean.h>
#include <ATen/ops/mul.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/sub.h>
#include <ATen/ops/sum.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "temper/core/error.h"
#include "temper/loss/mean.h"

namespace temper::loss {

at::Tensor jensen_shannon(std::span<const at::Tensor> logits) {
  const bool alike = std::ranges::all_of(
      logits, [&](const auto& view) { return view.sizes() == logits.front().sizes(); });
  if (logits.size() < 2 || !alike)
    throw Error(Code::usage, fmt::format("jensen_shannon: found {} views{}, expected at least 2, "
                                         "all of one shape",
                                         logits.size(), alike ? "" : " whose shapes differ"));
  std::vector<at::Tensor> views;
  for (const auto& view : logits) views.push_back(log_probabilities(view));
  const auto all = at::stack(views);  // [k, n, c]
  const auto mixture = at::logsumexp(all, 0).sub(std::log(static_cast<double>(views.size())));
  return all.exp().mul(all.sub(mixture)).sum(2).mean();
}

}  // namespace temper::loss
