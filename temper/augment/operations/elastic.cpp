#include "temper/augment/operations/elastic.h"

#include <fmt/format.h>

#include "temper/augment/pixels/elastic.h"
#include "temper/core/error.h"

namespace temper::augment {

void Elastic::check() const {
  if (interpolation != Interpolation::nearest && interpolation != Interpolation::bilinear)
    throw Error(Code::usage, fmt::format("{}: interpolation = \"{}\"; expected nearest or bilinear",
                                         kind, name_of(interpolation)));
}

void random_displacement(const Elastic& options, Size size, Random& random, Displacement& result) {
  // The field follows from one recorded number.
  Random noise(random.below(std::uint64_t{1} << 63), Purpose::augment, {coordinate(Elastic::kind)});
  if (options.alpha == 0) return;
  result.size = size;
  for (auto* field : {&result.right, &result.down}) {
    field->resize(static_cast<std::size_t>(size.height * size.width));
    for (auto& value : *field)
      value = static_cast<float>(noise() >> 8) * 0x1p-23F - 1;  // 24 bits, as torch.rand
  }
  smooth(result, options.alpha, options.sigma);
}

void apply(const Elastic& options, Frame& frame, Random& random) {
  if (!random.chance(options.p)) return;
  auto& displacement = frame.displacement();
  random_displacement(options, frame.size(), random, displacement);
  frame.note("elastic", options.alpha, "alpha");
  if (options.alpha == 0) return;
  frame.rewrite([&](const io::Image& from, io::Image& to) {
    displace(from, to, displacement, options.interpolation, Fill::all(options.fill));
  });
}

}  // namespace temper::augment
