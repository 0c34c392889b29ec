#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace temper::imports {

/// Why a recipe does not say what a foreign option says.
enum class Fate : std::uint8_t {
  differs,  ///< temper does something else, which the text says
  dropped   ///< not carried over
};

/// One such option.
struct Remark {
  Fate fate;
  std::string option;  ///< as it was written, "--mixup 0.2"; empty: about no single option
  std::string text;
};

/// A recipe made from another package's settings.
struct Imported {
  std::string recipe;  ///< TOML, with the remarks as comments at its top
  std::vector<Remark> remarks;
};

}  // namespace temper::imports
