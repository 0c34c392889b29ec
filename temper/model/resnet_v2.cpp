#include "temper/model/resnet_v2.h"

#include <ATen/core/grad_mode.h>
#include <fmt/format.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "temper/model/layered_network.h"
#include "temper/model/resnet_parts.h"

namespace temper::model {
namespace {

struct Unit {
  BatchNorm normalise;
  Convolution convolve;
  bool blurred;  ///< blur_pool() follows the activation behind it
};

struct Block {
  std::vector<Unit> branch;
  std::optional<SqueezeExcitation> excite;
  Shortcut shortcut;
};

/// Normalization and ReLU precede each convolution, and a normalization follows the last block.
/// Layers are counted as in the other versions.
class PreActivation final : public LayeredNetwork {
 public:
  PreActivation(const ResNetPlan& plan, const ResNet& options, const Task& task, std::uint64_t seed)
      : LayeredNetwork(seed, RandomLayers(static_cast<const RandomOptions&>(options), plan.depths),
                       options.init),
        stem_(weights(), plan, options, task.channels) {
    make_blocks(plan.depths, [&](std::size_t stage, std::size_t i) {
      add_block(plan.stages[stage][i], options);
    });
    const auto channels = plan.stages.back().back().out();
    normalise_.emplace(weights(), "norm", channels);
    // As in timm, N(0, 0.01^2) with biases of 0, where the convolutions start as in PyTorch.
    const auto init =
        options.init == Initialisation::pytorch ? Initialisation::tensorflow : options.init;
    classify_.emplace(weights(), "head.fc", channels, task.classes, ParameterKind::head,
                      /*has_bias=*/true, init);
  }

  [[nodiscard]] std::optional<BlockCounters> block_counters() const override {
    BlockCounters counters{.passes = normalise_->counter()};
    for (const auto& block : blocks_)
      counters.blocks.push_back(block.branch.back().normalise.counter());
    return counters;
  }

 protected:
  [[nodiscard]] Value logits(const Value& images) const override {
    const auto training = mode(0).training;
    auto x = stem_.convolve(random().input(images, training), mode(0));
    x = stem_.pool(random().stem(x, training), mode(0));
    x = through_blocks(std::move(x),
                       [this](std::size_t i, const Value& y) { return through(i, y); });
    const auto how = block_mode(blocks_.size());
    x = (*normalise_)(x, how, Activation::relu, /*consumes=*/true);
    return (*classify_)(random().head(mean(x), training));
  }

 private:
  /// Block i. Its shortcut reads the block's input if it is the identity, otherwise what the first
  /// convolution reads. Dropout after a convolution is applied behind the next activation.
  [[nodiscard]] Value through(std::size_t i, const Value& x) const {
    const auto how = block_mode(i);
    const auto& [branch, excite, shortcut] = blocks_[i];
    const bool skipped = random().skips(i, how.training);
    if (skipped && shortcut.is_identity()) return x;
    const auto activated = branch[0].normalise(x, how, Activation::relu);
    const auto around = shortcut.is_identity() ? x.again() : shortcut(activated.again(), how);
    auto added = random().shortcut(around, i, how.training);
    if (skipped) return added;
    auto y = activated;
    for (std::size_t unit = 0; unit < branch.size(); ++unit) {
      if (unit > 0) {
        y = branch[unit].normalise(y, how, Activation::relu, /*consumes=*/true);
        y = random().convolved(y, i, unit - 1, how.training);
        if (branch[unit - 1].blurred) y = blur_pool(y);
      }
      y = branch[unit].convolve(y);
    }
    y = random().convolved(y, i, branch.size() - 1, how.training);
    if (excite) y = (*excite)(y);
    return add(random().branch(y, i, how.training), added);
  }

  void add_block(const ResNetPlan::Block& plan, const ResNet& options) {
    std::vector<Unit> branch;
    for (std::size_t i = 0; i < plan.branch.size(); ++i) {
      const auto& [in, out, window, blurred] = plan.branch[i];
      BatchNorm norm(weights(), fmt::format("{}.norm{}", plan.name, i + 1), in);
      Convolution convolution(weights(), fmt::format("{}.conv{}", plan.name, i + 1), in, out,
                              window);
      branch.push_back({std::move(norm), std::move(convolution), blurred});
    }
    if (options.zero_init_last) {
      const at::NoGradGuard guard;
      branch.back().convolve.weight.parameter().zero_();
    }
    auto excite = squeeze_excitation(weights(), plan, options);
    blocks_.push_back({std::move(branch), std::move(excite), Shortcut(weights(), plan, options)});
  }

  StemLayers stem_;
  std::vector<Block> blocks_;
  std::optional<BatchNorm> normalise_;
  std::optional<Linear> classify_;
};

}  // namespace

std::unique_ptr<Network> build_v2(const ResNetPlan& plan, const ResNet& options, const Task& task,
                                  std::uint64_t seed) {
  return std::make_unique<PreActivation>(plan, options, task, seed);
}

}  // namespace temper::model
