#include "temper/model/resnet_plan.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <string_view>

#include "temper/core/error.h"

namespace temper::model {
namespace {

constexpr std::int64_t kWidest = 65536;

/// What a depth stands for.
struct Preset {
  BlockType block;
  std::vector<std::int64_t> blocks;
  std::int64_t width;
};

std::optional<Preset> imagenet_preset(std::int64_t depth) {
  switch (depth) {
    case 18:
      return Preset{BlockType::basic, {2, 2, 2, 2}, 64};
    case 34:
      return Preset{BlockType::basic, {3, 4, 6, 3}, 64};
    case 50:
      return Preset{BlockType::bottleneck, {3, 4, 6, 3}, 64};
    case 101:
      return Preset{BlockType::bottleneck, {3, 4, 23, 3}, 64};
    case 152:
      return Preset{BlockType::bottleneck, {3, 8, 36, 3}, 64};
    case 200:
      return Preset{BlockType::bottleneck, {3, 24, 36, 3}, 64};
    case 270:
      return Preset{BlockType::bottleneck, {4, 29, 53, 4}, 64};
    case 350:
      return Preset{BlockType::bottleneck, {4, 36, 72, 4}, 64};
    case 420:
      return Preset{BlockType::bottleneck, {4, 44, 87, 4}, 64};
    default:
      return std::nullopt;
  }
}

std::optional<Preset> small_preset(std::int64_t depth, BlockType wanted, Version version) {
  const auto block = wanted == BlockType::automatic ? BlockType::basic : wanted;
  const std::int64_t layers = block == BlockType::basic ? 6 : 9;
  // Wide ResNets count three projections and the stem; of the others two layers are no block's.
  for (const std::int64_t others : {2, 4})
    if ((others == 2 || version == Version::v2) && depth > others && (depth - others) % layers == 0)
      return Preset{block, std::vector<std::int64_t>(3, (depth - others) / layers), 16};
  if (depth == 18 || depth == 34) return imagenet_preset(depth);
  return std::nullopt;
}

bool is_for_large_images(Stem stem) {
  return stem == Stem::imagenet || stem == Stem::d || stem == Stem::rs;
}

std::string_view expected_depths(const ResNet& options, bool imagenet) {
  if (imagenet) return "18 or 34 (basic), 50, 101, 152, 200, 270, 350 or 420 (bottleneck)";
  if (options.version == Version::v2)
    return "6n+2 or 6n+4 (20, 28, 32, 40, ...), with block = \"bottleneck\" 9n+2 or 9n+4 (29, 164, "
           "...), or 18";
  return "6n+2 (20, 32, 44, 56, 110, ...), with block = \"bottleneck\" 9n+2 (29, 56, 110, 164, "
         "...), or 18 or 34";
}

Preset preset(const ResNet& options, Stem stem) {
  const bool imagenet = is_for_large_images(stem);
  if (!options.blocks.empty()) {
    const auto block = options.block == BlockType::automatic ? BlockType::basic : options.block;
    return {block, options.blocks, imagenet ? 64 : 16};
  }
  const auto found = imagenet ? imagenet_preset(options.depth)
                              : small_preset(options.depth, options.block, options.version);
  if (found && (options.block == BlockType::automatic || options.block == found->block))
    return *found;
  throw Error(Code::usage, {.option = "model.depth"},
              fmt::format("model.depth = {} with stem {} and block {}: expected {}; for any other "
                          "network set its blocks, such as layers = [2, 2, 2]",
                          options.depth, name_of(stem), name_of(options.block),
                          expected_depths(options, imagenet)));
}

std::vector<std::int64_t> widths(double first, std::size_t stages) {
  std::vector<std::int64_t> result;
  for (double width = first; result.size() < stages; width *= 2) {
    if (!(width >= 0.5 && width <= kWidest))
      throw Error(Code::usage, {.option = "model"},
                  fmt::format("model: stage {} would be {} channels wide, expected 1 to {}: change "
                              "width, width_factor or the number of blocks",
                              result.size() + 1, width, kWidest));
    result.push_back(std::llround(width));
  }
  return result;
}

[[noreturn]] void refuse(std::string_view option, const std::string& sentence) {
  throw Error(Code::usage, {.option = fmt::format("model.{}", option)}, sentence);
}

/// The width of the 3x3 convolution of a bottleneck.
std::int64_t inner_width(const ResNet& options, std::int64_t width) {
  const auto group = static_cast<std::int64_t>(static_cast<double>(width) *
                                               static_cast<double>(options.width_per_group) / 64);
  const auto inner = group * options.groups;
  if (inner < 1 || inner > kWidest)
    refuse(
        "width_per_group",
        fmt::format("model.width_per_group = {} with groups = {}: the 3x3 convolution of a block "
                    "of width {} would have {} channels, expected 1 to {}",
                    options.width_per_group, options.groups, width, inner, kWidest));
  return inner;
}

std::vector<ResNetPlan::Unit> branch(const ResNet& options, BlockType type, std::int64_t in,
                                     std::int64_t width, std::int64_t stride) {
  const bool blurred = options.anti_alias && stride != 1;
  const std::int64_t dense = blurred ? 1 : stride;
  if (type == BlockType::basic)
    return {{in, width, Window::same(3, dense), blurred}, {width, width, Window::same(3)}};
  const auto inner = inner_width(options, width);
  const bool early = options.version == Version::v1;
  return {{in, inner, Window::same(1, early ? dense : 1), early && blurred},
          {inner, inner, Window::same(3, early ? 1 : dense, options.groups), !early && blurred},
          {inner, 4 * width, Window::same(1)}};
}

void check(const ResNet& options, BlockType type, std::int64_t stem_width, Stem stem) {
  if (type == BlockType::basic && (options.groups != 1 || options.width_per_group != 64))
    refuse(
        options.groups != 1 ? "groups" : "width_per_group",
        "model.groups and model.width_per_group describe bottlenecks, and these blocks are basic: "
        "set model.block = \"bottleneck\" or a depth of 50 or more with stem imagenet, d or rs");
  const bool deep =
      stem == Stem::cifar_d || stem == Stem::pooled_d || stem == Stem::d || stem == Stem::rs;
  if (deep && stem_width < 2)
    refuse("width",
           fmt::format("model.width = {} with stem {}: its first convolutions have half of "
                       "that; expected at least 2",
                       stem_width, name_of(stem)));
}

}  // namespace

ResNetPlan plan(const ResNet& options, const Task& task) {
  const bool large = std::max(task.height, task.width) > 64;
  const Stem stem =
      options.stem != Stem::automatic ? options.stem : (large ? Stem::imagenet : Stem::cifar);
  const auto shape = preset(options, stem);
  for (const auto blocks : shape.blocks)
    if (blocks < 1 || blocks > 1000)
      refuse("layers", fmt::format("model.layers = [{}]: expected 1 to 1000 per stage",
                                   fmt::join(shape.blocks, ", ")));
  const auto width = static_cast<double>(options.width > 0 ? options.width : shape.width);
  const auto stem_width = widths(width, 1)[0];
  check(options, shape.block, stem_width, stem);
  ResNetPlan result{stem, stem_width, {}, shape.blocks};
  const auto wide = widths(width * options.width_factor, shape.blocks.size());
  std::int64_t in = stem_width;
  for (std::size_t stage = 0; stage < shape.blocks.size(); ++stage) {
    auto& blocks = result.stages.emplace_back();
    for (std::int64_t i = 0; i < shape.blocks[stage]; ++i) {
      const std::int64_t stride = stage > 0 && i == 0 ? 2 : 1;
      const auto name = options.version == Version::v2
                            ? fmt::format("stages.{}.blocks.{}", stage, i)
                            : fmt::format("layer{}.{}", stage + 1, i);
      blocks.push_back({name, in, stride, branch(options, shape.block, in, wide[stage], stride)});
      in = blocks.back().out();
      if (options.shortcut == ShortcutType::pad && in < blocks.back().in)
        refuse("shortcut",
               fmt::format("model.shortcut = \"pad\" appends channels, and block {} has "
                           "fewer ({}) than its input ({}): use \"projection\"",
                           name, in, blocks.back().in));
    }
  }
  return result;
}

}  // namespace temper::model
