#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace temper::study {

/// A number that is measured of every trial. As a study's metric it is named without a split
/// ("accuracy"): rows rank on that of the validation set, and the final table has that of the test
/// set. A figure may also be named with its split ("validation.loss").
struct Metric {
  std::string_view name;   ///< "accuracy", "gap.loss", "seconds": as in Result::figures
  std::string_view title;  ///< "accuracy", "gap in loss"
  std::string_view unit;   ///< of differences, margin and detect: "points", "s", or ""
  double scale;            ///< from the stored number to the unit: 100 for points
  int digits;              ///< after the decimal point
  bool higher_is_better;
  bool by_split;             ///< measured on the validation and on the test set
  bool for_classes = false;  ///< not for regression targets
  bool for_values = false;   ///< for regression targets only
};

const std::vector<Metric>& metrics();

/// The metric of a name, with or without its split: "accuracy", "validation.accuracy".
/// Throws Error{Code::usage} with the nearest spelling where there is none.
const Metric& metric_of(std::string_view name);

/// The key of a figure in Result::figures: "validation.accuracy".
/// @param split  "validation" or "test", unless the name has one or the metric has none
std::string metric_key(std::string_view name, std::string_view split);

}  // namespace temper::study
