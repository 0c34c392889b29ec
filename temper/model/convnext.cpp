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

Window patches(std::int64_t side) {
  return {.kernel = side, .stride = side};
}

/// A strided convolution with a bias and without overlap, and its normalization.
struct Reduction {
  LayerNorm normalise;
  Convolution convolve;
};

struct Block {
  std::optional<Reduction> reduce;  ///< before the first block of a stage
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
                 patches(patch_size_of(options, task)), /*has_bias=*/true),
        first_(weights(), "stem.1", options.width, kEpsilon) {
    make_blocks(options.depths, [&](std::size_t stage, std::size_t i) {
      const auto width = options.width << stage;
      const auto name = fmt::format("stages.{}", stage);
      std::optional<Reduction> reduce;
      if (stage > 0 && i == 0) reduce = reduction(name + ".downsample", width);
      add_block(fmt::format("{}.blocks.{}", name, i), width, options.layer_scale,
                std::move(reduce));
    });
    const auto width = options.width << (options.depths.size() - 1);
    last_.emplace(weights(), "head.norm", width, kEpsilon);
    classify_.emplace(weights(), "head.fc", width, task.classes, ParameterKind::head);
  }

 protected:
  [[nodiscard]] Value logits(const Value& images) const override {
    const auto training = mode(0).training;
    auto x = first_(patches_(random().input(images, training)));
    x = random().stem(x, training);
    x = through_blocks(std::move(x),
                       [this](std::size_t i, const Value& y) { return through(i, y); });
    return (*classify_)(random().head((*last_)(mean(x)), training));
  }

 private:
  [[nodiscard]] Value through(std::size_t i, const Value& input) const {
    const auto how = block_mode(i);
    const auto& block = blocks_[i];
    const auto& reduce = block.reduce;
    auto x = reduce ? reduce->convolve(reduce->normalise(input)) : input;
    if (random().skips(i, how.training)) return x;
    auto y = random().convolved(block.depthwise(x), i, 0, how.training);
    y = activate(block.expand(block.normalise(y)), Activation::gelu);
    y = random().convolved(y, i, 1, how.training);
    y = random().convolved(block.gamma(block.project(y)), i, 2, how.training);
    const auto added = random().shortcut(x.again(), i, how.training);
    return add(random().branch(y, i, how.training), added);
  }

  Reduction reduction(const std::string& name, std::int64_t out) {
    LayerNorm norm(weights(), name + ".0", out / 2, kEpsilon);
    Convolution convolution(weights(), name + ".1", out / 2, out, patches(2), /*has_bias=*/true);
    return {std::move(norm), std::move(convolution)};
  }

  void add_block(const std::string& name, std::int64_t width, double scale,
                 std::optional<Reduction> reduce) {
    LayerScale gamma(weights(), name + ".gamma", width, scale);
    Convolution depthwise(weights(), name + ".conv_dw", width, width,
                          Window::same(kKernel, 1, width), /*has_bias=*/true);
    LayerNorm norm(weights(), name + ".norm", width, kEpsilon);
    Linear expand(weights(), name + ".mlp.fc1", width, kExpansion * width);
    Linear project(weights(), name + ".mlp.fc2", kExpansion * width, width);
    blocks_.push_back({std::move(reduce), std::move(depthwise), std::move(norm), std::move(expand),
                       std::move(project), std::move(gamma)});
  }

  Convolution patches_;
  LayerNorm first_;
  std::vector<Block> blocks_;
  std::optional<LayerNorm> last_;
  std::optional<Linear> classify_;
};

}  // namespace

std::int64_t patch_size_of(const ConvNeXt& options, const Task& task) {
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

std::unique_ptr<Network> build(const ConvNeXt& options, const Task& task, std::uint64_t seed) {
  check(options);
  return std::make_unique<ConvNeXtNetwork>(options, task, seed);
}

std::int64_t number_of_stages(const ConvNeXt& options, const Task& /*task*/) {
  return std::ssize(options.depths) + 1;
}

}  // namespace temper::model
