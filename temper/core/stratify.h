#pragma once
#include <cstdint>
#include <vector>

namespace temper {

/// How many images of each class a stratified sample takes: round(fraction * n) of all n images, by
/// the largest remainder method, but never all images of a class, so that it may be fewer.
/// @param counts    images of each class
/// @param fraction  in [0, 1)
std::vector<std::int64_t> stratified_counts(const std::vector<std::int64_t>& counts,
                                            double fraction);

}  // namespace temper
