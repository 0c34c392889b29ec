#include "temper/model/inverted_residual.h"

#include <fmt/format.h>

#include <optional>
#include <utility>

#include "temper/model/layered_network.h"

namespace temper::model {
namespace {

using Plan = InvertedResidualPlan;

struct Block {
  std::vector<ConvNorm> branch;  ///< [expansion,] depthwise, projection
  std::optional<SqueezeExcitation> excite;
  Activation function;
  bool has_shortcut;
};

std::vector<std::int64_t> depths(const Plan& plan) {
  std::vector<std::int64_t> result;
  for (const auto& stage : plan.stages) result.push_back(std::ssize(stage));
  return result;
}

/// Every block is a layer in the sense of Parameter::layer, the stem is layer 0; the last
/// convolution and the layers after it are the last one.
class InvertedResidual final : public LayeredNetwork {
 public:
  InvertedResidual(Plan plan, const RandomOptions& options, const Task& task, std::uint64_t seed,
                   Initialisation init)
      : LayeredNetwork(seed, RandomLayers(options, depths(plan)), init),
        plan_(std::move(plan)),
        stem_(
            unit("conv_stem", "bn1", task.channels, plan_.stem_width, {.kernel = 3, .stride = 2})) {
    make_blocks(depths(plan_), [&](std::size_t stage, std::size_t i) {
      add_block(fmt::format("blocks.{}.{}", stage, i), plan_.stages[stage][i]);
    });
    last_.emplace(unit(plan_.last_name, plan_.last_norm, plan_.stages.back().back().out,
                       plan_.last_width, {}));
    auto features = plan_.last_width;
    if (plan_.head_width > 0) {
      head_.emplace(weights(), "conv_head", features, plan_.head_width, Window{},
                    /*has_bias=*/true);
      features = plan_.head_width;
    }
    classify_.emplace(weights(), "classifier", features, task.classes, ParameterKind::head);
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
    auto x = stem_(random().input(images, training), mode(0), plan_.function);
    x = random().stem(x, training);
    x = through_blocks(std::move(x),
                       [this](std::size_t i, const Value& y) { return through(i, y); });
    const auto how = block_mode(blocks_.size());
    x = mean((*last_)(x, how, plan_.function));
    if (head_) x = activate(pointwise(*head_, x), plan_.function);
    return (*classify_)(random().head(x, training));
  }

 private:
  /// Block i. Those without a shortcut are never skipped.
  [[nodiscard]] Value through(std::size_t i, const Value& x) const {
    const auto how = block_mode(i);
    const auto& [branch, excite, function, has_shortcut] = blocks_[i];
    if (has_shortcut && random().skips(i, how.training)) return x;
    auto y = x;
    for (std::size_t unit = 0; unit + 1 < branch.size(); ++unit)
      y = random().convolved(branch[unit](y, how, function), i, unit, how.training);
    if (excite) y = (*excite)(y);
    const auto last = branch.size() - 1;
    if (!has_shortcut) return random().convolved(branch[last](y, how), i, last, how.training);
    const auto added = random().shortcut(x.again(), i, how.training);
    if (!random().alters_branch(i, how.training))
      return branch[last](y, how, Activation::none, added);
    y = random().convolved(branch[last](y, how), i, last, how.training);
    return add(random().branch(y, i, how.training), added);
  }

  [[nodiscard]] ConvNorm unit(const std::string& convolution, const std::string& norm,
                              std::int64_t in, std::int64_t out, Window window) {
    window.padding = window.kernel / 2;
    Convolution made(weights(), convolution, in, out, window, /*has_bias=*/false, plan_.padding);
    return {std::move(made), BatchNorm(weights(), norm, out, 1, plan_.epsilon)};
  }

  void add_block(const std::string& name, const Plan::Block& block) {
    std::vector<ConvNorm> branch;
    const auto add = [&](const char* convolution, std::int64_t in, std::int64_t out,
                         const Window& window) {
      branch.push_back(unit(fmt::format("{}.{}", name, convolution),
                            fmt::format("{}.bn{}", name, branch.size() + 1), in, out, window));
    };
    if (block.expands) add("conv_pw", block.in, block.inner, {});
    add("conv_dw", block.inner, block.inner,
        {.kernel = block.kernel, .stride = block.stride, .groups = block.inner});
    std::optional<SqueezeExcitation> excite;
    if (block.squeezed > 0) {
      Convolution reduce(weights(), name + ".se.conv_reduce", block.inner, block.squeezed, {},
                         /*has_bias=*/true);
      Convolution expand(weights(), name + ".se.conv_expand", block.squeezed, block.inner, {},
                         /*has_bias=*/true);
      excite.emplace(std::move(reduce), std::move(expand), plan_.squeeze_function, plan_.gate);
    }
    add(block.expands ? "conv_pwl" : "conv_pw", block.inner, block.out, {});
    blocks_.push_back({std::move(branch), std::move(excite), block.function, block.has_shortcut()});
  }

  Plan plan_;
  ConvNorm stem_;
  std::vector<Block> blocks_;
  std::optional<ConvNorm> last_;
  std::optional<Convolution> head_;
  std::optional<Linear> classify_;
};

}  // namespace

std::unique_ptr<Network> build_inverted_residual(const InvertedResidualPlan& plan,
                                                 const RandomOptions& options, const Task& task,
                                                 std::uint64_t seed, Initialisation init) {
  return std::make_unique<InvertedResidual>(plan, options, task, seed, init);
}

}  // namespace temper::model
