#pragma once
#include <string>
#include <vector>

#include "temper/recipe/recipe.h"

/// What two recipes of a study differ in.
namespace temper::study {

/// The options whose difference may change results: those of the fingerprint, and where a teacher
/// and pretrained weights come from, of which the fingerprint has the hash. Where the data comes
/// from is not among them: see sources_of().
std::vector<recipe::Difference> differences_in_results(const recipe::Recipe& left,
                                                       const recipe::Recipe& right);

/// Where the data comes from: data.source, or those of data.sources in their order. All rows of a
/// study have the same, since their test images are compared one by one.
std::vector<std::string> sources_of(const recipe::Data& data);

}  // namespace temper::study
