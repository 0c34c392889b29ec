#pragma once
#include <ATen/core/Tensor.h>

#include <array>
#include <cstdint>

#include "temper/core/fields.h"

namespace temper::optim {

/// Coefficients of the Newton-Schulz iteration.
enum class NewtonSchulz : std::uint8_t {
  original,      ///< one triple for all iterations (Jordan et al. 2024)
  quintic,       ///< a triple for each iteration (Cesista 2025)
  polar_express  ///< optimal triples, safety 1e-2 (Amsel et al. 2025, arXiv:2505.16932)
};

/// The nearest matrix whose rows or columns, whichever are fewer, are orthonormal: U V^T of the
/// singular value decomposition U S V^T, approximated by `steps` iterations of
///   X <- a X + (b X X^T + c (X X^T)^2) X      from X / |X|.
/// The singular values of the result are near 1, between about 0.7 and 1.2. Not recorded by
/// autograd.
/// @param matrices  [m, n], or a batch [batch, m, n]
at::Tensor orthogonalise(const at::Tensor& matrices, std::int64_t steps, NewtonSchulz coefficients);

}  // namespace temper::optim

template <>
struct temper::EnumNames<temper::optim::NewtonSchulz> {
  static constexpr std::array<std::string_view, 3> value{"original", "quintic", "polar_express"};
};
