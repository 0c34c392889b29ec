#include "temper/measure/knn.h"

#include <ATen/ops/cat.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/ones_like.h>
#include <ATen/ops/topk.h>
#include <ATen/ops/zeros.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <tuple>
#include <vector>

#include "temper/core/error.h"

namespace temper::measure {
namespace {

/// Similarities that are in memory at once.
constexpr std::int64_t kAtOnce = std::int64_t{1} << 25;

/// Rows of length 1; rows of zeros stay as they are.
at::Tensor directions(const at::Tensor& rows) {
  const auto length = rows.square().sum(1, /*keepdim=*/true).sqrt();
  return rows.div(length.masked_fill(length.eq(0), 1));
}

bool fits(const at::Tensor& rows, const at::Tensor& like) {
  return rows.dim() == 2 && rows.is_floating_point() && rows.size(1) > 0 &&
         rows.size(1) == like.size(1) && rows.scalar_type() == like.scalar_type();
}

void check(const at::Tensor& known, const at::Tensor& labels, const at::Tensor& queries,
           std::int64_t k) {
  if (known.dim() != 2 || !fits(known, known) || !fits(queries, known) ||
      labels.scalar_type() != at::kLong || labels.dim() != 1 || labels.size(0) != known.size(0))
    throw Error(Code::data,
                fmt::format("nearest neighbors: features [{}], labels [{}] and queries [{}]; "
                            "expected [n, d], [n] and [m, d]",
                            fmt::join(known.sizes(), ", "), fmt::join(labels.sizes(), ", "),
                            fmt::join(queries.sizes(), ", ")));
  if (k < 1 || k > known.size(0))
    throw Error(Code::data, fmt::format("{} nearest neighbors among {} images; expected 1 to {}", k,
                                        known.size(0), known.size(0)));
  if (labels.min().item<std::int64_t>() < 0)
    throw Error(Code::data, "nearest neighbors: an image without a label");
}

/// The class with most votes of each row, the lowest of several.
at::Tensor elected(const at::Tensor& votes, std::int64_t classes) {
  const auto counts =
      at::zeros({votes.size(0), classes}, at::kLong).scatter_add(1, votes, at::ones_like(votes));
  // The first of the largest: argmax does not say which of them it returns.
  const auto most = counts.eq(counts.amax(1, /*keepdim=*/true)).to(at::kInt);
  return most.cumsum(1).eq(0).sum(1);
}

}  // namespace

at::Tensor nearest_neighbors(const at::Tensor& known, const at::Tensor& labels,
                             const at::Tensor& queries, std::int64_t k) {
  check(known, labels, queries, k);
  const auto classes = labels.max().item<std::int64_t>() + 1;
  const auto columns = directions(known).t();
  const auto rows_at_once = std::max<std::int64_t>(1, kAtOnce / known.size(0));
  std::vector<at::Tensor> found{at::zeros({0}, at::kLong)};
  for (const auto& part : queries.split(rows_at_once)) {
    const auto similar = at::matmul(directions(part), columns);
    const auto nearest = std::get<1>(at::topk(similar, k, 1));
    const auto votes = labels.index_select(0, nearest.flatten()).view({-1, k});
    found.push_back(elected(votes, classes));
  }
  return at::cat(found);
}

}  // namespace temper::measure
