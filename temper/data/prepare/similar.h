#pragma once
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "temper/core/random.h"
#include "temper/data/prepare/sampler.h"
#include "temper/data/sources/source.h"

namespace temper::data {

/// The images of a set, of which each has similar ones by its regression values: those that C-Mixup
/// mixes it with (Yao et al. 2022, "C-Mixup: improving generalization in regression",
/// arXiv:2210.05775). Image j is drawn for image i with the probability
///
///   exp(-|y_i - y_j|^2 / (2 bandwidth^2)) / sum over k of exp(-|y_i - y_k|^2 / (2 bandwidth^2))
///
/// where y are the values of an image, |.| is the Euclidean length, and k goes over all images of
/// the set, i among them, as in the authors' code.
class SimilarImages {
 public:
  /// @param source     images that all have values; it is not needed any more afterwards
  /// @param bandwidth  in the unit of the values
  /// @throws Error{Code::usage} for a source without values, an image without values or with
  /// another number of them, which it names, and a bandwidth that is not above 0
  SimilarImages(const Source& source, double bandwidth);

  /// A similar image of an image in [0, size()).
  [[nodiscard]] std::int64_t draw(std::int64_t image, Random random) const;
  /// The probability of each image, by which draw() draws.
  [[nodiscard]] std::vector<double> probabilities(std::int64_t image) const;
  [[nodiscard]] std::int64_t size() const { return std::ssize(images_); }

 private:
  /// Images [first, second) in the order of their first values.
  using Range = std::pair<std::int64_t, std::int64_t>;

  [[nodiscard]] Range within_reach(std::int64_t place) const;
  [[nodiscard]] double similarity(std::int64_t one, std::int64_t other) const;

  std::vector<std::int64_t> images_;  ///< in the order of their first values
  std::vector<std::int64_t> places_;  ///< of the images in this order
  std::vector<double> firsts_;        ///< first values in this order, divided by the bandwidth
  std::vector<double> values_;        ///< all values in this order, divided by the bandwidth
};

/// An image for each row of an epoch, similar to that of the row. A function of the seed, the epoch
/// and the row.
/// @param rows  the images of an epoch's rows
Order similar_to(Order rows, std::shared_ptr<const SimilarImages> images, std::uint64_t seed);

}  // namespace temper::data
