#pragma once
#include <cstdint>

#include "temper/core/random.h"

namespace temper::corrupt {

/// The random numbers of a corruption, in the order in which the published code draws them. Tests
/// replace them by recorded ones.
class Draws {
 public:
  virtual ~Draws() = default;
  /// Uniform in [low, high).
  virtual double uniform(double low, double high) = 0;
  /// Standard normal.
  virtual double normal() = 0;
  /// Poisson distributed with that mean >= 0.
  virtual std::int64_t poisson(double mean) = 0;
  /// Uniform integer in [0, bound); bound >= 1.
  virtual std::int64_t below(std::int64_t bound) = 0;
};

/// Draws at an address.
class AddressedDraws : public Draws {
 public:
  explicit AddressedDraws(const Random& random) : random_(random) {}

  double uniform(double low, double high) override { return random_.uniform(low, high); }
  double normal() override { return random_.normal(); }
  /// Products of uniform numbers for means below 10 (Knuth), else PTRS (Hörmann 1993, "The
  /// transformed rejection method for generating Poisson random variables").
  std::int64_t poisson(double mean) override;
  std::int64_t below(std::int64_t bound) override {
    return static_cast<std::int64_t>(random_.below(static_cast<std::uint64_t>(bound)));
  }

 private:
  Random random_;
};

}  // namespace temper::corrupt
