#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "temper/augment/normalisation.h"

namespace temper::data {

/// What the file dataset.json of a packed data set says.
struct PackInfo {
  struct Set {
    std::int64_t images = 0;
    std::int64_t shards = 0;
    bool operator==(const Set&) const = default;
  };

  std::vector<std::string> classes;
  int channels = 3;  ///< 1: the pictures are grey; 3: they are used in colour
  augment::Normalisation normalisation = {};  ///< empty: nobody knows
  Set train;
  Set validation;  ///< no images: there is no such set
  Set test;

  bool operator==(const PackInfo&) const = default;
};

inline constexpr std::string_view kPackInfo = "dataset.json";

/// JSON with a line's end.
std::string to_text(const PackInfo& info);
/// Throws Error{Code::data} for what to_text() does not write.
/// @param name  what messages call the file
PackInfo parse_pack_info(std::string_view text, const std::string& name);

}  // namespace temper::data
