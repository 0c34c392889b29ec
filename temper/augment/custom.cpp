#include "temper/augment/custom.h"

#include <fmt/format.h>

#include "temper/core/error.h"

namespace temper::augment {

void apply(const Custom& options, Frame& frame, Random& random) {
  if (!options.function)
    throw Error(Code::usage, fmt::format("the custom operation '{}' has no function: a recipe can "
                                         "only name it, a C++ program has to provide the function",
                                         options.name));
  frame.edit([&](io::Image& image) {
    const int channels = image.channels;
    options.function(image, random);
    if (image.channels != channels)
      throw Error(Code::usage, fmt::format("the operation '{}' returned {} channels for an image "
                                           "of {}; it may change pixels and size only",
                                           options.name, image.channels, channels));
  });
}

}  // namespace temper::augment
