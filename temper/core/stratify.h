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

/// The same, but a larger fraction takes at least as many of every class, which the largest
/// remainder method does not promise (the Alabama paradox). It is still the fraction of each class
/// to within one image, never all images, and in total round(fraction * n), or fewer where that
/// would take the last image of a class, or too many of the others. Classes of equal sizes give the
/// numbers of stratified_counts().
///
/// Images are taken one by one. The k-th of a class of c images, of n in all, may be taken when
/// more than (k - 1) n / c images are asked for, and is due when k n / c are. Of those that may be
/// taken it is the one that is due first (Balinski and Young 1975, The quota method of
/// apportionment).
/// @param fraction  in [0, 1]
std::vector<std::int64_t> nested_counts(const std::vector<std::int64_t>& counts, double fraction);

}  // namespace temper
