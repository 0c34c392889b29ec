#include "temper/model/efficientnet.h"

#include <cmath>

#include "temper/model/inverted_residual.h"
#include "temper/model/round_width.h"

namespace temper::model {
namespace {

/// A stage of the baseline network, table 1 of the paper.
struct Stage {
  std::int64_t repeats;
  std::int64_t kernel;
  std::int64_t stride;
  std::int64_t expansion;
  std::int64_t width;
};

constexpr std::array<Stage, 7> kStages{{{1, 3, 1, 1, 16},
                                        {2, 3, 2, 6, 24},
                                        {2, 5, 2, 6, 40},
                                        {3, 3, 2, 6, 80},
                                        {3, 5, 1, 6, 112},
                                        {4, 5, 2, 6, 192},
                                        {1, 3, 1, 6, 320}}};
constexpr double kStemWidth = 32, kHeadWidth = 1280, kSqueeze = 0.25;

struct Scale {
  double width;
  double depth;
  bool lite;
};

Scale scale_of(EfficientNetVariant variant) {
  switch (variant) {
    case EfficientNetVariant::b0:
      return {1, 1, false};
    case EfficientNetVariant::b1:
      return {1, 1.1, false};
    case EfficientNetVariant::b2:
      return {1.1, 1.2, false};
    case EfficientNetVariant::b3:
      return {1.2, 1.4, false};
    case EfficientNetVariant::b4:
      return {1.4, 1.8, false};
    case EfficientNetVariant::lite0:
      return {1, 1, true};
    case EfficientNetVariant::lite1:
      return {1, 1.1, true};
    case EfficientNetVariant::lite2:
      return {1.1, 1.2, true};
  }
  return {};
}

std::int64_t repeats(const Scale& scale, std::size_t stage) {
  const bool outer = stage == 0 || stage + 1 == kStages.size();
  if (scale.lite && outer) return kStages[stage].repeats;
  return static_cast<std::int64_t>(
      std::ceil(static_cast<double>(kStages[stage].repeats) * scale.depth));
}

InvertedResidualPlan plan(const EfficientNet& options) {
  const auto scale = scale_of(options.variant);
  const auto function = scale.lite ? Activation::relu6 : Activation::silu;
  const double outer = scale.lite ? 1 : scale.width;
  const bool timm = options.dialect == MobileDialect::timm;
  InvertedResidualPlan result{.padding = timm ? Padding::fixed : Padding::same,
                              .epsilon = timm ? kNormEpsilon : 1e-3,
                              .stem_width = round_width(kStemWidth * outer),
                              .function = function,
                              .squeeze_function = function,
                              .gate = Activation::sigmoid,
                              .stages = {},
                              .last_width = round_width(kHeadWidth * outer),
                              .last_name = "conv_head",
                              .last_norm = "bn2",
                              .head_width = 0};
  std::int64_t in = result.stem_width;
  for (std::size_t s = 0; s < kStages.size(); ++s) {
    const auto& stage = kStages[s];
    const auto out = round_width(static_cast<double>(stage.width) * scale.width);
    auto& blocks = result.stages.emplace_back();
    for (std::int64_t i = 0; i < repeats(scale, s); ++i) {
      const auto squeezed = scale.lite ? 0 : std::llround(static_cast<double>(in) * kSqueeze);
      blocks.push_back({.in = in,
                        .inner = in * stage.expansion,
                        .out = out,
                        .kernel = stage.kernel,
                        .stride = i == 0 ? stage.stride : 1,
                        .function = function,
                        .squeezed = squeezed,
                        .expands = stage.expansion != 1});
      in = out;
    }
  }
  return result;
}

}  // namespace

std::unique_ptr<Network> build(const EfficientNet& options, const Task& task, std::uint64_t seed) {
  return build_inverted_residual(plan(options), options, task, seed, Initialisation::efficientnet);
}

std::int64_t number_of_stages(const EfficientNet& options, const Task& /*task*/) {
  return std::ssize(plan(options).stages) + 1;
}

}  // namespace temper::model
