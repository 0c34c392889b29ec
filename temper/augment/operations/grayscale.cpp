#include "temper/augment/operations/grayscale.h"

#include "temper/augment/pixels/color.h"

namespace temper::augment {

void apply(const Grayscale& options, Frame& frame, Random& random) {
  if (!random.chance(options.p)) return;
  frame.edit([](io::Image& image) { grayscale(image); });
  frame.note(Grayscale::kind);
}

}  // namespace temper::augment
