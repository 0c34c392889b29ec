#pragma once
#include <ATen/core/Tensor.h>

#include <array>
#include <cstdint>

/// How the images of a class lie in the space of a network's penultimate activations.
namespace temper::measure {

/// Points on a plane.
struct Projection {
  at::Tensor points;     ///< double [n, 2], one a row of activations
  at::Tensor templates;  ///< double [3, 2]; the first at the origin, the second on the first axis
};

/// Activations on the plane through three classes' templates, the head's rows of weights (Müller et
/// al. 2019, "When does label smoothing help?", arXiv:1906.02629, 2): its orthonormal basis is made
/// of the second and the third template less the first, by Gram and Schmidt. Distances on the plane
/// are those of the space.
/// @param activations  floating [n, d]: what goes into the head
/// @param head         floating [c, d]: its weights
/// @param classes      three different rows of the head
/// Throws Error{Code::data} for shapes or classes that don't fit, and for templates on one line.
Projection template_plane(const at::Tensor& activations, const at::Tensor& head,
                          const std::array<std::int64_t, 3>& classes);

/// How tight clusters are, and how far apart.
struct ClusterDistances {
  double within;   ///< root mean square distance of an image from the mean of its class
  double between;  ///< the same of the classes' means from each other, each pair once
  /// within / between: small where classes are tight; 0 of nothing at all
  [[nodiscard]] double ratio() const;
};

/// @param activations  floating [n, d], finite
/// @param labels       int64 [n], of at least two classes; others' rows are left out beforehand
/// Throws Error{Code::data} otherwise.
ClusterDistances cluster_distances(const at::Tensor& activations, const at::Tensor& labels);

/// Activations in the two directions in which they vary most.
struct Principal {
  at::Tensor points;      ///< double [n, 2], around their mean
  at::Tensor directions;  ///< double [2, d], orthonormal; the largest entry of each is positive
  std::array<double, 2> explained;  ///< share of the whole variance, in [0, 1], falling
};

/// Principal component analysis to two dimensions.
/// @param activations  floating [n >= 2, d >= 2], finite. Throws Error{Code::data} otherwise
Principal principal_components(const at::Tensor& activations);

}  // namespace temper::measure
