#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "temper/imports/arguments.h"

namespace temper::imports {

/// How timm reads images for a network, and normalizes them.
struct TimmData {
  std::int64_t size = 224;  ///< height and width of the network's input
  double crop_pct = 0.875;
  std::string interpolation = "bicubic";  ///< in evaluation
  std::vector<double> mean = {0.485, 0.456, 0.406};
  std::vector<double> std = {0.229, 0.224, 0.225};
};

/// Those of a network's default weights in timm 1.0.31, which its training uses whether or not it
/// starts from them.
/// @param name  with or without a tag, "resnet50.a1_in1k"
/// @return nothing for a network that is not known here
std::optional<TimmData> timm_data_of(std::string_view name);

/// The tag of a network's default weights, "a1_in1k"; "" where it is not known.
std::string_view default_tag_of(std::string_view name);

/// The same with what a command line changes (timm/data/config.py). Throws Error{Code::usage} for
/// images that are not square, and for a mean or deviation with neither one value nor three.
TimmData resolved(TimmData data, const Arguments& arguments);

}  // namespace temper::imports
