#include "temper/augment/custom.h"

#include <fmt/format.h>

#include "temper/core/error.h"

namespace temper::augment {

void apply(const Custom& options, Frame& frame, Random& random) {
  if (!options.function)
    throw Error(Code::usage,
                fmt::format("the operation 'custom' named '{}' has no function: a recipe can name "
                            "it, the program that trains has to bring it",
                            options.name));
  frame.edit([&](io::Image& image) {
    const int channels = image.channels;
    options.function(image, random);
    if (image.channels != channels)
      throw Error(Code::usage,
                  fmt::format("the operation '{}' made {} channels of {}; it may change pixels and "
                              "size only",
                              options.name, image.channels, channels));
  });
}

}  // namespace temper::augment
