#pragma once
#include <string>

#include "temper/report/comparison.h"

namespace temper::report {

/// The page of a comparison, a self-contained file: differences of the recipes, results, learning
/// curves over one another, who is right where another is wrong, with the pictures that are given,
/// recall by class, how it was made.
std::string comparison_page(const Comparison& comparison, const TestImages& test_images = {});

}  // namespace temper::report
