// Chooses a recipe for a data set. The numbers are those of the recipes that temper ships, scaled
// to the size of the data.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <numeric>
#include <utility>

#include "temper/core/stratify.h"
#include "temper/recipe/recipe.h"
#include "temper/recipe/starter.h"
#include "temper/recipe/starter_texts.h"

namespace temper::recipe {
namespace {

/// Classes are rebalanced when the largest has at least this many times the images of the smallest.
constexpr std::int64_t kUnbalanced = 10;
/// Peak learning rate of fine-tuning with a batch of 32; from scratch it is 0.1 with base_batch_.
constexpr double kFineTuningRate = 0.001;
/// Images up to which fine-tuning starts with a linear probe: its features, all in memory, and its
/// fit, on the CPU, grow with them.
constexpr std::int64_t kProbed = 20'000;
/// Why pictures are augmented as they are, for classes and for regression targets.
constexpr std::array<const char*, 2> kAboutCrops{
    "random resized crops and horizontal flips; remove flip where left and right matter",
    "random resized crops; remove them where size or position matter, and add flip where mirroring "
    "changes no target"};

class Chooser {
 public:
  explicit Chooser(const DataSummary& found)
      : found_(found),
        labelled_(sum(found.labelled)),
        few_(labelled_ < 50 * std::max<std::int64_t>(found.classes, 1)),
        share_(found.validation ? 0
               : few_           ? 0.2
                                : 0.1),
        held_out_(sum(stratified_counts(found.labelled, share_))) {}

  Choice operator()() {
    network();
    batch();
    epochs();
    average();
    if (found_.values > 0)
      loss();
    else
      sampling();
    validation();
    set("data.source", quote(found_.source));
    set("name", quote(found_.name.empty() ? run_name(found_.source) : found_.name));
    auto text = head() + fmt::format("# Chosen for {} training images {}:\n", found_.images,
                                     targets_text(found_.classes, found_.values));
    for (const auto& [what, why] : reasons_) text += fmt::format("#   {:<11} {}\n", what, why);
    return {text + "\n" + to_toml(parse(text_, "starter", sets_)), std::move(reasons_)};
  }

 private:
  void set(std::string_view key, std::string_view value) {
    sets_.push_back(fmt::format("{}={}", key, value));
  }
  void because(std::string what, std::string why) {
    reasons_.push_back({std::move(what), std::move(why)});
  }

  static std::int64_t sum(const std::vector<std::int64_t>& counts) {
    return std::accumulate(counts.begin(), counts.end(), std::int64_t{0});
  }

  [[nodiscard]] bool small() const { return found_.side <= kSmallImages; }
  [[nodiscard]] std::string_view device() const { return found_.gpu ? "a GPU" : "the CPU"; }

  void network() {
    if (found_.pretrained)
      pretrained_network(*found_.pretrained);
    else if (small())
      small_network();
    else
      picture_network();
  }

  /// Its last layer, which is new, is fitted or trained alone first, so that it does not disturb
  /// the others.
  void pretrained_network(const PretrainedSummary& weights) {
    text_ = kFineTuningRecipe;
    base_batch_ = 32;
    base_rate_ = kFineTuningRate;
    set("pretrained.from", quote(weights.from));
    sets_.insert(sets_.end(), weights.edits.begin(), weights.edits.end());
    const bool probed = found_.values == 0 && found_.images <= kProbed &&
                        std::ranges::count(found_.labelled, 0) + 1 < std::ssize(found_.labelled);
    if (!probed) set("pretrained.head", quote("auto"));
    if (!weights.batch_norm) set("pretrained.norm_eval", "false");
    if (!probed && weights.stages > 0)
      set("freeze", fmt::format("{{ stages = {}, epochs = 1 }}", weights.stages));
    because("network",
            fmt::format(
                "{}, which starts from the weights in {}; data.size, mean and std are those "
                "that they were trained with, crop and interpolation of evaluation theirs",
                weights.network.empty() ? "that of the recipe" : weights.network, weights.from));
    because(
        "fine-tuning",
        fmt::format(
            "{}, then all layers, the first ones at lower learning rates{}",
            probed ? "the last layer from a linear probe, before the first step"
                   : "the last layer alone in the first epoch",
            weights.batch_norm ? "; BatchNorm normalizes with the statistics of the weights" : ""));
    if (found_.values > 0)
      set("data.augment", R"([{ kind = "random_resized_crop", scale_low = 0.35 }])");
    because("augment", kAboutCrops[found_.values > 0 ? 1 : 0]);
  }

