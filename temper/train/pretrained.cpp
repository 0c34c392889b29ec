#include "temper/train/pretrained.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "temper/core/error.h"
#include "temper/model/timm_names.h"
#include "temper/train/copy_weights.h"
#include "temper/train/pretrained_weights.h"
#include "temper/train/timm_config.h"

namespace temper::train {
namespace {

constexpr std::int64_t kAnySide = 224;  // of images, where the weights don't say

[[noreturn]] void refuse(const Plan& plan, const std::string& why) {
  throw Error(Code::usage, recipe::place(plan.recipe.places, "pretrained.from"),
              fmt::format("pretrained.from: {}", why));
}

PretrainedWeights opened(const Plan& plan) {
  const auto& from = plan.recipe.pretrained->from;
  if (from.empty())
    refuse(plan,
           "no weights are named; expected a folder with config.json and model.safetensors, a run "
           "directory, or a .safetensors or .pth file");
  return open_pretrained(from);
}

std::string text_of(augment::Size size) {
  return size.height == size.width ? fmt::format("{}", size.height)
                                   : fmt::format("{} x {}", size.height, size.width);
}

std::string text_of(bool value) {
  return value ? "true" : "false";
}

/// Whether the text sets an option, or one within it that is not among `others`.
bool sets(const recipe::Places& places, std::string_view option,
          const std::vector<std::string_view>& others = {}) {
  return std::ranges::any_of(places, [&](const auto& place) {
    std::string_view path = place.first;
    if (path == option) return others.empty();
    if (!path.starts_with(option) || path.substr(option.size(), 1) != ".") return false;
    path.remove_prefix(option.size() + 1);
    const auto name = path.substr(0, path.find('.'));
    return std::ranges::find(others, name) == others.end();
  });
}

std::string text_of(const std::vector<double>& values) {
  std::vector<std::string> numbers;
  for (const auto value : values) numbers.push_back(recipe::number_text(value));
  return fmt::format("[{}]", fmt::join(numbers, ", "));
}

class Resolver {
 public:
  Resolver(Plan& plan, const PretrainedWeights& weights, std::int64_t channels)
      : plan_(plan), recipe_(plan.recipe), weights_(weights), channels_(channels) {}

  void operator()() {
    network();
    if (weights_.input)
      input(*weights_.input);
    else
      plan_.pretrained_notes.push_back(fmt::format(
          "{} does not say how its images were read: mean, std, size, crop and interpolation are "
          "those of the recipe",
          weights_.file.string()));
    if (!set_.empty())
      plan_.pretrained_notes.push_back(fmt::format("as the weights in {} were trained: {}",
                                                   recipe_.pretrained->from,
                                                   fmt::join(set_, ", ")));
  }

 private:
  /// Random layers are the recipe's in any case.
  void network() {
    if (!weights_.architecture ||
        sets(recipe_.places, "model", {"stochastic_depth", "shake_drop", "dropout"}))
      return;
    auto architecture = *weights_.architecture;
    if (const auto* options = model::random_options(recipe_.model))
      std::visit(
          [&]<class Theirs>(Theirs& theirs) {
            if constexpr (std::is_base_of_v<model::RandomOptions, Theirs>)
              static_cast<model::RandomOptions&>(theirs) = *options;
          },
          architecture);
    recipe_.model = std::move(architecture);
    set_.push_back(fmt::format("network {}", weights_.network));
  }

  void input(const TrainedInput& theirs) {
    normalisation(theirs);
    size(theirs);
    decoding(theirs);
    evaluation(theirs);
  }

  /// data.size is a square. A run's input may have another shape, that of all of its images; timm
  /// resizes pictures for one otherwise than temper does.
  void size(const TrainedInput& theirs) {
    auto& ours = recipe_.data.size.value;
    const auto trained = theirs.trained_size();
    const bool square = trained.height == trained.width;
    if (ours) {
      if (*ours != trained.height || !square)
        differs("data.size", text_of(trained), fmt::format("{}", *ours));
    } else if (!square && theirs.by_timm) {
      refuse(plan_,
             fmt::format("the weights in {} were trained at {} pixels, which data.size can't "
                         "express; set data.size to the side of the square to train at",
                         recipe_.pretrained->from, text_of(trained)));
    } else if (!square) {
      plan_.pretrained_notes.push_back(
          fmt::format("the weights were trained at {} pixels, which data.size can't express",
                      text_of(trained)));
    } else if (!sets(recipe_.places, "data.size")) {
      assign("data.size", ours, std::optional(trained.height), text_of(trained));
    }
  }

