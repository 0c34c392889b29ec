#include "temper/model/resnet.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <utility>

#include "temper/core/error.h"
#include "temper/model/layered_network.h"

namespace temper::model {
namespace {

constexpr std::int64_t kWidest = 65536;

/// The shape of the network that options and task describe.
struct Plan {
  Stem stem;
  BlockType block;
  std::vector<std::int64_t> blocks;
  std::int64_t stem_width;
  std::vector<std::int64_t> widths;
};

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
    default:
      return std::nullopt;
  }
}

std::optional<Preset> small_preset(std::int64_t depth, BlockType wanted) {
  const auto block = wanted == BlockType::automatic ? BlockType::basic : wanted;
  const std::int64_t layers = block == BlockType::basic ? 6 : 9;
  if (depth > 2 && (depth - 2) % layers == 0)
    return Preset{block, std::vector<std::int64_t>(3, (depth - 2) / layers), 16};
  if (depth == 18 || depth == 34) return imagenet_preset(depth);
  return std::nullopt;
}

Preset preset(const ResNet& options, Stem stem) {
  const bool imagenet = stem == Stem::imagenet;
  if (!options.blocks.empty()) {
    const auto block = options.block == BlockType::automatic ? BlockType::basic : options.block;
    return {block, options.blocks, imagenet ? 64 : 16};
  }
  const auto found =
      imagenet ? imagenet_preset(options.depth) : small_preset(options.depth, options.block);
  if (found && (options.block == BlockType::automatic || options.block == found->block))
    return *found;
  throw Error(Code::usage, {.option = "model.depth"},
              fmt::format("model.depth = {} with stem {} and block {}: expected {}; for any other "
                          "network set its blocks, such as layers = [2, 2, 2]",
                          options.depth, name_of(stem), name_of(options.block),
                          imagenet ? "18 or 34 (basic), 50, 101 or 152 (bottleneck)"
                                   : "6n+2 (20, 32, 44, 56, 110, ...), with block = \"bottleneck\" "
                                     "9n+2 (29, 56, 110, 164, ...), or 18 or 34"));
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

Plan plan(const ResNet& options, const Task& task) {
  const bool large = std::max(task.height, task.width) > 64;
  const Stem stem =
      options.stem != Stem::automatic ? options.stem : (large ? Stem::imagenet : Stem::cifar);
  const auto shape = preset(options, stem);
  for (const auto blocks : shape.blocks)
    if (blocks < 1 || blocks > 1000)
      throw Error(Code::usage, {.option = "model.layers"},
                  fmt::format("model.layers = [{}]: expected 1 to 1000 per stage",
                              fmt::join(shape.blocks, ", ")));
  const std::int64_t width = options.width > 0 ? options.width : shape.width;
  return {stem, shape.block, shape.blocks, widths(static_cast<double>(width), 1)[0],
          widths(static_cast<double>(width) * options.width_factor, shape.blocks.size())};
}

struct Block {
  std::vector<ConvNorm> branch;
  std::optional<ConvNorm> shortcut;
};

Window stem_window(Stem stem) {
  return Window::same(stem == Stem::imagenet ? 7 : 3,
                      stem == Stem::imagenet || stem == Stem::strided ? 2 : 1);
}

/// Every block is a layer in the sense of Parameter::layer, the stem is layer 0.
class Residual final : public LayeredNetwork {
 public:
  Residual(const Plan& plan, const ResNet& options, const Task& task, std::uint64_t seed)
      : LayeredNetwork(seed, RandomLayers(static_cast<const RandomOptions&>(options), plan.blocks)),
        form_(plan.stem),
        stem_{Convolution(weights(), "conv1", task.channels, plan.stem_width, stem_window(form_)),
              BatchNorm(weights(), "bn1", plan.stem_width)} {
    std::int64_t channels = plan.stem_width;
    end_stage();
    for (std::size_t stage = 0; stage < plan.blocks.size(); ++stage) {
      for (std::int64_t i = 0; i < plan.blocks[stage]; ++i) {
        const auto name = fmt::format("layer{}.{}", stage + 1, i);
        const std::int64_t stride = stage > 0 && i == 0 ? 2 : 1;
        channels = add_block(plan.block, options.zero_init_last ? 0 : 1, name, channels,
                             plan.widths[stage], stride);
      }
      end_stage();
    }
    weights().begin_layer();
    classify_.emplace(weights(), "fc", channels, task.classes, ParameterKind::head);
  }

  [[nodiscard]] std::optional<BlockCounters> block_counters() const override {
    BlockCounters counters{.passes = stem_.normalise.counter()};
    for (const auto& block : blocks_)
      counters.blocks.push_back(block.branch.front().normalise.counter());
    return counters;
  }

 protected:
  [[nodiscard]] Value logits(const Value& images) const override {
    const auto training = mode(0).training;
    auto x = stem_(random().input(images, training), mode(0), Activation::relu);
    x = random().stem(x, training);
    if (form_ == Stem::imagenet) x = max_pool(x, {.kernel = 3, .stride = 2, .padding = 1});
    if (form_ == Stem::pooled) x = max_pool(x, {.kernel = 2, .stride = 2});
    for (std::size_t i = 0; i < blocks_.size(); ++i) x = through(i, x);
    return (*classify_)(random().head(mean(x), training));
  }

 private:
  /// Block i. A skipped block without a projection returns its input, which is not negative.
  [[nodiscard]] Value through(std::size_t i, const Value& x) const {
    const auto how = mode(static_cast<std::int64_t>(i) + 1);
    const auto& [branch, shortcut] = blocks_[i];
    if (random().skips(i, how.training))
      return shortcut ? activate(through_shortcut(i, x.again(), how), Activation::relu) : x;
    auto y = x;
    for (std::size_t unit = 0; unit + 1 < branch.size(); ++unit)
      y = random().convolved(branch[unit](y, how, Activation::relu), i, unit, how.training);
    const auto added = through_shortcut(i, x.again(), how);
    if (!random().alters_branch(i, how.training))
      return branch.back()(y, how, Activation::relu, added);
    y = random().convolved(branch.back()(y, how), i, branch.size() - 1, how.training);
    return add(random().branch(y, i, how.training), added, Activation::relu);
  }

  [[nodiscard]] Value through_shortcut(std::size_t i, const Value& x, const Mode& how) const {
    const auto& shortcut = blocks_[i].shortcut;
    return random().shortcut(shortcut ? (*shortcut)(x, how) : x, i, how.training);
  }

  /// @return the block's channels
  std::int64_t add_block(BlockType type, double last_gamma, const std::string& name,
                         std::int64_t in, std::int64_t width, std::int64_t stride) {
    weights().begin_layer();
    const bool basic = type == BlockType::basic;
    const std::int64_t out = basic ? width : 4 * width;
    auto& block = blocks_.emplace_back();
    const auto unit = [&](int i, std::int64_t from, std::int64_t to, const Window& window,
                          double gamma = 1) {
      ConvNorm made{Convolution(weights(), fmt::format("{}.conv{}", name, i), from, to, window),
                    BatchNorm(weights(), fmt::format("{}.bn{}", name, i), to, gamma)};
      block.branch.push_back(std::move(made));
    };
    if (basic) {
      unit(1, in, width, Window::same(3, stride));
      unit(2, width, out, Window::same(3), last_gamma);
    } else {
      unit(1, in, width, Window::same(1));
      unit(2, width, width, Window::same(3, stride));
      unit(3, width, out, Window::same(1), last_gamma);
    }
    if (stride != 1 || in != out)
      block.shortcut =
          ConvNorm{Convolution(weights(), name + ".downsample.0", in, out, Window::same(1, stride)),
                   BatchNorm(weights(), name + ".downsample.1", out)};
    return out;
  }

  Stem form_;
  ConvNorm stem_;
  std::vector<Block> blocks_;
  std::optional<Linear> classify_;
};

}  // namespace

std::unique_ptr<Network> build(const ResNet& options, const Task& task, std::uint64_t seed) {
  return std::make_unique<Residual>(plan(options, task), options, task, seed);
}

}  // namespace temper::model
