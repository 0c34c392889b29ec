#pragma once
#include <array>
#include <cstdint>

namespace temper::augment {

/// A function of a sample: its value for each of the 256.
using ByteTable = std::array<std::uint8_t, 256>;

template <class Function>
ByteTable table_of(const Function& function) {
  ByteTable table{};
  for (int v = 0; v < 256; ++v)
    table[static_cast<std::size_t>(v)] = static_cast<std::uint8_t>(function(v));
  return table;
}

namespace kernels {

/// Replaces each sample by its value in the table, in vector instructions that are chosen for the
/// processor at the first call.
void look_up(std::uint8_t* samples, std::int64_t count, const ByteTable& table);

/// The same with a table each for red, green and blue.
void look_up(std::uint8_t* rgb, std::int64_t pixels, const std::array<ByteTable, 3>& tables);

}  // namespace kernels
}  // namespace temper::augment