  /// Options that the data set, which is open already, was read with.
  void decoding(const TrainedInput& theirs) {
    const auto& data = recipe_.data;
    if (data.decode != theirs.decode)
      differs("data.decode", std::string(name_of(theirs.decode)),
              std::string(name_of(data.decode)));
    if (data.exif_orientation != theirs.exif_orientation)
      differs("data.exif_orientation", text_of(theirs.exif_orientation),
              text_of(data.exif_orientation));
  }

  void evaluation(const TrainedInput& theirs) {
    const recipe::Evaluation usual;
    auto& ours = recipe_.evaluation;
    evaluation_size(theirs);
    if (const auto& ratio = theirs.crop_ratio)
      follow("evaluation.crop_ratio", ours.crop_ratio, *ratio, usual.crop_ratio,
             fmt::format("{:g}", *ratio), fmt::format("{:g}", ours.crop_ratio));
    follow("evaluation.interpolation", ours.interpolation, theirs.interpolation,
           usual.interpolation, std::string(name_of(theirs.interpolation)),
           std::string(name_of(ours.interpolation)));
    follow("evaluation.antialias", ours.antialias, theirs.antialias, usual.antialias,
           text_of(theirs.antialias), text_of(ours.antialias));
    if (!theirs.crop_mode.empty())
      plan_.pretrained_notes.push_back(
          fmt::format("the weights were evaluated with crop_mode \"{}\", which temper does not "
                      "have: evaluation crops the center",
                      theirs.crop_mode));
  }

  /// A size of evaluation belongs to a size of training.
  void evaluation_size(const TrainedInput& theirs) {
    const auto trained = theirs.trained_size();
    if (!theirs.evaluated || trained.height != trained.width ||
        recipe_.data.size.value != trained.height)
      return;
    if (theirs.size().height != theirs.size().width) {
      plan_.pretrained_notes.push_back(fmt::format(
          "the weights were evaluated at {} pixels, which evaluation.size can't express",
          text_of(theirs.size())));
      return;
    }
    auto& ours = recipe_.evaluation.size.value;
    follow("evaluation.size", ours, std::optional(theirs.size().height), {}, text_of(theirs.size()),
           ours ? fmt::format("{}", *ours) : "auto");
  }

  void normalisation(const TrainedInput& theirs) {
    auto& data = recipe_.data;
    const auto mean = for_channels(theirs.normalisation.mean, channels_);
    const auto std = for_channels(theirs.normalisation.std, channels_);
    if (data.mean.empty() && data.std.empty()) {
      data.mean = mean;
      data.std = std;
      set_.push_back(fmt::format("data.mean {}", text_of(mean)));
      set_.push_back(fmt::format("data.std {}", text_of(std)));
      return;
    }
    if (!augment::agree(data.mean, mean)) differs("data.mean", text_of(mean), text_of(data.mean));
    if (!augment::agree(data.std, std)) differs("data.std", text_of(std), text_of(data.std));
  }

  template <class T>
  void assign(const char* option, T& ours, const T& theirs, const std::string& shown) {
    ours = theirs;
    set_.push_back(fmt::format("{} {}", option, shown));
  }

  /// Takes their value unless the text sets the option or it is not at its default.
  template <class T>
  void follow(const char* option, T& ours, const T& theirs, const T& usual,
              const std::string& shown, const std::string& own) {
    if (ours == theirs) return;
    if (ours == usual && !sets(recipe_.places, option))
      assign(option, ours, theirs, shown);
    else
      differs(option, shown, own);
  }

  void differs(const char* option, const std::string& theirs, const std::string& ours) {
    plan_.pretrained_notes.push_back(
        fmt::format("{} is {}, but the weights were trained with {}", option, ours, theirs));
  }

