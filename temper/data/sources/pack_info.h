#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "temper/augment/pixels/normalisation.h"

namespace temper::data {

/// The contents of the file dataset.json of a packed data set.
struct PackInfo {
  struct Set {
    std::int64_t images = 0;
    std::int64_t shards = 0;
    bool operator==(const Set&) const = default;
  };

  std::vector<std::string> classes;
  int channels = 3;                           ///< 1: the images are used in grayscale; 3: in RGB
  augment::Normalisation normalisation = {};  ///< empty: unknown
  Set train;
  Set validation;  ///< no images: no such set
  Set test;

  bool operator==(const PackInfo&) const = default;
};

inline constexpr std::string_view kPackInfo = "dataset.json";

/// Throws Error{Code::data} where two classes have one name.
/// @param where  the data, for the message
void check_distinct(const std::vector<std::string>& classes, const std::string& where);

/// JSON with a final newline.
std::string to_text(const PackInfo& info);
/// Throws Error{Code::data} for text that to_text() does not write.
/// @param name  of the file, for messages
PackInfo parse_pack_info(std::string_view text, const std::string& name);

}  // namespace temper::data
