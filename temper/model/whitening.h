#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>

namespace temper::model {

/// The second moments of the patches of images, from which a whitening convolution is computed:
/// its filters are the eigenvectors, so that in the mean over the patches its results are
/// uncorrelated and their squares one, but for the constant that bounds the amplification. As in
/// airbench (arXiv:2404.00498, section 3.2) the mean of the patches is not subtracted.
class Whitening {
 public:
  /// @param channels  of the images
  /// @param kernel    height and width of a patch, pixels
  Whitening(std::int64_t channels, std::int64_t kernel);

  /// Adds all patches of images. @param images  floating point [n, channels, h, w] on the CPU, h
  /// and w at least `kernel`
  void add(const at::Tensor& images);

  /// The filters: each eigenvector divided by the square root of its eigenvalue plus `epsilon`, in
  /// descending order of the eigenvalues, and after them the same ones with the opposite sign. The
  /// sign of an eigenvector is that with which its element of largest magnitude is positive.
  /// @return double, [2 channels kernel^2, channels, kernel, kernel]
  [[nodiscard]] at::Tensor filters(double epsilon) const;

 private:
  std::int64_t channels_;
  std::int64_t kernel_;
  std::int64_t patches_ = 0;
  at::Tensor sum_;  ///< of the products of a patch's elements, double
};

}  // namespace temper::model
