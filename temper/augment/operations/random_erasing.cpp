#include "temper/augment/operations/random_erasing.h"

#include <fmt/format.h>

#include <cmath>

#include "temper/augment/operations/checks.h"
#include "temper/core/error.h"

namespace temper::augment {
namespace {

constexpr int kAttempts = 10;

std::optional<Box> random_box(const RandomErasing& options, Size input, std::int64_t count,
                              Random& random) {
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    const double share = random.uniform(options.scale_low, options.scale_high);
    const double ratio =
        std::exp(random.uniform(std::log(options.ratio_low), std::log(options.ratio_high)));
    const auto size = erased_size(input, share, count, ratio);
    if (!size) continue;
    const auto top = draw_up_to(input.height - size->height, random);
    const auto left = draw_up_to(input.width - size->width, random);
    return Box{top, left, size->height, size->width};
  }
  return std::nullopt;
}

Erasure random_erasure(const RandomErasing& options, Box box, int channels, Random& random) {
  Erasure erasure{.box = box};
  const auto count = static_cast<std::size_t>(channels);
  switch (options.mode) {
    case ErasingMode::constant:
      for (std::size_t c = 0; c < count; ++c)
        erasure.values[c] = static_cast<float>(options.value[c % options.value.size()]);
      break;
    case ErasingMode::rand:
      for (std::size_t c = 0; c < count; ++c)
        erasure.values[c] = static_cast<float>(random.normal());
      break;
    case ErasingMode::pixel: {
      const std::uint64_t high = random();
      erasure.noise = (high << 32U) | random();
      break;
    }
  }
  return erasure;
}

}  // namespace

void RandomErasing::check() const {
  check_range(kind, "scale", scale_low, scale_high);
  check_range(kind, "ratio", ratio_low, ratio_high);
  if (min_count > max_count)
    throw Error(Code::usage,
                fmt::format("random_erasing: min_count = {} is larger than max_count = {}",
                            min_count, max_count));
  if (value.size() != 1 && value.size() != 3)
    throw Error(Code::usage, fmt::format("random_erasing: value has {} numbers; expected one, or "
                                         "three for red, green and blue",
                                         value.size()));
  if (mode != ErasingMode::constant && value != std::vector<double>{0})
    throw Error(Code::usage,
                fmt::format("random_erasing: mode = \"{}\" does not use value; leave it out, or "
                            "choose mode = \"const\"",
                            name_of(mode)));
}

std::optional<Size> erased_size(Size input, double share, std::int64_t count, double ratio) {
  const double area =
      share * static_cast<double>(input.height * input.width) / static_cast<double>(count);
  const Size size{round_half_even(std::sqrt(area * ratio)),
                  round_half_even(std::sqrt(area / ratio))};
  if (size.height >= input.height || size.width >= input.width) return std::nullopt;
  return size;
}

void apply(const RandomErasing& options, Frame& frame, Random& random) {
  if (options.mode == ErasingMode::constant && options.value.size() > 1 &&
      std::ssize(options.value) != frame.channels())
    throw Error(Code::usage, fmt::format("random_erasing: value has {} numbers, but images have {} "
                                         "channel; give one number",
                                         options.value.size(), frame.channels()));
  if (!random.chance(options.p)) return;
  std::int64_t count = options.min_count;
  if (options.max_count > count) count += draw_up_to(options.max_count - count, random);
  for (std::int64_t k = 0; k < count; ++k) {
    const auto box = random_box(options, frame.input(), count, random);
    if (!box) continue;
    frame.erase(random_erasure(options, *box, frame.channels(), random));
    frame.note("random_erasing", static_cast<double>(box->height * box->width), "pixels");
  }
}

}  // namespace temper::augment
