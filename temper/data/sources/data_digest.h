#pragma once
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "temper/data/sources/source.h"

namespace temper::data {

/// The hashes by which the data of a run is recognized, of the training, validation and test set as
/// far as there are such, with colons between them.
struct DataDigest {
  std::string names;     ///< of Source::digest(): part of the fingerprint
  std::string contents;  ///< of Source::content(); empty where that of any image is unknown
};

DataDigest digest_of(const Dataset& dataset);

/// The hashes of several sets' contents as one text; empty where one is empty.
std::string joined_digests(const std::vector<std::string>& sets);

/// The hash of a set from those of its images; empty where any is unknown.
std::string contents_digest(std::span<const std::optional<io::HashValue>> images);

}  // namespace temper::data
