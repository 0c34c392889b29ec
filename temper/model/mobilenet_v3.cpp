#include "temper/model/mobilenet_v3.h"

#include <span>

#include "temper/model/inverted_residual.h"
#include "temper/model/round_width.h"

namespace temper::model {
namespace {

/// Equal blocks but for the stride, which the first one has; tables 1 and 2 of the paper.
struct Group {
  std::int64_t stage;
  std::int64_t repeats;
  std::int64_t kernel;
  std::int64_t stride;
  double expansion;
  double width;
  bool squeezes;
  bool hard_swish;
};

constexpr double kStemWidth = 16, kSqueeze = 0.25;

constexpr std::array<Group, 9> kLarge{{{0, 1, 3, 1, 1, 16, false, false},
                                       {1, 1, 3, 2, 4, 24, false, false},
                                       {1, 1, 3, 1, 3, 24, false, false},
                                       {2, 3, 5, 2, 3, 40, true, false},
                                       {3, 1, 3, 2, 6, 80, false, true},
                                       {3, 1, 3, 1, 2.5, 80, false, true},
                                       {3, 2, 3, 1, 2.3, 80, false, true},
                                       {4, 2, 3, 1, 6, 112, true, true},
                                       {5, 3, 5, 2, 6, 160, true, true}}};
constexpr std::array<Group, 7> kSmall{{{0, 1, 3, 2, 1, 16, true, false},
                                       {1, 1, 3, 2, 4.5, 24, false, false},
                                       {1, 1, 3, 1, 3.67, 24, false, false},
                                       {2, 1, 5, 2, 4, 40, true, true},
                                       {2, 2, 5, 1, 6, 40, true, true},
                                       {3, 2, 5, 1, 3, 48, true, true},
                                       {4, 3, 5, 2, 6, 96, true, true}}};

InvertedResidualPlan plan(const MobileNetV3& options) {
  const bool large = options.variant == MobileNetV3Variant::large;
  const bool timm = options.dialect == MobileDialect::timm;
  const double factor = options.width_factor;
  const auto groups = large ? std::span<const Group>(kLarge) : std::span<const Group>(kSmall);
  InvertedResidualPlan result{.padding = timm ? Padding::fixed : Padding::same,
                              .epsilon = timm ? kNormEpsilon : 1e-3,
                              .stem_width = round_width(kStemWidth * factor),
                              .function = Activation::hardswish,
                              .squeeze_function = Activation::relu,
                              .gate = Activation::hardsigmoid,
                              .stages = {},
                              .last_width = round_width((large ? 960 : 576) * factor),
                              .last_name = large ? "blocks.6.0.conv" : "blocks.5.0.conv",
                              .last_norm = large ? "blocks.6.0.bn1" : "blocks.5.0.bn1",
                              .head_width = large ? 1280 : 1024};
  std::int64_t in = result.stem_width;
  for (const auto& group : groups) {
    if (group.stage == std::ssize(result.stages)) result.stages.emplace_back();
    const auto out = round_width(group.width * factor);
    for (std::int64_t i = 0; i < group.repeats; ++i) {
      const auto inner =
          group.expansion == 1 ? in : round_width(static_cast<double>(in) * group.expansion);
      result.stages.back().push_back(
          {.in = in,
           .inner = inner,
           .out = out,
           .kernel = group.kernel,
           .stride = i == 0 ? group.stride : 1,
           .function = group.hard_swish ? Activation::hardswish : Activation::relu,
           .squeezed = group.squeezes ? round_width(static_cast<double>(inner) * kSqueeze) : 0,
           .expands = group.expansion != 1});
      in = out;
    }
  }
  return result;
}

}  // namespace

std::unique_ptr<Network> build(const MobileNetV3& options, const Task& task, std::uint64_t seed) {
  return build_inverted_residual(plan(options), options, task, seed, Initialisation::efficientnet);
}

std::int64_t number_of_stages(const MobileNetV3& options, const Task& /*task*/) {
  return std::ssize(plan(options).stages) + 1;
}

}  // namespace temper::model
