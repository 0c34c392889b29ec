#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

#include "temper/adversarial/norm.h"

namespace temper::adversarial {

/// The address of an attack's random numbers: every image has its own, whatever batch it is in.
struct Address {
  std::uint64_t seed = 1;
  std::uint64_t round = 0;         ///< the restart of an attack, or the step of training
  std::vector<std::int64_t> rows;  ///< one number for every image
};

/// Random numbers for the start of an attack.
struct Noise {
  at::Tensor values;  ///< [n, channels, height, width]: uniform in [-1, 1) for linf, normal for l2
  at::Tensor fractions;  ///< [n, 1, 1, 1]: uniform in [0, 1)
};

/// @param pixels  whose shape, type and device the noise has; as many as the address has rows
Noise draw_noise(Norm norm, const at::Tensor& pixels, const Address& address);

/// Random points within the radius of the images and in [0, 1], where PGD begins: uniform in the
/// cube; for the Euclidean norm a uniform direction, at a uniform fraction of the radius.
at::Tensor start_within(const at::Tensor& pixels, Norm norm, double radius, const Noise& noise);

/// The same at the radius itself, where APGD begins: the noise divided by its norm.
at::Tensor start_at(const at::Tensor& pixels, Norm norm, double radius, const Noise& noise);

}  // namespace temper::adversarial
