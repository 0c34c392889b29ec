#include "temper/optim/orthogonalise.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/addmm.h>
#include <ATen/ops/baddbmm.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/linalg_vector_norm.h>
#include <ATen/ops/matmul.h>

#include <algorithm>
#include <span>
#include <utility>

namespace temper::optim {
namespace {

constexpr double kEps = 1e-7;

struct Coefficients {
  double a, b, c;
};

constexpr std::array kOriginal{Coefficients{3.4445, -4.7750, 2.0315}};
constexpr std::array kQuintic{
    Coefficients{4.0848, -6.8946, 2.9270}, Coefficients{3.9505, -6.3029, 2.6377},
    Coefficients{3.7418, -5.5913, 2.3037}, Coefficients{2.8769, -3.1427, 1.2046},
    Coefficients{2.8366, -3.0525, 1.2012}};
constexpr std::array kPolarExpress{
    Coefficients{8.237312490495555, -23.157747414558198, 16.680568411445915},
    Coefficients{4.082441999064835, -2.893047735332586, 0.5252849256975648},
    Coefficients{3.9263479922546582, -2.8547468034765298, 0.5318022422894988},
    Coefficients{3.2982187133085143, -2.424541981026706, 0.48632008358844075},
    Coefficients{2.2970369434552573, -1.63662558125903, 0.4002628455953627},
    Coefficients{1.8763805351440397, -1.2347896577722228, 0.35891887501668385},
    Coefficients{1.8564423485617974, -1.2132449880935525, 0.3568003487825883},
    Coefficients{1.8749994008682747, -1.2499988017229169, 0.3749994008546422}};

std::span<const Coefficients> triples(NewtonSchulz coefficients) {
  switch (coefficients) {
    case NewtonSchulz::original:
      break;
    case NewtonSchulz::quintic:
      return kQuintic;
    case NewtonSchulz::polar_express:
      return kPolarExpress;
  }
  return kOriginal;
}

/// result <- beta * sum + alpha * left @ right
void multiply_add(at::Tensor& result, const at::Tensor& sum, const at::Tensor& left,
                  const at::Tensor& right, double beta, double alpha) {
  left.dim() == 2 ? at::addmm_out(result, sum, left, right, beta, alpha)
                  : at::baddbmm_out(result, sum, left, right, beta, alpha);
}

}  // namespace

at::Tensor orthogonalise(const at::Tensor& matrices, std::int64_t steps,
                         NewtonSchulz coefficients) {
  const at::NoGradGuard guard;
  const bool tall = matrices.size(-2) > matrices.size(-1);
  auto x = (tall ? matrices.mT() : matrices).contiguous();
  x = x / at::linalg_vector_norm(x, 2, at::IntArrayRef{-2, -1}, /*keepdim=*/true).clamp_min(kEps);
  // Buffers for all iterations: new memory pages for each iteration would take as long as the small
  // matrix products.
  auto next = at::empty_like(x);
  auto shape = x.sizes().vec();
  shape.back() = x.size(-2);
  auto square = at::empty(shape, x.options());
  auto polynomial = at::empty_like(square);
  const auto sequence = triples(coefficients);
  for (std::int64_t i = 0; i < steps; ++i) {
    const auto& [a, b, c] = sequence[std::min(static_cast<std::size_t>(i), sequence.size() - 1)];
    at::matmul_out(square, x, x.mT());
    multiply_add(polynomial, square, square, square, b, c);
    multiply_add(next, x, polynomial, x, a, 1);
    std::swap(x, next);
  }
  return tall ? x.mT() : x;
}

}  // namespace temper::optim
