#pragma once
#include <ATen/core/Tensor.h>

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "temper/adversarial/classifier.h"
#include "temper/adversarial/losses.h"
#include "temper/adversarial/norm.h"
#include "temper/core/fields.h"

namespace temper::adversarial {

enum class Method : std::uint8_t {
  fgsm,  ///< one step of the radius, see pgd.h
  pgd,   ///< see pgd.h
  apgd   ///< see apgd.h
};

/// An attack on the predictions of a classifier.
struct Attack {
  Method method = Method::pgd;
  Norm norm = Norm::linf;
  double radius = 8.0 / 255;  ///< of samples in [0, 1]
  AttackLoss loss = AttackLoss::cross_entropy;
  std::int64_t steps = 20;    ///< of PGD and APGD
  double step_size = 0;       ///< of PGD; 0: see Pgd::step_size
  bool random_start = true;   ///< of PGD; APGD always has one
  std::int64_t restarts = 1;  ///< attempts, of which one has to succeed
  std::uint64_t seed = 1;     ///< of the random starts
};

/// Throws Error{Code::usage} for a radius below 0 or beyond largest_radius(), for less than one
/// step or attempt, for a negative step size, and for several attempts that would all be the same.
/// @param samples  of an image
void check(const Attack& attack, std::int64_t samples);

struct Attacked {
  at::Tensor pixels;  ///< for each image one that fools the classifier, or else, of the attempts'
                      ///< results, that with the highest loss; as the images in type and shape
  at::Tensor fooled;  ///< bool [n]: the class is not predicted for it
};

/// Attacks images, each on its own; later attempts only those that the earlier ones did not fool.
/// Never changes the classifier, and draws from addresses of its own: seed, attempt, image. The
/// results are in [0, 1] and, up to rounding, within the radius; with radius 0 they are the images.
/// Throws as check() and row_loss() do.
/// @param pixels  floating [n, channels, height, width]; samples beyond [0, 1] are taken as 0 or 1
/// @param labels  int64 [n]
/// @param ids     a number for each image, on which its draws depend
Attacked run(const Attack& attack, const Classifier& classifier, const at::Tensor& pixels,
             const at::Tensor& labels, std::span<const std::int64_t> ids);

}  // namespace temper::adversarial

template <>
struct temper::EnumNames<temper::adversarial::Method> {
  static constexpr std::array<std::string_view, 3> value{"fgsm", "pgd", "apgd"};
};