  void small_network() {
    text_ = found_.gpu ? kCifar10Recipe : kFashionMnistRecipe;
    base_batch_ = 128;
    // The same network, given by its depth, so that the depth can be changed.
    if (!found_.gpu)
      for (const auto* edit : {"model.layers=[]", "model.width=0", "model.depth=8"})
        sets_.emplace_back(edit);
    set("data.augment", fmt::format(R"([{{ kind = "pad_crop", padding = {} }}{}])",
                                    std::max<std::int64_t>(found_.side / 8, 1),
                                    found_.values > 0 ? "" : R"(, { kind = "flip" })"));
    auto size = fmt::format("images of {} pixels", found_.side);
    if (!found_.same_size) {
      const auto side = std::clamp<std::int64_t>(found_.side / 8 * 8, 16, kSmallImages);
      set("data.size", fmt::format("{}", side));
      size = fmt::format("images of different sizes, about {} pixels, resized to {}", found_.side,
                         side);
    }
    because("network", found_.gpu ? fmt::format("ResNet-20 for CIFAR: {}", size)
                                  : fmt::format("a small residual network that works at half "
                                                "resolution, for the CPU: {}",
                                                size));
    because(
        "augment",
        found_.values > 0
            ? "random shifts; no horizontal flips, as these change many targets; add flip where "
              "they do not"
            : "random shifts and horizontal flips; remove flip where left and right matter");
  }

  void picture_network() {
    text_ = kPicturesRecipe;
    base_batch_ = 256;
    const bool large = found_.gpu && found_.images >= 100'000;
    const std::int64_t most = found_.gpu ? 224 : 128;
    const auto side = std::clamp<std::int64_t>(found_.side / 32 * 32, 64, most);
    set("model.depth", large ? "50" : "18");
    set("data.size", fmt::format("{}", side));
    because("network",
            fmt::format("ResNet-{} at {} x {} pixels: the median shorter side of the images is "
                        "{}{}",
                        large ? 50 : 18, side, side, found_.side,
                        found_.gpu || found_.side < 224
                            ? ""
                            : "; at 224 training on the CPU would take three times as long"));
    if (found_.values > 0) set("data.augment", R"([{ kind = "random_resized_crop" }])");
    because("augment", kAboutCrops[found_.values > 0 ? 1 : 0]);
    because("weights",
            "random; training on photographs usually takes less time and reaches a higher accuracy "
            "from pretrained weights: --weights DIR, or those of `scripts/setup --weights`");
  }

  /// At least about 30 steps per epoch, with a batch size of 8 or more.
  void batch() {
    const auto most = found_.pretrained ? 32 : found_.gpu && !small() ? 256 : 128;
    const auto wanted = std::clamp<std::int64_t>(trained() / 32, 8, most);
    batch_ = std::min<std::int64_t>(
        static_cast<std::int64_t>(std::bit_floor(static_cast<std::uint64_t>(wanted))),
        std::max<std::int64_t>(trained(), 1));
    set("data.batch_size", fmt::format("{}", batch_));
    const double rate = base_rate_ * static_cast<double>(batch_) / static_cast<double>(base_batch_);
    set("optimizer.lr.peak", fmt::format("{:.6g}", rate));
    because("batch", fmt::format("{} images, learning rate {:.3g}: {} training images, {} steps "
                                 "per epoch",
                                 batch_, rate, trained(), trained() / batch_));
  }

