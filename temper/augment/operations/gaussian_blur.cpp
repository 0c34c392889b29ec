#include "temper/augment/operations/gaussian_blur.h"

#include <fmt/format.h>

#include <algorithm>

#include "temper/augment/operations/checks.h"
#include "temper/augment/pixels/blur.h"
#include "temper/core/error.h"

namespace temper::augment {

void GaussianBlur::check() const {
  check_range(kind, "sigma", sigma_low, sigma_high);
  if (!kernel_size.value) return;
  if (dialect != BlurDialect::torchvision)
    throw Error(Code::usage, fmt::format("gaussian_blur: kernel_size = {} needs dialect = "
                                         "\"torchvision\"; Pillow's blur has no kernel size",
                                         *kernel_size.value));
  if (*kernel_size.value % 2 == 0)
    throw Error(Code::usage,
                fmt::format("gaussian_blur: kernel_size = {} is even; expected an odd number",
                            *kernel_size.value));
}

std::int64_t automatic_kernel(std::int64_t height) {
  return std::max<std::int64_t>(2 * (height / 20) + 1, 3);
}

void apply(const GaussianBlur& options, Frame& frame, Random& random) {
  if (!random.chance(options.p)) return;
  const double sigma = random.uniform(options.sigma_low, options.sigma_high);
  const auto size = options.kernel_size.value.value_or(automatic_kernel(frame.size().height));
  frame.rewrite([&](const io::Image& from, io::Image& to) {
    if (options.dialect == BlurDialect::pillow)
      gaussian_blur_pillow(from, to, sigma);
    else
      gaussian_blur_torchvision(from, to, size, size, sigma);
  });
  frame.note("gaussian_blur", sigma, "pixels");
}

}  // namespace temper::augment
