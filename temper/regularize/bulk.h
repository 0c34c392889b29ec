#pragma once
#include <ATen/core/Tensor.h>

#include <array>
#include <cstdint>

/// Random tensors at an address, drawn on the CPU by all threads: element i is made from word i of
/// the address, so the values depend neither on the number of threads nor on the device.
namespace temper::regularize {

/// The key and the counter from which the numbers of a tensor are drawn.
struct Source {
  std::array<std::uint32_t, 2> key{};  ///< see pass.h
  std::uint32_t stream = 0;            ///< distinguishes several tensors drawn with one key
  std::int64_t first = 0;              ///< index of the word of the first element
};

/// The shape of a result, and the tensor whose device, type and memory format it takes. Elements
/// are numbered in memory order, so a tensor's rows are numbered one after the other.
struct Like {
  at::IntArrayRef sizes;
  const at::Tensor& other;
};

/// 0 with probability `rate`, else `value`.
at::Tensor draw_mask(const Like& like, const Source& source, double rate, double value);

/// Uniform in [low, high], with 24 random bits.
at::Tensor draw_uniform(const Like& like, const Source& source, double low, double high);

/// Normal; also uses the stream after the source's.
at::Tensor draw_normal(const Like& like, const Source& source, double mean, double deviation);

}  // namespace temper::regularize
