#include "temper/augment/operations/custom.h"

#include <fmt/format.h>

#include "temper/core/error.h"

namespace temper::augment {
namespace {

void check_channels(const Custom& options, int before, int after) {
  if (after != before)
    throw Error(Code::usage, fmt::format("the operation '{}' returned {} channels for an image "
                                         "of {}; it may change pixels and size only",
                                         options.name, after, before));
}

void apply(const Custom& options, const Custom::InPlace& function, Frame& frame, Random& random) {
  frame.edit([&](io::Image& image) {
    const int channels = image.channels;
    function(image, random);
    check_channels(options, channels, image.channels);
  });
}

void apply(const Custom& options, const Custom::FromTo& function, Frame& frame, Random& random) {
  frame.rewrite([&](const io::Image& from, io::Image& to) {
    function(from, to, random);
    check_channels(options, from.channels, to.channels);
  });
}

}  // namespace

void apply(const Custom& options, Frame& frame, Random& random) {
  std::visit(
      [&](const auto& function) {
        if (!function)
          throw Error(Code::usage,
                      fmt::format("the custom operation '{}' has no function: a recipe can only "
                                  "name it, a C++ program has to provide the function",
                                  options.name));
        apply(options, function, frame, random);
      },
      options.function);
  frame.note(options.name);
}

}  // namespace temper::augment
