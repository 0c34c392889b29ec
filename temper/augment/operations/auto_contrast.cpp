#include "temper/augment/operations/auto_contrast.h"

#include "temper/augment/pixels/color.h"

namespace temper::augment {

void apply(const AutoContrast& options, Frame& frame, Random& random) {
  if (!random.chance(options.p)) return;
  frame.edit([](io::Image& image) { auto_contrast(image); });
  frame.note(AutoContrast::kind);
}

}  // namespace temper::augment
