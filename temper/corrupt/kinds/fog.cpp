#include "temper/corrupt/kinds/fog.h"

#include "temper/corrupt/arrays/plasma.h"

namespace temper::corrupt {

void fog(io::Image& image, const Fog& fog, Draws& draws, Workspace& memory) {
  // The published code counts the three channels as a side, which matters below 3 x 3 pixels.
  plasma(power_of_two(std::max({image.height, image.width, 3})), fog.decay, draws, memory.b);
  units_of(image, memory.a);
  const double most = *std::max_element(memory.a.values.begin(), memory.a.values.end());
  double* x = memory.a.values.data();
  for (int row = 0; row < image.height; ++row)
    for (int column = 0; column < image.width; ++column)
      for (int c = 0; c < image.channels; ++c, ++x)
        *x = (*x + fog.strength * memory.b.row(row)[column]) * most / (most + fog.strength);
  store_units(memory.a, image);
}

}  // namespace temper::corrupt
