#include "temper/model/airbench.h"

#include <ATen/core/grad_mode.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>

#include "temper/core/error.h"
#include "temper/model/layered_network.h"
#include "temper/model/whitening.h"

namespace temper::model {
namespace {

// Of the whitening layer.
constexpr std::int64_t kKernel = 2, kImages = 5000;
constexpr double kWhiteningEpsilon = 5e-4;

constexpr std::size_t kGroups = 3;
constexpr std::int64_t kGroupPool = 2, kLastPool = 3;  // pixels
constexpr double kEpsilon = 1e-12;                     // of BatchNorm
constexpr std::array<std::int64_t, kGroups> kDepths{1, 1, 1};

struct Form {
  std::array<std::int64_t, kGroups> widths;
  double momentum;  ///< PyTorch's
  std::int64_t convolutions;
};

Form published(AirbenchVariant variant) {
  switch (variant) {
    case AirbenchVariant::airbench94:
      break;
    case AirbenchVariant::airbench95:
      return {.widths = {128, 384, 384}, .momentum = 1 - 0.6, .convolutions = 2};
    case AirbenchVariant::airbench96:
      return {.widths = {128, 384, 512}, .momentum = kNormMomentum, .convolutions = 3};
  }
  return {.widths = {64, 256, 256}, .momentum = 1 - 0.6, .convolutions = 2};
}

Form form_of(const Airbench& options) {
  auto form = published(options.variant);
  if (!options.widths.empty()) std::ranges::copy(options.widths, form.widths.begin());
  if (options.batchnorm_momentum > 0) form.momentum = 1 - options.batchnorm_momentum;
  return form;
}

void check(const Airbench& options, const Task& task) {
  if (!options.widths.empty() && options.widths.size() != kGroups)
    throw Error(Code::usage, {.option = "model.widths"},
                fmt::format("model.widths = [{}]: expected the widths of {} groups",
                            fmt::join(options.widths, ", "), kGroups));
  if (task.height < kKernel || task.width < kKernel)
    throw Error(
        Code::usage, {.option = "model.kind"},
        fmt::format("model.kind = \"airbench\": the first convolution needs images of {0} x "
                    "{0} pixels or more, not of {1} x {2}",
                    kKernel, task.height, task.width));
  if (options.variant == AirbenchVariant::airbench96) return;
  const auto refuse = [&](const std::string& option) {
    throw Error(Code::usage, {.option = option},
                fmt::format("{}: {} has no shortcuts around which to drop or perturb branches; "
                            "model.variant = \"airbench96\" has",
                            option, name_of(options.variant)));
  };
  if (options.stochastic_depth) refuse("model.stochastic_depth");
  if (options.shake_drop) refuse("model.shake_drop");
}

/// The maximum of each square of that side, or of as much as there is of a smaller map.
Value pool(const Value& x, std::int64_t side) {
  const auto [height, width] = x.sides();
  const auto kernel = std::min({side, height, width});
  return max_pool(x, {.kernel = kernel, .stride = kernel});
}

struct Group {
  Convolution convolve;
  BatchNorm normalise;
  std::vector<ConvNorm> rest;  ///< around the last two there is a shortcut, if there are two
};

/// The whitening layer is layer 0 in the sense of Parameter::layer, every group is a layer.
class AirbenchNetwork final : public LayeredNetwork {
 public:
  AirbenchNetwork(const Airbench& options, const Task& task, std::uint64_t seed)
      : LayeredNetwork(seed, RandomLayers(static_cast<const RandomOptions&>(options), kDepths),
                       Initialisation::dirac),
        channels_(task.channels),
        whiten_bias_epochs_(options.whiten_bias_epochs),
        scaling_factor_(options.scaling_factor),
        whiten_(whitening_layer(task.channels)) {
    const auto form = form_of(options);
    auto in = whiten_.weight.parameter().size(0);
    make_blocks(kDepths, [&](std::size_t group, std::size_t /*i*/) {
      add_group(fmt::format("{}", group + 2), in, form.widths.at(group), form);
      in = form.widths.at(group);
    });
    classify_.emplace(weights(), "7", in, task.classes, ParameterKind::head, /*has_bias=*/false);
    freeze_bias();
  }

  void freeze(std::int64_t count) override {
    LayeredNetwork::freeze(count);
    freeze_bias();
  }

  void begin_epoch(std::int64_t epoch) override {
    epoch_ = epoch;
    freeze_bias();
  }

  [[nodiscard]] std::int64_t initial_images() const override { return kImages; }

