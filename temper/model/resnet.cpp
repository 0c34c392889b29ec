#include "temper/model/resnet.h"

#include <fmt/format.h>

#include <optional>
#include <string>
#include <utility>

#include "temper/model/layered_network.h"
#include "temper/model/resnet_parts.h"
#include "temper/model/resnet_plan.h"
#include "temper/model/resnet_v2.h"

namespace temper::model {
namespace {

struct Block {
  std::vector<ConvNorm> branch;
  std::optional<std::size_t> blurred;  ///< the unit that blur_pool() follows
  std::optional<SqueezeExcitation> excite;
  Shortcut shortcut;
};

/// Versions v1 and v1.5. Every block is a layer in the sense of Parameter::layer, the stem is layer
/// 0.
class Residual final : public LayeredNetwork {
 public:
  Residual(const ResNetPlan& plan, const ResNet& options, const Task& task, std::uint64_t seed)
      : LayeredNetwork(seed, RandomLayers(static_cast<const RandomOptions&>(options), plan.depths),
                       options.init),
        stem_(weights(), plan, options, task.channels) {
    make_blocks(plan.depths, [&](std::size_t stage, std::size_t i) {
      add_block(plan.stages[stage][i], options);
    });
    classify_.emplace(weights(), "fc", plan.stages.back().back().out(), task.classes,
                      ParameterKind::head);
  }

  [[nodiscard]] std::optional<BlockCounters> block_counters() const override {
    BlockCounters counters{.passes = stem_.counter()};
    for (const auto& block : blocks_)
      counters.blocks.push_back(block.branch.front().normalise.counter());
    return counters;
  }

 protected:
  [[nodiscard]] Value logits(const Value& images) const override {
    const auto training = mode(0).training;
    auto x = stem_.convolve(random().input(images, training), mode(0));
    x = stem_.pool(random().stem(x, training), mode(0));
    x = through_blocks(std::move(x),
                       [this](std::size_t i, const Value& y) { return through(i, y); });
    return (*classify_)(random().head(mean(x), training));
  }

 private:
  /// Block i. A skipped block without a projection returns its input, which is not negative.
  [[nodiscard]] Value through(std::size_t i, const Value& x) const {
    const auto how = block_mode(i);
    const auto& [branch, blurred, excite, shortcut] = blocks_[i];
    const auto around = [&] {
      return random().shortcut(shortcut(x.again(), how), i, how.training);
    };
    if (random().skips(i, how.training))
      return shortcut.is_identity() ? x : activate(around(), Activation::relu);
    auto y = x;
    for (std::size_t unit = 0; unit + 1 < branch.size(); ++unit) {
      y = random().convolved(branch[unit](y, how, Activation::relu), i, unit, how.training);
      if (blurred == unit) y = blur_pool(y);
    }
    const auto added = around();
    if (!excite && !random().alters_branch(i, how.training))
      return branch.back()(y, how, Activation::relu, added);
    y = random().convolved(branch.back()(y, how), i, branch.size() - 1, how.training);
    if (excite) y = (*excite)(y);
    return add(random().branch(y, i, how.training), added, Activation::relu);
  }

  void add_block(const ResNetPlan::Block& plan, const ResNet& options) {
    std::vector<ConvNorm> branch;
    std::optional<std::size_t> blurred;
    for (std::size_t i = 0; i < plan.branch.size(); ++i) {
      const auto& unit = plan.branch[i];
      const bool last = i + 1 == plan.branch.size();
      Convolution convolution(weights(), fmt::format("{}.conv{}", plan.name, i + 1), unit.in,
                              unit.out, unit.window);
      branch.emplace_back(std::move(convolution),
                          BatchNorm(weights(), fmt::format("{}.bn{}", plan.name, i + 1), unit.out,
                                    last && options.zero_init_last ? 0 : 1));
      if (unit.blurred) blurred = i;
    }
    auto excite = squeeze_excitation(weights(), plan, options);
    blocks_.push_back(
        {std::move(branch), blurred, std::move(excite), Shortcut(weights(), plan, options)});
  }

  StemLayers stem_;
  std::vector<Block> blocks_;
  std::optional<Linear> classify_;
};

}  // namespace

std::unique_ptr<Network> build(const ResNet& options, const Task& task, std::uint64_t seed) {
  const auto shape = plan(options, task);
  if (options.version == Version::v2) return build_v2(shape, options, task, seed);
  return std::make_unique<Residual>(shape, options, task, seed);
}

std::int64_t number_of_stages(const ResNet& options, const Task& task) {
  return std::ssize(plan(options, task).depths) + 1;
}

}  // namespace temper::model
