#pragma once
#include <ATen/core/Tensor.h>

#include <array>
#include <cstdint>

/// Clusters of the images of a class in the space of a network's penultimate activations.
namespace temper::measure {

/// Activations projected onto a plane.
struct Projection {
  at::Tensor points;     ///< double [n, 2], one per row of activations
  at::Tensor templates;  ///< double [3, 2]; the first at the origin, the second on the first axis
};

/// Projects activations onto the plane through the templates of three classes, which are rows of
/// the head's weights (Müller et al. 2019, "When does label smoothing help?", arXiv:1906.02629, 2).
/// The orthonormal basis is made of the second and the third template minus the first, by the
/// Gram-Schmidt process. Distances within the plane are preserved.
/// @param activations  floating [n, d]: input of the head
/// @param head         floating [c, d]: its weights
/// @param classes      three different rows of the head
/// Throws Error{Code::data} for mismatched shapes or classes, and for collinear templates.
Projection template_plane(const at::Tensor& activations, const at::Tensor& head,
                          const std::array<std::int64_t, 3>& classes);

/// Spread of clusters, and distance between them.
struct ClusterDistances {
  double within;   ///< root mean square distance of an image from the mean of its class
  double between;  ///< root mean square distance between the means of two classes, over all pairs
  /// within / between: small for tight clusters; 0 if `between` is 0
  [[nodiscard]] double ratio() const;
};

/// @param activations  floating [n, d], finite
/// @param labels       int64 [n], of at least two classes; the caller removes rows of other classes
/// Throws Error{Code::data} otherwise.
ClusterDistances cluster_distances(const at::Tensor& activations, const at::Tensor& labels);

/// Activations projected onto the two directions of largest variance.
struct Principal {
  at::Tensor points;      ///< double [n, 2], centered
  at::Tensor directions;  ///< double [2, d], orthonormal; the largest entry of each is positive
  std::array<double, 2> explained;  ///< share of the total variance, in [0, 1], descending
};

/// Principal component analysis to two dimensions.
/// @param activations  floating [n >= 2, d >= 2], finite. Throws Error{Code::data} otherwise
Principal principal_components(const at::Tensor& activations);

}  // namespace temper::measure
