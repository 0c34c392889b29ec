#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace temper::imports {

/// A part of a schedule, in TOML.
struct Curve {
  std::string kind;                  ///< "cosine"
  std::vector<std::string> options;  ///< "peak = 0.1"
  double epochs = 0;                 ///< its length; 0: the rest of the run
};

/// The schedule of a number as TOML.
/// @param by_epoch  the value changes at the first step of every epoch only
std::string schedule_text(std::span<const Curve> curves, bool by_epoch);

/// "peak = 0.1"
std::string assigned(std::string_view key, double value);

}  // namespace temper::imports