  /// A total number of images, within bounds on the number of epochs.
  void epochs() {
    struct Budget {
      std::int64_t images;
      std::int64_t fewest;
      std::int64_t most;
    };
    const auto budget =
        found_.pretrained ? (found_.gpu ? Budget{300'000, 5, 30} : Budget{12'000, 4, 20})
        : small()         ? (found_.gpu ? Budget{5'000'000, 30, 200} : Budget{480'000, 8, 60})
                          : (found_.gpu ? Budget{3'000'000, 30, 150} : Budget{100'000, 10, 60});
    epochs_ = std::clamp(budget.images / std::max<std::int64_t>(trained(), 1), budget.fewest,
                         budget.most);
    set("epochs", fmt::format("{}", epochs_));
    set("optimizer.lr.warmup.epochs",
        fmt::format("{:.6g}", std::min(2.0, static_cast<double>(epochs_) / 20)));
    because("epochs", fmt::format("{}: {} images processed in total, on {}", epochs_,
                                  epochs_ * trained(), device()));
  }

  /// An average that spans up to a twentieth of the run.
  void average() {
    constexpr std::array<std::pair<double, std::int64_t>, 7> memories{{{0.9, 10},
                                                                       {0.98, 50},
                                                                       {0.99, 100},
                                                                       {0.995, 200},
                                                                       {0.998, 500},
                                                                       {0.999, 1000},
                                                                       {0.9998, 5000}}};
    const auto steps = epochs_ * std::max<std::int64_t>(trained() / batch_, 1);
    double decay = memories.front().first;
    for (const auto& [value, memory] : memories)
      if (memory <= steps / 20) decay = value;
    set("averaging.0.decay", fmt::format("{}", decay));
  }

  /// Classes without an image say nothing about the balance of the others.
  void sampling() {
    auto counts = found_.labelled;
    const auto absent = std::erase(counts, 0);
    if (counts.empty()) counts = {0};
    const auto [low, high] = std::ranges::minmax(counts);
    const auto others =
        absent == 0 ? "" : fmt::format("; {} of {} without any", absent, found_.labelled.size());
    if (low == high || low * kUnbalanced > high) {
      const auto range = low == high ? fmt::format("{}", low) : fmt::format("{} to {}", low, high);
      because("sampling", fmt::format("every image once per epoch: classes have {} images each{}",
                                      range, others));
      return;
    }
    set("data.sampling", R"({ kind = "class_balanced", power = 0.5 })");
    because("sampling",
            fmt::format("classes sampled by the square root of their size: the largest has {} "
                        "images, the smallest {}{}",
                        high, low, others));
  }

  /// The mean squared error, whose minimizer is the mean of the targets. The Huber loss, which is
  /// robust to outliers, is an edit away.
  void loss() {
    set("loss", R"({ kind = "mse" })");
    because("loss",
            "mean squared error of targets standardized to mean 0 and standard deviation 1; where "
            "there are outliers, set loss.kind to huber");
  }

  void validation() {
    if (found_.validation) {
      because("validation", "the data has its own validation set");
      return;
    }
    if (held_out_ == 0) {
      set("data.validation", "0");
      because("validation", "none: there are too few images to hold one out");
      return;
    }
    set("data.validation", fmt::format("{}", share_));
    because("validation",
            fmt::format("{:.0f}% of the training images, held out: {}", 100 * share_,
                        few_ ? "there are few images, and fewer would make the score too noisy"
                             : "enough for a score"));
  }

  /// Images that are left to train on.
  [[nodiscard]] std::int64_t trained() const { return labelled_ - held_out_; }

  const DataSummary& found_;
  std::int64_t labelled_;  ///< images
  bool few_;               ///< images of a class
  double share_;           ///< that is held out for validation
  std::int64_t held_out_;  ///< images
  std::string_view text_;
  std::vector<std::string> sets_;
  std::vector<Choice::Reason> reasons_;
  std::int64_t base_batch_ = 256;  ///< for which the learning rate is base_rate_
  double base_rate_ = 0.1;
  std::int64_t batch_ = 0;
  std::int64_t epochs_ = 0;
};

}  // namespace

std::string targets_text(std::int64_t classes, std::int64_t values) {
  if (values == 0) return fmt::format("of {} classes", classes);
  return fmt::format("with {} value{}", values, values == 1 ? "" : "s");
}

Choice choose(const DataSummary& found) {
  return Chooser(found)();
}

}  // namespace temper::recipe
