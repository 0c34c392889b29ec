#include "temper/train/projection.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/linear.h>

#include <cmath>
#include <string>
#include <utility>

#include "temper/core/random.h"
#include "temper/model/head_inputs.h"

namespace temper::train {
namespace {

Named parameter(std::string name, at::IntArrayRef shape, double bound, std::uint64_t seed,
                at::Device device) {
  Random random(seed, Purpose::initialise, {coordinate(name)});
  const auto values = at::empty(shape, at::kFloat);
  auto* const data = values.mutable_data_ptr<float>();
  for (std::int64_t i = 0; i < values.numel(); ++i)
    data[i] = static_cast<float>(random.uniform(-bound, bound));
  return {std::move(name), values.to(device).set_requires_grad(true)};
}

}  // namespace

std::vector<Named> make_projection(const model::Network& student, const model::Network& teacher,
                                   std::uint64_t seed) {
  const auto head = model::head_of(student);
  const auto from = head.size(1);
  const auto to = model::head_of(teacher).size(1);
  if (from == to) return {};
  const double bound = 1 / std::sqrt(static_cast<double>(from));
  std::vector<Named> projection;
  projection.push_back(
      parameter("distillation.projection.weight", {to, from}, bound, seed, head.device()));
  projection.push_back(parameter("distillation.projection.bias", {to}, bound, seed, head.device()));
  return projection;
}

at::Tensor project(std::span<const Named> projection, const at::Tensor& features) {
  const auto wide = features.to(at::kFloat);
  return projection.empty() ? wide : at::linear(wide, projection[0].second, projection[1].second);
}

}  // namespace temper::train
