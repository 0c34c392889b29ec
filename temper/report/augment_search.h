#pragma once
#include <string>

#include "temper/tune/augment.h"

/// What a search for augmentation found.
namespace temper::report {

/// For a terminal: the heat map of a grid as a table, or the policies; and the comparison with the
/// recipe as it is.
std::string augment_text(const tune::AugmentTable& table);
/// A self-contained page with the same.
std::string augment_page(const tune::AugmentTable& table);

}  // namespace temper::report
