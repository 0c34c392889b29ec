#pragma once
#include <cstdint>
#include <functional>
#include <vector>

#include "temper/data/sources/source.h"

/// Which image each row of an epoch contains. An order is a function of the epoch alone, so that a
/// resumed run continues exactly as an uninterrupted one, and its length is always the number of
/// images, so that schedules and the number of steps do not depend on it. An image may occur
/// several times; the loader augments each occurrence independently.
namespace temper::data {

using Order = std::function<std::vector<std::int64_t>(std::int64_t epoch)>;

/// Weighted systematic sampling over a new permutation each epoch. Image i occurs n * w_i / sum(w)
/// times per epoch, randomly rounded down or up so that the mean over the epochs is exact. The
/// total of the images of a group is exact to within one.
/// @param weights  finite, >= 0, not all 0
/// @param groups   one number per image
/// @throws Error{Code::usage} for other weights
std::vector<std::int64_t> weighted_rows(const std::vector<double>& weights,
                                        const std::vector<std::int64_t>& groups, std::uint64_t seed,
                                        std::int64_t epoch);

/// Shuffling. If the sources have weights, images are sampled in proportion to them. If all weights
/// are equal, returns an empty function: the loader then shuffles every image once.
Order shuffled(const Source& source, std::uint64_t seed);

/// Class-balanced sampling: class j of n_j images makes up a fraction of the epoch that is
/// proportional to n_j^power, divided equally among its images, or by the weights of their sources.
/// @param power  in [0, 1]
/// @throws Error{Code::usage} for a source without classes or with unlabeled images
Order class_balanced(const Source& source, double power, std::uint64_t seed);

/// Repeated augmentation: rows k * times to (k + 1) * times - 1 contain the k-th image of the
/// epoch's order without repetition.
/// @param times  >= 2
Order repeated(const Source& source, std::int64_t times, std::uint64_t seed);

/// Passes over the images one after the other, as one stream that is cut into epochs of `rows`
/// rows: for a set that is passed through more or less than once while another one is.
/// @param pass    the images of a pass, which is a function of its number
/// @param images  of a pass, >= 1
/// @param rows    of an epoch, >= 1
Order continued(Order pass, std::int64_t images, std::int64_t rows);

/// Every image once in the random order of that epoch: what a loader shuffles by.
std::vector<std::int64_t> epoch_permutation(std::int64_t images, std::uint64_t seed,
                                            std::int64_t epoch);
/// The same as an order.
Order permuted(std::int64_t images, std::uint64_t seed);

}  // namespace temper::data
