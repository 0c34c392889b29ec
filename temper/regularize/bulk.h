#pragma once
#include <ATen/core/Tensor.h>

#include <array>
#include <cstdint>

/// Many addressed draws at once, written straight into a tensor by all threads: element i takes
/// word i of the address, so neither the threads nor the device change a number. They are made on
/// the CPU.
namespace temper::regularize {

/// Where the numbers of a tensor begin.
struct Source {
  std::array<std::uint32_t, 2> key{};  ///< see pass.h
  std::uint32_t stream = 0;            ///< several tensors may be drawn from a key
  std::int64_t first = 0;              ///< the word of the first element
};

/// Shape, and like whom: the result takes the other's device, type and memory format. Elements are
/// numbered in the order of memory, so a tensor's rows are numbered one after the other.
struct Like {
  at::IntArrayRef sizes;
  const at::Tensor& other;
};

/// 0 with probability `rate`, else `value`.
at::Tensor draw_kept(const Like& like, const Source& source, double rate, double value);

/// Uniform in [low, high], 24 bits.
at::Tensor draw_uniform(const Like& like, const Source& source, double low, double high);

/// Normal; takes the stream after the source's, too.
at::Tensor draw_normal(const Like& like, const Source& source, double mean, double deviation);

}  // namespace temper::regularize
