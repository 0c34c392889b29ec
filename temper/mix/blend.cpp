#include "temper/mix/blend.h"

namespace temper::mix {

Blend replaced(const Box& box, const ImageSize& size, bool resized) {
  if (box.area() == 0) return {};
  const auto share = static_cast<double>(box.area()) / static_cast<double>(size.area());
  return {.weights = {1 - share, share}, .box = box, .resized = resized};
}

}  // namespace temper::mix
