#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace temper::io {

/// Where the elements of a tensor are in its storage, as in PyTorch: element [i, j, ...] is number
/// offset + i strides[0] + j strides[1] + ... of the storage. No number is negative.
struct Strided {
  std::int64_t offset = 0;
  std::vector<std::int64_t> shape;
  std::vector<std::int64_t> strides;  ///< as many as dimensions
};

/// Whether the elements follow one another in row-major order.
bool is_contiguous(const Strided& tensor);

/// The number of elements up to the last one of the tensor, counted from the storage's beginning:
/// 0 for a tensor without elements; nothing if it exceeds 63 bits.
std::optional<std::int64_t> end_of(const Strided& tensor);

/// Copies the elements in row-major order.
/// @param storage  has at least end_of(tensor) elements
/// @param size     of an element in bytes: 1, 2, 4 or 8
/// @param into     has the size of all elements together
void gather(const Strided& tensor, std::span<const std::byte> storage, std::size_t size,
            std::span<std::byte> into);

}  // namespace temper::io
