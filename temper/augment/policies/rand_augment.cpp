#include "temper/augment/policies/rand_augment.h"

#include <fmt/format.h>

#include <algorithm>

#include "temper/augment/operations/range.h"
#include "temper/augment/policies/choice.h"
#include "temper/core/error.h"

namespace temper::augment {
namespace {

using enum Primitive;

// timm's are in its order, and so is the choice that a draw makes.
constexpr std::array<Candidate, 15> kTimm{{{auto_contrast},
                                           {equalize},
                                           {invert},
                                           {rotate},
                                           {posterize},
                                           {solarize},
                                           {solarize_add},
                                           {saturation},
                                           {contrast},
                                           {brightness},
                                           {sharpness},
                                           {shear_x},
                                           {shear_y},
                                           {translate_x},
                                           {translate_y}}};
constexpr std::array<Candidate, 15> kTimmWeights{{{rotate, 3},
                                                  {shear_x, 2},
                                                  {shear_y, 2},
                                                  {translate_x, 1},
                                                  {translate_y, 1},
                                                  {saturation, 0.25},
                                                  {sharpness, 0.25},
                                                  {auto_contrast, 0.25},
                                                  {solarize, 0.05},
                                                  {solarize_add, 0.05},
                                                  {contrast, 0.05},
                                                  {brightness, 0.05},
                                                  {equalize, 0.05},
                                                  {posterize, 0.05},
                                                  {invert, 0.05}}};
constexpr std::array<Candidate, 3> kTimmThree{{{solarize}, {desaturate}, {gaussian_blur}}};
constexpr std::array<Candidate, 14> kTimmThreeMore{{{solarize, 6},
                                                    {desaturate, 6},
                                                    {gaussian_blur, 6},
                                                    {rotate, 3},
                                                    {shear_x, 2},
                                                    {shear_y, 2},
                                                    {posterize, 1},
                                                    {auto_contrast, 1},
                                                    {saturation, 1},
                                                    {sharpness, 1},
                                                    {contrast, 1},
                                                    {brightness, 1},
                                                    {equalize, 1},
                                                    {invert, 1}}};
constexpr auto kTorchvision = [] {
  std::array<Candidate, kTorchvisionOperations.size()> all{};
  for (std::size_t k = 0; k < all.size(); ++k) all[k].primitive = kTorchvisionOperations[k];
  return all;
}();
constexpr std::array<Candidate, 16> kTensorflow{{{auto_contrast},
                                                 {equalize},
                                                 {invert},
                                                 {rotate},
                                                 {posterize},
                                                 {solarize},
                                                 {saturation},
                                                 {contrast},
                                                 {brightness},
                                                 {sharpness},
                                                 {shear_x},
                                                 {shear_y},
                                                 {translate_x},
                                                 {translate_y},
                                                 {cutout},
                                                 {solarize_add}}};

constexpr std::size_t kMostCandidates = kTensorflow.size();

bool is_of_timm(const RandAugment& options) {
  return options.dialect == RandAugmentDialect::timm;
}

bool has_weights(const RandAugment& options) {
  return options.transforms == RandAugmentTransforms::weights ||
         options.transforms == RandAugmentTransforms::three_more;
}

/// Draws among candidates, with weights: those that have not been drawn before.
class Drawer {
 public:
  explicit Drawer(const RandAugment& options)
      : all_(candidates(options)), weighted_(has_weights(options)) {
    for (std::size_t k = 0; k < all_.size(); ++k) weights_.at(k) = all_[k].weight;
  }

  Primitive operator()(Random& random) {
    if (!weighted_) return all_[random.below(all_.size())].primitive;
    const auto chosen = draw_one(all_.size(), std::span(weights_).first(all_.size()),
                                 std::span(taken_).first(count_), random);
    taken_.at(count_++) = chosen;
    return all_[chosen].primitive;
  }

