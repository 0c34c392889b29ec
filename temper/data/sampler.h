#pragma once
#include <cstdint>
#include <functional>
#include <vector>

#include "temper/data/source.h"

/// Which images the rows of an epoch show. An order is a function of the epoch alone, so that a
/// stopped run goes on as if it had not been, and its length is always the number of images, so
/// that schedules and steps stay where they are. An image may stand in it several times; the loader
/// augments each time anew.
namespace temper::data {

using Order = std::function<std::vector<std::int64_t>(std::int64_t epoch)>;

/// Image i comes n * w_i / sum(w) times an epoch, rounded down or up: up in that share of the
/// epochs that makes the mean right (systematic sampling over a new permutation each epoch). Images
/// of a group together come as often as they should to within one.
/// @param weights  finite, >= 0, not all 0
/// @param groups   one number an image
/// @throws Error{Code::usage} for weights outside these
std::vector<std::int64_t> weighted_rows(const std::vector<double>& weights,
                                        const std::vector<std::int64_t>& groups, std::uint64_t seed,
                                        std::int64_t epoch);

/// Every image once, as the loader does by itself where no order is given: then, with all weights
/// alike, nothing is returned. Of sources with weights, images come as often as those say.
Order shuffled(const Source& source, std::uint64_t seed);

/// Class j of n_j images gets a share of the epoch that is proportional to n_j^power, its images
/// share it alike, or by their sources' weights.
/// @param power  in [0, 1]
/// @throws Error{Code::usage} for a source without classes, or with images that have no label
Order class_balanced(const Source& source, double power, std::uint64_t seed);

/// Rows k * times to (k + 1) * times - 1 show the k-th image of the epoch's order without
/// repetition.
/// @param times  >= 2
Order repeated(const Source& source, std::int64_t times, std::uint64_t seed);

}  // namespace temper::data
