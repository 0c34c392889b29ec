#include "temper/augment/policies/augmix.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>

#include "temper/augment/pixels/mix.h"
#include "temper/augment/policies/magnitudes.h"
#include "temper/augment/policies/primitive.h"
#include "temper/core/dirichlet.h"
#include "temper/core/error.h"

namespace temper::augment {
namespace {

/// The last four are used by all_ops only.
constexpr std::array kPrimitives{
    Primitive::auto_contrast, Primitive::equalize,   Primitive::posterize, Primitive::rotate,
    Primitive::solarize,      Primitive::shear_x,    Primitive::shear_y,   Primitive::translate_x,
    Primitive::translate_y,   Primitive::saturation, Primitive::contrast,  Primitive::brightness,
    Primitive::sharpness};
constexpr std::size_t kWithoutColor = kPrimitives.size() - 4;

bool is_translation(Primitive primitive) {
  return primitive == Primitive::translate_x || primitive == Primitive::translate_y;
}

double draw_magnitude(const AugMix& options, Random& random) {
  switch (options.dialect) {
    case AugMixDialect::google:
      return random.uniform(std::min(0.1, options.severity), options.severity);
    case AugMixDialect::torchvision:
      return static_cast<double>(
          random.below(static_cast<std::uint64_t>(std::floor(options.severity))));
    case AugMixDialect::timm:
      break;
  }
  if (options.magnitude_std < 0) return random.uniform(0, options.severity);
  return std::clamp(options.severity + options.magnitude_std * random.normal(), 0.0, kMostOfTimm);
}

/// Applies `depth` random operations.
void apply_chain(const AugMix& options, Frame& frame, Random& random) {
  const bool timm = options.dialect == AugMixDialect::timm;
  const Fill fill = fill_of(options.fill, Fill::all(timm ? 128 : 0));
  const auto published = timm ? PolicyInterpolation::random : PolicyInterpolation::bilinear;
  const Scale scale = scale_of(options);
  const std::int64_t depth =
      options.depth > 0 ? options.depth : 1 + static_cast<std::int64_t>(random.below(3));
  const auto operations = primitives(options);
  for (std::int64_t k = 0; k < depth; ++k) {
    const auto primitive = operations[random.below(operations.size())];
    const bool has_value =
        primitive != Primitive::auto_contrast && primitive != Primitive::equalize;
    const double magnitude = has_value ? draw_magnitude(options, random) : 0;
    const bool negated = is_signed(scale, primitive) && random.chance(0.5);
    const auto interpolation = is_geometric(primitive)
                                   ? draw_interpolation(options.interpolation, published, random)
                                   : Interpolation::nearest;
    apply(frame, {primitive, value_of(options, primitive, magnitude, frame.size(), negated)},
          interpolation, fill, quirks_of(scale));
  }
}

}  // namespace

std::span<const Primitive> primitives(const AugMix& options) {
  return std::span(kPrimitives).first(options.all_ops ? kPrimitives.size() : kWithoutColor);
}

Scale scale_of(const AugMix& options) {
  switch (options.dialect) {
    case AugMixDialect::google:
      return Scale::augmix;
    case AugMixDialect::torchvision:
      return Scale::torchvision_augmix;
    case AugMixDialect::timm:
      break;
  }
  return Scale::timm_increasing;
}

double value_of(const AugMix& options, Primitive primitive, double magnitude, Size image,
                bool negated) {
  if (options.dialect == AugMixDialect::timm && is_translation(primitive)) {
    // Its create_transform() passes translate_pct = 0.3; the scale's is 0.45. By the value that is
    // not negated the image moves to the left, or up.
    const auto side = primitive == Primitive::translate_x ? image.width : image.height;
    return (negated ? 1 : -1) * (magnitude / 10 * 0.3) * static_cast<double>(side);
  }
  return physical(scale_of(options), primitive, magnitude, image, negated, kTorchvisionBins)
      .value();
}

void mix_chains(const AugMix& options, std::span<const float> weights, float m,
                std::span<const std::uint8_t> images, std::span<std::uint8_t> out) {
  std::array<float, AugMix::kMostChains + 1> memory{};
  const auto shares = std::span(memory).first(weights.size() + 1);
  const auto chains = images.subspan(out.size());
  const auto image = images.first(out.size());
  if (options.dialect != AugMixDialect::timm) {
    shares[0] = 1 - m;
    for (std::size_t i = 0; i < weights.size(); ++i) shares[i + 1] = weights[i] * m;
    const bool google = options.dialect == AugMixDialect::google;
    mix(shares, images, google ? ToSample::nearest : ToSample::truncated, out);
  } else if (!options.blended) {
    mix(weights, chains, ToSample::truncated, out);
    blend(image, out, m, out);
  } else {
    // Each chain's share of what the image is after it, so that later ones do not thin it.
    float left = 1;
    for (std::size_t i = weights.size(); i-- > 0;) {
      shares[i] = weights[i] * m / left;
      left *= 1 - shares[i];
    }
    std::ranges::copy(image, out.begin());
    for (std::size_t i = 0; i < weights.size(); ++i)
      blend(out, chains.subspan(i * out.size(), out.size()), shares[i], out);
  }
}

void AugMix::check() const {
  const bool timm = dialect == AugMixDialect::timm;
  if (blended && !timm)
    throw Error(Code::usage, fmt::format("augmix with dialect = \"{}\" has blended = true, which "
                                         "only timm has; expected dialect = \"timm\", or blended = "
                                         "false",
                                         name_of(dialect)));
  if (magnitude_std >= 0 && !timm)
    throw Error(Code::usage, fmt::format("augmix with dialect = \"{}\" has magnitude_std = {}, "
                                         "which only timm has; expected dialect = \"timm\", or "
                                         "magnitude_std = -1",
                                         name_of(dialect), magnitude_std));
  if (dialect == AugMixDialect::torchvision && severity < 1)
    throw Error(Code::usage,
                fmt::format("augmix with dialect = \"{}\" has severity = {}, with which "
                            "it has no magnitude; expected 1 to 10",
                            name_of(dialect), severity));
  if (depth == 0)
    throw Error(Code::usage,
                "augmix has depth = 0; expected -1 for one to three operations, or 1 to 16");
  if (width < 1 || width > kMostChains)
    throw Error(Code::usage, fmt::format("augmix mixes width = {} chains; expected 1 to {}", width,
                                         kMostChains));
  check_fill(kind, fill);
}

void apply(const AugMix& options, Frame& frame, Random& random) {
  const auto width = static_cast<std::size_t>(options.width);
  std::array<double, AugMix::kMostChains> drawn{};
  dirichlet(random, options.alpha, std::span(drawn).first(width));
  const auto m = static_cast<float>(beta(random, options.alpha));
  std::array<float, AugMix::kMostChains> weights{};
  std::ranges::transform(drawn, weights.begin(), [](double w) { return static_cast<float>(w); });

  // The image and behind it the results of the chains.
  auto& images = frame.scratch(0).pixels;
  auto& image = frame.scratch(1);
  image = frame.pixels();
  const std::size_t samples = image.size();
  images.resize((width + 1) * samples);
  std::ranges::copy(image.pixels, images.begin());
  for (std::size_t i = 0; i < width; ++i) {
    frame.begin(image);
    frame.note("chain", weights.at(i), "weight");
    apply_chain(options, frame, random);
    std::ranges::copy(frame.pixels().pixels,
                      images.begin() + static_cast<std::ptrdiff_t>((i + 1) * samples));
  }
  frame.begin(image);
  frame.note("augmix", m, "share of the chains");
  frame.rewrite([&](const io::Image& /*from*/, io::Image& to) {
    mix_chains(options, std::span(weights).first(width), m, images, to.pixels);
  });
}

}  // namespace temper::augment
