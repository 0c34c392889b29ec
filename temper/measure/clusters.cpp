#include "temper/measure/clusters.h"

#include <ATen/ops/cdist.h>
#include <ATen/ops/isfinite.h>
#include <ATen/ops/linalg_eigh.h>
#include <ATen/ops/linalg_vector_norm.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/unique_dim.h>
#include <ATen/ops/where.h>
#include <ATen/ops/zeros.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>

#include "temper/core/error.h"

namespace temper::measure {
namespace {

at::Tensor checked(const at::Tensor& activations, std::int64_t rows, std::int64_t columns) {
  if (activations.dim() != 2 || activations.size(0) < rows || activations.size(1) < columns)
    throw Error(Code::data,
                fmt::format("activations have shape [{}]; expected [images >= {}, features >= {}]",
                            fmt::join(activations.sizes(), ", "), rows, columns));
  const auto values = activations.to(at::kCPU, at::kDouble);
  if (!at::isfinite(values).all().item<bool>())
    throw Error(Code::numerical, "activations are not finite: the network has diverged");
  return values;
}

at::Tensor templates_of(const at::Tensor& head, const std::array<std::int64_t, 3>& classes,
                        std::int64_t features) {
  if (head.dim() != 2 || head.size(1) != features)
    throw Error(Code::data, fmt::format("the head's weights have shape [{}]; expected [classes, "
                                        "{}], the number of activations per image",
                                        fmt::join(head.sizes(), ", "), features));
  const auto [a, b, c] = classes;
  for (const auto one : classes)
    if (one < 0 || one >= head.size(0) || a == b || b == c || a == c)
      throw Error(Code::data, fmt::format("classes {}, {} and {}: expected three different ones in "
                                          "[0, {})",
                                          a, b, c, head.size(0)));
  const auto rows = head.to(at::kCPU, at::kDouble);
  return at::stack({rows[a], rows[b], rows[c]});
}

double length(const at::Tensor& vector) {
  return at::linalg_vector_norm(vector).item<double>();
}

/// Orthonormal basis [2, d] of the plane through three points.
at::Tensor basis(const at::Tensor& templates) {
  const auto first = templates[1].sub(templates[0]);
  const auto second = templates[2].sub(templates[0]);
  const auto x = first.div(length(first));
  const auto rest = second.sub(x.mul(second.dot(x)));
  const double height = length(rest);
  if (!(height > 1e-9 * length(second)))
    throw Error(Code::data,
                "the three classes' templates lie on one line: there is no plane "
                "through them; choose other classes");
  return at::stack({x, rest.div(height)});
}

}  // namespace

Projection template_plane(const at::Tensor& activations, const at::Tensor& head,
                          const std::array<std::int64_t, 3>& classes) {
  const auto values = checked(activations, 1, 2);
  const auto templates = templates_of(head, classes, values.size(1));
  const auto axes = basis(templates).t();
  return {values.sub(templates[0]).matmul(axes), templates.sub(templates[0]).matmul(axes)};
}

double ClusterDistances::ratio() const {
  return between > 0 ? within / between : 0;
}

ClusterDistances cluster_distances(const at::Tensor& activations, const at::Tensor& labels) {
  const auto values = checked(activations, 1, 1);
  if (labels.dim() != 1 || labels.size(0) != values.size(0) || labels.scalar_type() != at::kLong)
    throw Error(Code::data, fmt::format("labels have shape [{}]; expected int64 [{}], one for each "
                                        "row of activations",
                                        fmt::join(labels.sizes(), ", "), values.size(0)));
  const auto [classes, index, counts] =
      at::unique_dim(labels.to(at::kCPU), 0, /*sorted=*/true, /*return_inverse=*/true,
                     /*return_counts=*/true);
  const auto k = classes.size(0);
  if (k < 2)
    throw Error(Code::data,
                "images of one class only: distances between classes need at least two");
  const auto means = at::zeros({k, values.size(1)}, values.options())
                         .index_add_(0, index, values)
                         .div_(counts.unsqueeze(1));
  const auto spread = values.sub(means.index_select(0, index)).square().sum(1).mean();
  // Every pair is in the matrix twice; the diagonal is 0.
  const auto pairs = static_cast<double>(k * (k - 1));
  const double apart = at::cdist(means, means).square().sum().item<double>() / pairs;
  return {std::sqrt(spread.item<double>()), std::sqrt(apart)};
}

Principal principal_components(const at::Tensor& activations) {
  const auto values = checked(activations, 2, 2);
  const auto centred = values.sub(values.mean(0));
  const auto covariance = centred.t().matmul(centred);
  const auto [variances, vectors] = at::linalg_eigh(covariance);  // ascending
  const auto d = values.size(1);
  auto directions = at::stack({vectors.select(1, d - 1), vectors.select(1, d - 2)});
  const auto largest = directions.gather(1, directions.abs().argmax(1, /*keepdim=*/true));
  directions = at::where(largest.lt(0), directions.neg(), directions);
  const auto whole = covariance.trace().item<double>();
  const auto share = [&, v = variances](std::int64_t i) {
    return whole > 0 ? std::max(0.0, v[i].item<double>()) / whole : 0;
  };
  return {centred.matmul(directions.t()), directions, {share(d - 1), share(d - 2)}};
}

}  // namespace temper::measure
