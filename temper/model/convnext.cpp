#include "temper/model/convnext.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "temper/core/error.h"
#include "temper/model/layered_network.h"

namespace temper::model {
namespace {

constexpr double kEpsilon = 1e-6;
constexpr std::int64_t kWidest = 65536, kKernel = 7, kExpansion = 4;
constexpr std::int64_t kLastSide = 4;  // pixels that an automatic patch size leaves

void check(const ConvNeXt& options) {
  if (options.depths.empty() || options.depths.size() > 16)
    throw Error(Code::usage, {.option = "model.depths"},
                fmt::format("model.depths = [{}]: expected 1 to 16 stages",
                            fmt::join(options.depths, ", ")));
  if (options.width << (options.depths.size() - 1) > kWidest)
    throw Error(Code::usage, {.option = "model.width"},
                fmt::format("model.width = {}: the last of {} stages would be {} channels wide, "
                            "expected at most {}",
                            options.width, options.depths.size(),
                            options.width << (options.depths.size() - 1), kWidest));
}

/// Pixels of the last stage's shorter side.
std::int64_t last_side(const ConvNeXt& options, const Task& task, std::int64_t patch) {
  return (std::min(task.height, task.width) / patch) >> (options.depths.size() - 1);
}

std::int64_t patch_size(const ConvNeXt& options, const Task& task) {
  auto patch = options.patch_size;
  if (patch == 0) {
    patch = 4;
    while (patch > 1 && last_side(options, task, patch) < kLastSide) patch /= 2;
  }
  if (last_side(options, task, patch) < 1)
    throw Error(Code::usage, {.option = "model.patch_size"},
                fmt::format("model.patch_size = {}: nothing is left of images of {} x {} pixels "
                            "after {} stages; choose a smaller one, or fewer depths",
                            patch, task.height, task.width, options.depths.size()));
  return patch;
}

Window patches(std::int64_t side) {
  return {.kernel = side, .stride = side};
}

/// A strided convolution with a bias and without overlap, and its normalization.
struct Reduction {
  LayerNorm normalise;
  Convolution convolve;
};

struct Block {
  Convolution depthwise;
  LayerNorm normalise;
  Linear expand;
  Linear project;
  LayerScale gamma;
};

/// The stem is layer 0 in the sense of Parameter::layer, every block is a layer, and a reduction
/// belongs to the block behind it.
class ConvNeXtNetwork final : public LayeredNetwork {
 public:
  ConvNeXtNetwork(const ConvNeXt& options, const Task& task, std::uint64_t seed)
      : LayeredNetwork(seed,
                       RandomLayers(static_cast<const RandomOptions&>(options), options.depths),
                       Initialisation::convnext),
        patches_(weights(), "stem.0", task.channels, options.width,
                 patches(patch_size(options, task)), /*has_bias=*/true),
        first_(weights(), "stem.1", options.width, kEpsilon) {
    end_stage();
    std::int64_t width = options.width;
    for (std::size_t stage = 0; stage < options.depths.size(); ++stage) {
      if (stage > 0) add_reduction(stage, width);
      for (std::int64_t i = 0; i < options.depths[stage]; ++i)
        add_block(fmt::format("stages.{}.blocks.{}", stage, i), width, options.layer_scale,
                  stage == 0 || i > 0);
      end_stage();
      if (stage + 1 < options.depths.size()) width *= 2;
    }
    weights().begin_layer();
    last_.emplace(weights(), "head.norm", width, kEpsilon);
    classify_.emplace(weights(), "head.fc", width, task.classes, ParameterKind::head);
  }

 protected:
  [[nodiscard]] Value logits(const Value& images) const override {
    const auto training = mode(0).training;
    auto x = first_(patches_(random().input(images, training)));
    x = random().stem(x, training);
    for (std::size_t i = 0; i < blocks_.size(); ++i) {
      const auto& [starts, block] = blocks_[i];
      if (starts) x = reductions_[*starts].convolve(reductions_[*starts].normalise(x));
      x = through(i, block, x);
    }
    return (*classify_)(random().head((*last_)(mean(x)), training));
  }

 private:
  [[nodiscard]] Value through(std::size_t i, const Block& block, const Value& x) const {
    const auto how = mode(static_cast<std::int64_t>(i) + 1);
    if (random().skips(i, how.training)) return x;
    auto y = random().convolved(block.depthwise(x), i, 0, how.training);
    y = activate(block.expand(block.normalise(y)), Activation::gelu);
    y = random().convolved(y, i, 1, how.training);
    y = random().convolved(block.gamma(block.project(y)), i, 2, how.training);
    const auto added = random().shortcut(x.again(), i, how.training);
    return add(random().branch(y, i, how.training), added);
  }

  void add_reduction(std::size_t stage, std::int64_t out) {
    weights().begin_layer();
    const auto name = fmt::format("stages.{}.downsample", stage);
    LayerNorm norm(weights(), name + ".0", out / 2, kEpsilon);
    Convolution convolution(weights(), name + ".1", out / 2, out, {.kernel = 2, .stride = 2},
                            /*has_bias=*/true);
    reductions_.push_back({std::move(norm), std::move(convolution)});
  }

  void add_block(const std::string& name, std::int64_t width, double scale, bool begins_layer) {
    if (begins_layer) weights().begin_layer();
    LayerScale gamma(weights(), name + ".gamma", width, scale);
    Convolution depthwise(weights(), name + ".conv_dw", width, width,
                          Window::same(kKernel, 1, width), /*has_bias=*/true);
    LayerNorm norm(weights(), name + ".norm", width, kEpsilon);
    Linear expand(weights(), name + ".mlp.fc1", width, kExpansion * width);
    Linear project(weights(), name + ".mlp.fc2", kExpansion * width, width);
    const auto starts = begins_layer ? std::nullopt : std::optional(reductions_.size() - 1);
    blocks_.emplace_back(starts, Block{std::move(depthwise), std::move(norm), std::move(expand),
                                       std::move(project), std::move(gamma)});
  }

  Convolution patches_;
  LayerNorm first_;
  std::vector<Reduction> reductions_;
  /// With the reduction before it, where there is one.
  std::vector<std::pair<std::optional<std::size_t>, Block>> blocks_;
  std::optional<LayerNorm> last_;
  std::optional<Linear> classify_;
};

}  // namespace

std::unique_ptr<Network> build(const ConvNeXt& options, const Task& task, std::uint64_t seed) {
  check(options);
  return std::make_unique<ConvNeXtNetwork>(options, task, seed);
}

}  // namespace temper::model
