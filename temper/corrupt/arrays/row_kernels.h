#pragma once
#include <cstdint>

/// The inner loops of filters in vector instructions, chosen for the processor at the first call.
/// All instruction sets give the same bits.
namespace temper::corrupt::kernels {

/// out[i] += weight * in[i]
void add_scaled(const double* in, double weight, std::int64_t count, double* out);

/// out[i] += weight * (a[i] + b[i])
void add_scaled_pairs(const double* a, const double* b, double weight, std::int64_t count,
                      double* out);

}  // namespace temper::corrupt::kernels
