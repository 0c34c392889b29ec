#pragma once
#include <string>
#include <vector>

#include "temper/report/comparison.h"

namespace temper::report {

/// The page of a comparison, a self-contained file: differences of the recipes, results, learning
/// curves over one another, who is right where another is wrong, recall by class, how it was made.
/// @param image_names  of all test images, or none: their numbers are shown
std::string comparison_page(const Comparison& comparison,
                            const std::vector<std::string>& image_names = {});

}  // namespace temper::report
