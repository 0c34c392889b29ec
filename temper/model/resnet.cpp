#include "temper/model/resnet.h"

#include <ATen/ops/max_pool2d.h>
#include <ATen/ops/mean.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <utility>

#include "temper/core/error.h"
#include "temper/model/layers.h"
#include "temper/model/random_layers.h"

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
  throw Error(
      Code::usage,
      fmt::format(
          "model.depth = {} with stem {} and block {}: expected {}; for any other network set its "
          "blocks, such as layers = [2, 2, 2]",
          options.depth, name_of(stem), name_of(options.block),
          imagenet ? "18 or 34 (basic), 50, 101 or 152 (bottleneck)"
                   : "6n+2 (20, 32, 44, 56, 110, ...), with block = \"bottleneck\" 9n+2 (29, "
                     "56, 110, 164, ...), or 18 or 34"));
}

std::vector<std::int64_t> widths(double first, std::size_t stages) {
  std::vector<std::int64_t> result;
  for (double width = first; result.size() < stages; width *= 2) {
    if (!(width >= 0.5 && width <= kWidest))
      throw Error(Code::usage,
                  fmt::format("model: stage {} would be {} channels wide, expected 1 to "
                              "{}: change width, width_factor or the number of blocks",
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
      throw Error(Code::usage, fmt::format("model.layers = [{}]: expected 1 to 1000 per stage",
                                           fmt::join(shape.blocks, ", ")));
  const std::int64_t width = options.width > 0 ? options.width : shape.width;
  return {stem, shape.block, shape.blocks, widths(static_cast<double>(width), 1)[0],
          widths(static_cast<double>(width) * options.width_factor, shape.blocks.size())};
}

struct Block {
  std::vector<ConvNorm> branch;
  std::optional<ConvNorm> shortcut;
};

RandomOptions random_options(const ResNet& options) {
  return {options.stochastic_depth, options.shake_drop, options.dropout};
}

class Residual final : public Network {
 public:
  Residual(const Plan& plan, const ResNet& options, const Task& task, std::uint64_t seed)
      : weights_(seed),
        form_(plan.stem),
        stem_(weights_, "", "conv1", "bn1", task.channels, plan.stem_width,
              form_ == Stem::imagenet ? 7 : 3,
              form_ == Stem::imagenet || form_ == Stem::strided ? 2 : 1),
        random_(random_options(options), plan.blocks) {
    std::int64_t channels = plan.stem_width;
    end_stage();
    for (std::size_t stage = 0; stage < plan.blocks.size(); ++stage) {
      for (std::int64_t i = 0; i < plan.blocks[stage]; ++i) {
        const auto prefix = fmt::format("layer{}.{}.", stage + 1, i);
        const std::int64_t stride = stage > 0 && i == 0 ? 2 : 1;
        channels = add_block(plan.block, options.zero_init_last ? 0 : 1, prefix, channels,
                             plan.widths[stage], stride);
      }
      end_stage();
    }
    weights_.begin_layer();
    classify_.emplace(weights_, "fc", channels, task.classes, ParameterKind::head);
  }

  void begin(const regularize::Pass& pass) override { random_.begin(pass); }
  bool set_noise(Noise when) override { return random_.set_noise(when); }
  void update_rates(const ResNet& options) { random_.update_rates(random_options(options)); }

  void train(bool on) override { training_ = on; }
  bool set_statistics_momentum(std::optional<double> momentum) override {
    const auto set = [&](ConvNorm& unit) {
      unit.normalise.norm.momentum = momentum.value_or(BatchNorm::kMomentum);
    };
    set(stem_);
    for (auto& block : blocks_) {
      std::ranges::for_each(block.branch, set);
      if (block.shortcut) set(*block.shortcut);
    }
    return true;
  }
  [[nodiscard]] const std::vector<Parameter>& parameters() const override {
    return weights_.parameters();
  }
  [[nodiscard]] const std::vector<Buffer>& buffers() const override { return weights_.buffers(); }
  void to(at::Device device) override { weights_.to(device); }

  [[nodiscard]] std::int64_t stages() const override { return std::ssize(stage_ends_); }
  void freeze(std::int64_t count) override {
    const auto first = count == 0 ? 0 : stage_ends_[static_cast<std::size_t>(count - 1)];
    if (first != first_trainable_layer_) weights_.freeze_below(first);
    first_trainable_layer_ = first;
  }

 protected:
  at::Tensor compute(const at::Tensor& images) override {
    auto x = stem_(random_.input(images, training_), {}, /*relu=*/true, moves(0));
    const auto pool = [&](std::int64_t kernel, std::int64_t padding) {
      x = Activation::of(at::max_pool2d(x.value, {kernel, kernel}, {2, 2}, {padding, padding}));
    };
    if (const auto y = random_.stem(x.value, moves(0)); !y.is_same(x.value)) x = Activation::of(y);
    if (form_ == Stem::imagenet) pool(3, 1);
    if (form_ == Stem::pooled) pool(2, 0);
    for (std::size_t i = 0; i < blocks_.size(); ++i)
      x = through(i, x, moves(static_cast<std::int64_t>(i) + 1));
    return (*classify_)(random_.head(x.value.mean({2, 3}), training_));
  }

  [[nodiscard]] bool casts_itself() const override { return true; }

 private:
  /// Whether a layer's BatchNorm uses batch statistics.
  [[nodiscard]] bool moves(std::int64_t layer) const {
    return training_ && layer >= first_trainable_layer_;
  }

  /// Block i. A skipped block without a projection returns its input, which is not negative.
  [[nodiscard]] Activation through(std::size_t i, const Activation& x, bool moving) const {
    const auto& [branch, shortcut] = blocks_[i];
    if (random_.skips(i, moving))
      return shortcut ? Activation::of(around(i, x.again, moving).relu_()) : x;
    auto y = x.value;
    for (std::size_t unit = 0; unit + 1 < branch.size(); ++unit) {
      y = branch[unit](y, {}, /*relu=*/true, moving).value;
      y = random_.unit(y, i, unit, moving);
    }
    const auto added = around(i, x.again, moving);
    if (!random_.alters_branch(i, moving)) return branch.back()(y, added, /*relu=*/true, moving);
    y = branch.back()(y, {}, /*relu=*/false, moving).value;
    y = random_.unit(y, i, branch.size() - 1, moving);
    y = random_.branch(y, i, moving);
    return Activation::of(y.add(added).relu_());
  }

  [[nodiscard]] at::Tensor around(std::size_t i, const at::Tensor& x, bool moving) const {
    const auto& shortcut = blocks_[i].shortcut;
    return random_.around(shortcut ? (*shortcut)(x, {}, /*relu=*/false, moving).value : x, i,
                          moving);
  }

  /// Ends a stage with the layers made so far.
  void end_stage() { stage_ends_.push_back(weights_.layer() + 1); }

  /// Every block is a layer, the stem is layer 0.
  /// @return the block's channels
  std::int64_t add_block(BlockType type, double last_gamma, const std::string& prefix,
                         std::int64_t in, std::int64_t width, std::int64_t stride) {
    weights_.begin_layer();
    const bool basic = type == BlockType::basic;
    const std::int64_t out = basic ? width : 4 * width;
    auto& [branch, shortcut] = blocks_.emplace_back();
    const auto unit = [&](int i, std::int64_t from, std::int64_t to, std::int64_t kernel,
                          std::int64_t step, double gamma = 1) {
      branch.emplace_back(weights_, prefix, fmt::format("conv{}", i), fmt::format("bn{}", i), from,
                          to, kernel, step, gamma);
    };
    if (basic) {
      unit(1, in, width, 3, stride);
      unit(2, width, out, 3, 1, last_gamma);
    } else {
      unit(1, in, width, 1, 1);
      unit(2, width, width, 3, stride);
      unit(3, width, out, 1, 1, last_gamma);
    }
    if (stride != 1 || in != out)
      shortcut.emplace(weights_, prefix, "downsample.0", "downsample.1", in, out, 1, stride);
    return out;
  }

  Weights weights_;
  Stem form_;
  bool training_ = true;
  std::int64_t first_trainable_layer_ = 0;
  std::vector<std::int64_t> stage_ends_;  ///< the layer after each stage's last
  ConvNorm stem_;
  RandomLayers random_;
  std::vector<Block> blocks_;
  std::optional<Linear> classify_;
};

}  // namespace

void update_rates(const ResNet& options, Network& network) {
  if (auto* residual = dynamic_cast<Residual*>(&network)) residual->update_rates(options);
}

std::unique_ptr<Network> build(const ResNet& options, const Task& task, std::uint64_t seed) {
  return std::make_unique<Residual>(plan(options, task), options, task, seed);
}

}  // namespace temper::model