  void initialise_from(const ImageBatches& next) override {
    Whitening whitening(channels_, kKernel);
    for (auto images = next(); images.defined(); images = next()) whitening.add(images);
    const at::NoGradGuard guard;
    whiten_.weight.parameter().copy_(whitening.filters(kWhiteningEpsilon));
  }

 protected:
  [[nodiscard]] Value logits(const Value& images) const override {
    const auto training = mode(0).training;
    auto x = activate(whiten_(random().input(images, training)), Activation::gelu);
    x = random().stem(x, training);
    x = through_blocks(std::move(x),
                       [this](std::size_t i, const Value& y) { return through(i, y); });
    const auto features = random().head(mean(pool(x, kLastPool)), training);
    return multiply((*classify_)(features), scaling_factor_);
  }

 private:
  [[nodiscard]] Value through(std::size_t i, const Value& input) const {
    const auto how = block_mode(i);
    const auto& [convolve, normalise, rest] = groups_[i];
    auto x = normalise(pool(convolve(input), kGroupPool), how, Activation::gelu, /*consumes=*/true);
    x = random().convolved(x, i, 0, how.training);
    if (rest.size() > 1) return around(i, x);
    return random().convolved(rest.front()(x, how, Activation::gelu), i, 1, how.training);
  }

  /// The last two convolutions of a group of three, and their shortcut.
  [[nodiscard]] Value around(std::size_t i, const Value& x) const {
    const auto how = block_mode(i);
    const auto& rest = groups_[i].rest;
    const auto shortcut = random().shortcut(x.again(), i, how.training);
    if (random().skips(i, how.training)) return activate(shortcut, Activation::gelu);
    const auto y = random().convolved(rest.front()(x, how, Activation::gelu), i, 1, how.training);
    if (!random().alters_branch(i, how.training))
      return rest.back()(y, how, Activation::gelu, shortcut);
    const auto branch = random().convolved(rest.back()(y, how), i, 2, how.training);
    return add(random().branch(branch, i, how.training), shortcut, Activation::gelu);
  }

  Convolution whitening_layer(std::int64_t channels) {
    const auto patch = channels * kKernel * kKernel;
    auto filters = weights().fixed_convolution("0.weight", {2 * patch, channels, kKernel, kKernel},
                                               /*groups=*/1);
    return {weights(), "0", std::move(filters), {.kernel = kKernel}, /*has_bias=*/true};
  }

  void add_group(const std::string& name, std::int64_t in, std::int64_t out, const Form& form) {
    const auto convolution = [&](std::int64_t index, std::int64_t from) {
      return Convolution(weights(), fmt::format("{}.conv{}", name, index), from, out,
                         Window::same(3));
    };
    const auto norm = [&](std::int64_t index) {
      return BatchNorm(weights(), fmt::format("{}.norm{}", name, index), out, /*gamma=*/1, kEpsilon,
                       form.momentum, /*trains_gamma=*/false);
    };
    auto first = convolution(1, in);
    auto first_norm = norm(1);
    std::vector<ConvNorm> rest;
    for (std::int64_t index = 2; index <= form.convolutions; ++index) {
      auto next = convolution(index, out);
      rest.emplace_back(std::move(next), norm(index));
    }
    groups_.push_back({std::move(first), std::move(first_norm), std::move(rest)});
  }

  void freeze_bias() {
    const auto& bias = whiten_.bias->parameter();
    bias.set_requires_grad(epoch_ < whiten_bias_epochs_ && !is_frozen(0));
  }

  std::int64_t channels_;
  std::int64_t whiten_bias_epochs_;
  std::int64_t epoch_ = 0;
  double scaling_factor_;
  Convolution whiten_;
  std::vector<Group> groups_;
  std::optional<Linear> classify_;
};

}  // namespace

std::vector<Onset> Airbench::onsets(const Horizon& run) const {
  const auto trained =
      static_cast<double>(whiten_bias_epochs) * static_cast<double>(run.steps_per_epoch);
  return {Onset::in(run, "whiten_bias_epochs", trained + 1,
                    "the bias of the whitening layer is trained in all epochs")};
}

std::unique_ptr<Network> build(const Airbench& options, const Task& task, std::uint64_t seed) {
  check(options, task);
  return std::make_unique<AirbenchNetwork>(options, task, seed);
}

std::int64_t number_of_stages(const Airbench& /*options*/, const Task& /*task*/) {
  return std::ssize(kDepths) + 1;
}

}  // namespace temper::model
