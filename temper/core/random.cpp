#include "temper/core/random.h"

#include <cmath>
#include <numbers>
#include <numeric>
#include <utility>

#include "temper/core/draw.h"

namespace temper {

std::array<std::uint32_t, 4> philox(std::array<std::uint32_t, 4> counter,
                                    std::array<std::uint32_t, 2> key) {
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t a = std::uint64_t{0xD2511F53} * counter[0];
    const std::uint64_t b = std::uint64_t{0xCD9E8D57} * counter[2];
    counter = {
        static_cast<std::uint32_t>(b >> 32) ^ counter[1] ^ key[0], static_cast<std::uint32_t>(b),
        static_cast<std::uint32_t>(a >> 32) ^ counter[3] ^ key[1], static_cast<std::uint32_t>(a)};
    key[0] += 0x9E3779B9;
    key[1] += 0xBB67AE85;
  }
  return counter;
}

Random::Random(std::uint64_t seed, Purpose purpose,
               std::initializer_list<std::uint64_t> coordinates)
    : key_{static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)} {
  // Each coordinate is mixed in by one Philox block under the key so far. Its position is part of
  // the block, so that (1, 2) and (2, 1) differ and a longer address never continues a shorter one.
  std::uint32_t position = 0;
  const auto absorb = [&](std::uint64_t value) {
    const auto mixed =
        philox({static_cast<std::uint32_t>(value), static_cast<std::uint32_t>(value >> 32),
                static_cast<std::uint32_t>(purpose), ++position},
               key_);
    key_ = {mixed[0], mixed[1]};
    counter_[2] = mixed[2];
    counter_[3] = mixed[3];
  };
  absorb(coordinates.size());
  for (const auto value : coordinates) absorb(value);
}

std::uint32_t Random::bits() {
  if (used_ == 4) {
    block_ = philox(counter_, key_);
    if (++counter_[0] == 0) ++counter_[1];
    used_ = 0;
  }
  return block_[used_++];
}

double Random::fraction() {
  const std::uint64_t high = bits();
  const std::uint64_t low = bits();
  return static_cast<double>(((high << 32) | low) >> 11) * 0x1p-53;
}

double Random::recorded(const Draw& draw) {
  if (draws_ != nullptr) draws_->push_back(draw);
  return draw.value;
}

Random::result_type Random::operator()() {
  const auto drawn = bits();
  recorded({.kind = DrawKind::bits, .value = static_cast<double>(drawn)});
  return drawn;
}

double Random::uniform() {
  return uniform(0, 1);
}

double Random::uniform(double low, double high) {
  return recorded({DrawKind::uniform, low, high, low + (high - low) * fraction()});
}

std::uint64_t Random::below(std::uint64_t bound) {
  // Values beyond the largest multiple of the bound would favor small results: draw again.
  const std::uint64_t limit = bound * ((~std::uint64_t{0}) / bound);
  while (true) {
    const std::uint64_t high = bits();
    const std::uint64_t drawn = (high << 32) | bits();
    if (drawn >= limit) continue;
    recorded({.kind = DrawKind::below,
              .high = static_cast<double>(bound),
              .value = static_cast<double>(drawn % bound)});
    return drawn % bound;
  }
}

double Random::normal() {
  const double radius = std::sqrt(-2 * std::log(1 - fraction()));
  return recorded(
      {.kind = DrawKind::normal, .value = radius * std::cos(2 * std::numbers::pi * fraction())});
}

bool Random::chance(double p) {
  return recorded({.kind = DrawKind::chance, .high = p, .value = fraction() < p ? 1.0 : 0.0}) != 0;
}

std::vector<std::int64_t> Random::permutation(std::int64_t n) {
  std::vector<std::int64_t> order(static_cast<std::size_t>(n));
  std::iota(order.begin(), order.end(), std::int64_t{0});
  for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[below(i)]);
  return order;
}

}  // namespace temper
