#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "temper/data/sources/source.h"

/// A custom data source: noisy stripes in four directions, generated when they are read. Image i
/// depends on the seed and on i alone, so any thread may generate it at any time.
class Stripes : public temper::data::Source {
 public:
  static constexpr int kSide = 16;  ///< pixels

  Stripes(std::string name, std::int64_t size, std::uint64_t seed);

  [[nodiscard]] std::int64_t size() const override { return size_; }
  [[nodiscard]] const std::vector<std::string>& classes() const override { return classes_; }
  [[nodiscard]] std::int64_t label(std::int64_t i) const override { return i % 4; }
  [[nodiscard]] int channels() const override { return 1; }
  void read(std::int64_t i, temper::io::Picture& picture) const override;
  [[nodiscard]] std::string where(std::int64_t i) const override;
  [[nodiscard]] std::string digest() const override;

 private:
  std::string name_;
  std::int64_t size_;
  std::uint64_t seed_;
  std::vector<std::string> classes_ = {"horizontal", "vertical", "rising", "falling"};
};
