#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <span>
#include <vector>

#include "temper/model/network.h"
#include "temper/train/tensors.h"

namespace temper::train {

/// The linear layer that brings a student's features to the width of its teacher's, trained by the
/// run's optimizer like the network's own parameters: `distillation.projection.weight` [teacher,
/// student] and `distillation.projection.bias` [teacher], float32 on the student's device. Initial
/// values are uniform in +-1 / sqrt(student), as those of torch.nn.Linear, drawn at an address of
/// the seed and the name. Empty where the widths are equal. Throws Error{Code::usage} for a network
/// that does not say which layer is its head.
std::vector<Named> make_projection(const model::Network& student, const model::Network& teacher,
                                   std::uint64_t seed);

/// Features of the teacher's width, float32 [n, teacher].
/// @param projection  as make_projection() returns it
/// @param features    floating [n, student]
at::Tensor project(std::span<const Named> projection, const at::Tensor& features);

}  // namespace temper::train
