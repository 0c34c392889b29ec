#pragma once
#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "temper/data/sources/source.h"

/// The images of three classes, for measures of their clusters.
namespace temper::evaluate {

using ThreeClasses = std::array<std::int64_t, 3>;

/// The labels of three classes. Throws Error{Code::usage} unless three different ones are asked for
/// that there are.
ThreeClasses classes_of(const std::vector<std::string>& asked,
                        const std::vector<std::string>& known);

/// The images of these classes only.
std::shared_ptr<const data::Source> images_of(const std::shared_ptr<const data::Source>& set,
                                              const ThreeClasses& classes);

}  // namespace temper::evaluate