  Plan& plan_;
  recipe::Recipe& recipe_;
  const PretrainedWeights& weights_;
  std::int64_t channels_;
  std::vector<std::string> set_;
};

/// Whether an option changes what a network computes from the weights: not one of random layers,
/// initial weights or the training of some of them.
bool is_of_network(std::string_view path) {
  constexpr std::array<std::string_view, 8> others{
      "stochastic_depth", "shake_drop",         "dropout",           "init", "zero_init_last",
      "ls_init_value",    "batchnorm_momentum", "whiten_bias_epochs"};
  path.remove_prefix(path.find('.') + 1);
  return std::ranges::find(others, path.substr(0, path.find('.'))) == others.end();
}

/// What the network computes otherwise than the one that the weights are of, where it has the same
/// tensors: the dialect of its padding, blur pooling; "" for nothing.
std::string other_operations(const Plan& plan) {
  const auto& weights = *plan.pretrained;
  const auto& model = plan.recipe.model;
  if (!weights.architecture || weights.architecture->index() != model.index() ||
      model::same_network(*weights.architecture, model, plan.task))
    return "";
  recipe::Recipe ours;
  recipe::Recipe theirs;
  ours.model = model;
  theirs.model = *weights.architecture;
  std::vector<std::string> options;
  for (const auto& one : recipe::differences(ours, theirs))
    if (is_of_network(one.path))
      options.push_back(fmt::format("{} is {} instead of {}", one.path, one.left, one.right));
  if (options.empty()) return "";
  return fmt::format(
      "the network has the tensors of {}, which the weights are of, but computes otherwise: {}",
      weights.network, fmt::join(options, ", "));
}

const std::vector<std::string>& outputs_of(const Plan& plan) {
  return plan.is_regression() ? plan.train->value_names() : plan.train->classes();
}

}  // namespace

recipe::PretrainedSummary summary_of(const std::string& from, std::int64_t channels) {
  const auto weights = open_pretrained(from);
  recipe::PretrainedSummary summary{
      .from = from,
      .network = weights.network,
      .batch_norm = std::ranges::any_of(weights.views(), [](const io::TensorView& tensor) {
        return std::string_view(tensor.name).ends_with("running_mean");
      })};
  const auto set = [&](const char* option, const std::string& value) {
    summary.edits.push_back(fmt::format("{}={}", option, value));
  };
  if (weights.architecture) {
    recipe::Recipe recipe;
    recipe.model = *weights.architecture;
    set("model", recipe::model_text(recipe));
    const auto side = weights.input ? weights.input->shape.at(1) : kAnySide;
    summary.stages =
        model::number_of_stages(*weights.architecture, {.height = side, .width = side});
  }
  if (!weights.input) return summary;
  const auto& input = *weights.input;
  set("data.mean", text_of(for_channels(input.normalisation.mean, channels)));
  set("data.std", text_of(for_channels(input.normalisation.std, channels)));
  const auto trained = input.trained_size();
  const auto evaluated = input.size();
  if (trained.height == trained.width) {
    set("data.size", fmt::format("{}", trained.height));
    if (input.evaluated && evaluated.height == evaluated.width)
      set("evaluation.size", fmt::format("{}", evaluated.height));
  }
  if (input.crop_ratio) set("evaluation.crop_ratio", recipe::number_text(*input.crop_ratio));
  set("evaluation.interpolation", std::string(name_of(input.interpolation)));
  if (!input.antialias) set("evaluation.antialias", "false");
  return summary;
}

void resolve_pretrained(Plan& plan, std::int64_t channels) {
  auto& pretrained = plan.recipe.pretrained;
  if (!pretrained) return;
  const bool resolved = !pretrained->weights.empty();
  if (resolved && !std::filesystem::exists(pretrained->from)) return;
  auto weights = opened(plan);
  auto hash = hash_of(weights);
  if (resolved && hash != pretrained->weights) return;
  pretrained->weights = std::move(hash);
  plan.pretrained = std::make_shared<const PretrainedWeights>(std::move(weights));
  Resolver(plan, *plan.pretrained, channels)();
}

void try_pretrained(Plan& plan) {
  if (!plan.pretrained) return;
  const auto network =
      model::build(plan.recipe.model, plan.task, static_cast<std::uint64_t>(plan.recipe.seed));
  for (auto& note :
       copy_weights(*plan.pretrained, *network, outputs_of(plan), plan.recipe.pretrained->head))
    plan.pretrained_notes.push_back(std::move(note));
  if (auto note = other_operations(plan); !note.empty())
    plan.pretrained_notes.push_back(std::move(note));
  if (model::probes_head(plan.recipe.pretrained)) (void)last_layer(plan, *network);
}

LastLayer last_layer(const Plan& plan, const model::Network& network) {
  const auto* const weight = model::head_weight(network);
  if (weight != nullptr && weight->value.dim() == 2) {
    const auto name = weight->name.substr(0, weight->name.rfind('.') + 1) + "bias";
    const auto& all = network.parameters();
    const auto bias = std::ranges::find(all, name, &model::Parameter::name);
    if (bias != all.end()) return {weight->value, bias->value};
  }
  throw Error(Code::usage, recipe::place(plan.recipe.places, "pretrained.head"),
              "pretrained.head is probe, which needs a network whose last layer is known and has a "
              "bias; leave it at auto for this one");
}

void load_pretrained(const Plan& plan, const model::Network& network) {
  const auto& pretrained = plan.recipe.pretrained;
  if (!pretrained) return;
  if (!plan.pretrained)
    refuse(plan, fmt::format("the weights in {} are not there, or not those of this run "
                             "(pretrained.weights = \"{}\"); restore them, or start a new run",
                             pretrained->from, pretrained->weights));
  (void)copy_weights(*plan.pretrained, network, outputs_of(plan), pretrained->head);
}

}  // namespace temper::train
