#include "temper/io/format/strided.h"

#include <algorithm>
#include <cstring>

namespace temper::io {
namespace {

bool is_empty(const Strided& tensor) {
  return std::find(tensor.shape.begin(), tensor.shape.end(), 0) != tensor.shape.end();
}

/// Copies one element after the other; a fixed size makes each copy one instruction.
template <std::size_t size>
void gather_elements(const Strided& tensor, const std::byte* storage, std::span<std::byte> into) {
  const std::size_t rank = tensor.shape.size();
  std::vector<std::int64_t> index(rank);
  const std::int64_t row = rank == 0 ? 1 : tensor.shape.back();
  const std::int64_t step = rank == 0 ? 0 : tensor.strides.back();
  std::int64_t at = tensor.offset;
  for (std::byte* out = into.data(); out != into.data() + into.size();) {
    for (std::int64_t i = 0; i < row; ++i, out += size)
      std::memcpy(out, storage + (at + i * step) * static_cast<std::int64_t>(size), size);
    for (std::size_t d = rank; d > 1; --d) {  // the next row
      at += tensor.strides[d - 2];
      if (++index[d - 2] < tensor.shape[d - 2]) break;
      at -= index[d - 2] * tensor.strides[d - 2];
      index[d - 2] = 0;
    }
  }
}

}  // namespace

bool is_contiguous(const Strided& tensor) {
  if (is_empty(tensor)) return true;
  std::int64_t expected = 1;
  for (std::size_t d = tensor.shape.size(); d > 0; --d) {
    if (tensor.shape[d - 1] == 1) continue;  // its stride is never used
    if (tensor.strides[d - 1] != expected) return false;
    if (__builtin_mul_overflow(expected, tensor.shape[d - 1], &expected)) return false;
  }
  return true;
}

std::optional<std::int64_t> end_of(const Strided& tensor) {
  if (is_empty(tensor)) return 0;
  std::int64_t last = tensor.offset;
  for (std::size_t d = 0; d < tensor.shape.size(); ++d) {
    std::int64_t way = 0;
    if (__builtin_mul_overflow(tensor.shape[d] - 1, tensor.strides[d], &way)) return {};
    if (__builtin_add_overflow(last, way, &last)) return {};
  }
  if (__builtin_add_overflow(last, 1, &last)) return {};
  return last;
}

void gather(const Strided& tensor, std::span<const std::byte> storage, std::size_t size,
            std::span<std::byte> into) {
  switch (size) {
    case 1:
      return gather_elements<1>(tensor, storage.data(), into);
    case 2:
      return gather_elements<2>(tensor, storage.data(), into);
    case 4:
      return gather_elements<4>(tensor, storage.data(), into);
    default:
      return gather_elements<8>(tensor, storage.data(), into);
  }
}

}  // namespace temper::io