 private:
  std::span<const Candidate> all_;
  bool weighted_;
  std::array<double, kMostCandidates> weights_ = {};
  std::array<std::size_t, kMostCandidates> taken_ = {};
  std::size_t count_ = 0;
};

double draw_magnitude(const RandAugment& options, Random& random) {
  if (!is_of_timm(options)) return options.magnitude;
  double magnitude = options.magnitude;
  if (options.magnitude_std > RandAugment::kMostNormal)
    magnitude = random.uniform(0, magnitude);
  else if (options.magnitude_std > 0)
    magnitude += options.magnitude_std * random.normal();
  const double most = options.magnitude_max > 0 ? options.magnitude_max : kMostOfTimm;
  return std::clamp(magnitude, 0.0, most);
}

/// TensorFlow draws the center of its square from the whole image.
Box draw_square(double side, Size image, Random& random) {
  const std::int64_t row = draw_up_to(image.height - 1, random);
  const std::int64_t column = draw_up_to(image.width - 1, random);
  return square_around(row, column, static_cast<std::int64_t>(side) / 2, image);
}

double chance_of(const RandAugment& options) {
  return options.p >= 0 ? options.p : is_of_timm(options) ? 0.5 : 1;
}

PolicyInterpolation published_interpolation(const RandAugment& options) {
  return is_of_timm(options) ? PolicyInterpolation::random : PolicyInterpolation::nearest;
}

Fill published_fill(const RandAugment& options) {
  return Fill::all(options.dialect == RandAugmentDialect::torchvision ? 0 : 128);
}

[[noreturn]] void refuse(const std::string& what) {
  throw Error(Code::usage, fmt::format("rand_augment has {}", what));
}

void check_magnitude(const RandAugment& options) {
  const double magnitude = options.magnitude;
  const auto last = static_cast<double>(options.num_magnitude_bins - 1);
  if (options.dialect == RandAugmentDialect::torchvision && magnitude > last)
    refuse(
        fmt::format("magnitude = {}, but torchvision's dialect has the magnitudes 0 to {}; for "
                    "others set num_magnitude_bins",
                    magnitude, last));
  if (!is_of_timm(options)) return;
  const double most = options.magnitude_max > 0 ? options.magnitude_max : kMostOfTimm;
  if (magnitude > most)
    refuse(
        fmt::format("magnitude = {}, which timm would lower to {}; write that, or raise the "
                    "limit with magnitude_max (timm's mmax)",
                    magnitude, most));
}

void check_dialect(const RandAugment& options) {
  const auto only = [](std::string_view option, std::string_view dialect) {
    refuse(fmt::format("{}, an option of dialect = \"{}\" only", option, dialect));
  };
  if (!is_of_timm(options)) {
    if (options.transforms != RandAugmentTransforms::standard) only("transforms", "timm");
    if (options.magnitude_std > 0) only("magnitude_std", "timm");
    if (options.magnitude_max > 0) only("magnitude_max", "timm");
  }
  if (options.dialect != RandAugmentDialect::torchvision &&
      options.num_magnitude_bins != RandAugment{}.num_magnitude_bins)
    only("num_magnitude_bins", "torchvision");
}

}  // namespace

std::span<const Candidate> candidates(const RandAugment& options) {
  switch (options.dialect) {
    case RandAugmentDialect::torchvision:
      return kTorchvision;
    case RandAugmentDialect::tensorflow:
      return kTensorflow;
    case RandAugmentDialect::timm:
      break;
  }
  switch (options.transforms) {
    case RandAugmentTransforms::weights:
      return kTimmWeights;
    case RandAugmentTransforms::three:
      return kTimmThree;
    case RandAugmentTransforms::three_more:
      return kTimmThreeMore;
    default:
      return kTimm;
  }
}

Scale scale_of(const RandAugment& options) {
  switch (options.dialect) {
    case RandAugmentDialect::torchvision:
      return Scale::torchvision;
    case RandAugmentDialect::tensorflow:
      return Scale::tensorflow;
    case RandAugmentDialect::timm:
      break;
  }
  return options.transforms == RandAugmentTransforms::standard ? Scale::timm
                                                               : Scale::timm_increasing;
}

void RandAugment::check() const {
  check_dialect(*this);
  check_magnitude(*this);
  check_fill(kind, fill);
  if (p < 0 && p != -1)
    refuse(fmt::format("p = {}; expected a probability in [0, 1], or -1 for the dialect's", p));
  const auto most = static_cast<std::int64_t>(candidates(*this).size());
  if (has_weights(*this) && num_ops > most)
    refuse(
        fmt::format("num_ops = {}, but transforms = \"{}\" has {} operations and applies none "
                    "of them twice",
                    num_ops, name_of(transforms), most));
}

void apply(const RandAugment& options, Frame& frame, Random& random) {
  const Scale scale = scale_of(options);
  const Quirks quirks = quirks_of(scale);
  const Fill fill = fill_of(options.fill, published_fill(options));
  const double p = chance_of(options);
  Drawer draw(options);
  for (std::int64_t k = 0; k < options.num_ops; ++k) {
    Step step{.primitive = draw(random)};
    if (p < 1 && !random.chance(p)) continue;
    const Size size = frame.size();
    const double magnitude = draw_magnitude(options, random);
    const bool negated = is_signed(scale, step.primitive) && random.chance(0.5);
    step.value =
        *physical(scale, step.primitive, magnitude, size, negated, options.num_magnitude_bins);
    if (step.primitive == cutout) step.erased = draw_square(step.value, size, random);
    const auto interpolation =
        is_geometric(step.primitive)
            ? draw_interpolation(options.interpolation, published_interpolation(options), random)
            : Interpolation::nearest;
    apply(frame, step, interpolation, fill, quirks);
  }
}

}  // namespace temper::augment
