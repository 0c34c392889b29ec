#pragma once
#include <array>
#include <cstdint>
#include <initializer_list>
#include <string_view>
#include <vector>

namespace temper {

struct Draw;

/// The purpose of a draw. Different purposes never share numbers. Append new ones at the end, so
/// that the numbers of the others don't change.
enum class Purpose : std::uint32_t {
  split,
  shuffle,
  augment,
  initialise,
  network,
  mix,
  inspect,
  labels,
  replacement,
  combinations,
  corrupt,
  attack,
  search
};

/// A name as a coordinate of an address: its FNV-1a hash with 64 bits. An address made of names
/// instead of places in a list gives the same numbers when something else is added to the list.
/// @param before  the coordinate of text before it: coordinate("b", coordinate("a")) is that of
/// "ab"
constexpr std::uint64_t coordinate(std::string_view name,
                                   std::uint64_t before = 0xCBF29CE484222325) {
  for (const char letter : name)
    before = (before ^ static_cast<unsigned char>(letter)) * 0x100000001B3;
  return before;
}

/// A counter-based random number generator: the same address (seed, purpose and coordinates) gives
/// the same numbers on every machine and in every thread, whatever was drawn elsewhere. Philox
/// 4x32-10 (Salmon et al. 2011,
/// "Parallel random numbers: as easy as 1, 2, 3") over a key made from the seed, the purpose and
/// the coordinates.
///
/// Satisfies UniformRandomBitGenerator; the standard library's distributions differ between
/// vendors, so draw with the members below.
class Random {
 public:
  using result_type = std::uint32_t;

  /// @param coordinates  numbers, and names as coordinate() gives them; any number of them, order
  ///                     matters
  Random(std::uint64_t seed, Purpose purpose,
         std::initializer_list<std::uint64_t> coordinates = {});

  /// Records every draw from now on, in order, by appending to `draws`, which must outlive the
  /// generator's use. The numbers stay the same.
  void record(std::vector<Draw>& draws) { draws_ = &draws; }

  static constexpr result_type min() { return 0; }
  static constexpr result_type max() { return 0xFFFFFFFFU; }
  result_type operator()();

  /// Uniform in [0, 1), 53 bits.
  double uniform();
  /// Uniform in [low, high).
  double uniform(double low, double high);
  /// Uniform integer in [0, bound), without bias; bound >= 1.
  std::uint64_t below(std::uint64_t bound);
  /// Standard normal (Box-Muller).
  double normal();
  /// True with probability p.
  bool chance(double p);
  /// 0 .. n-1 in random order (Fisher-Yates).
  std::vector<std::int64_t> permutation(std::int64_t n);

 private:
  std::uint32_t bits();
  double fraction();
  double recorded(const Draw& draw);

  std::array<std::uint32_t, 2> key_{};
  std::array<std::uint32_t, 4> counter_{};
  std::array<std::uint32_t, 4> block_{};
  unsigned used_ = 4;
  std::vector<Draw>* draws_ = nullptr;
};

/// One Philox 4x32-10 block, the published function.
std::array<std::uint32_t, 4> philox(std::array<std::uint32_t, 4> counter,
                                    std::array<std::uint32_t, 2> key);

}  // namespace temper
