#include "temper/recipe/contradictions.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <exception>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "temper/augment/pipeline/operation.h"
#include "temper/core/error.h"
#include "temper/model/random_layers.h"

namespace temper::recipe {
namespace {

[[noreturn]] void refuse(const std::string& option, const std::string& message) {
  throw Error(Code::usage, {.option = option}, message);
}

void check_label_counts(const Recipe& recipe) {
  const auto& data = recipe.data;
  if (data.labels != 0 && data.labelled != 1)
    refuse("data.labels", fmt::format("data.labels = {} and data.labelled = {}; give the number or "
                                      "the fraction of the labels that are kept",
                                      data.labels, data.labelled));
}

/// Pretrained weights may bring those of the two that the recipe leaves out.
void check_normalization(const Recipe& recipe) {
  if (recipe.pretrained) return;
  const auto& mean = recipe.data.mean;
  const auto& deviation = recipe.data.std;
  if (mean.size() != deviation.size())
    refuse("data.mean", fmt::format("data.mean has {} numbers and data.std {}; expected one for "
                                    "each channel in both of them, or none",
                                    mean.size(), deviation.size()));
}

void check_train_size(const Recipe& recipe) {
  constexpr auto path = "data.train_size";
  const auto side = recipe.data.train_size;
  // With a schedule the run looks at every step.
  if (side == 0 || side >= kLeastTrainSize - 0.5 || recipe.schedules.contains(path)) return;
  refuse(path, fmt::format("{} = {:g}; expected {} pixels or more: it is a side in pixels, not a "
                           "fraction of data.size",
                           path, side, kLeastTrainSize));
}

void check_consistency(const Recipe& recipe) {
  if (!recipe.consistency) return;
  const auto operations = std::ssize(recipe.data.augment);
  if (recipe.consistency->first_view > operations)
    refuse("consistency.first_view",
           fmt::format("consistency.first_view = {}, but data.augment has {} operations; expected "
                       "0 to {}, or -1 for all",
                       recipe.consistency->first_view, operations, operations));
}

/// Options that contradict each other, for as many classes as the loss has weights for.
void check_loss(const Recipe& recipe) {
  const auto classes = std::visit(
      [](const auto& loss) -> std::int64_t {
        if constexpr (requires { loss.class_weights; })
          if (!loss.class_weights.empty()) return std::ssize(loss.class_weights);
        return 1000;
      },
      recipe.loss);
  loss::check(recipe.loss, classes);
}

/// What mixing of features can't be together with.
void check_manifold(const Recipe& recipe) {
  const auto refuse_both = [](const std::string& option, const std::string& why) {
    refuse(option, fmt::format("{} with manifold_mixup: {}; leave one of them out, or use mixup",
                               option, why));
  };
  if (recipe.data.micro_batches > 1)
    refuse_both("data.micro_batches",
                fmt::format("it mixes what the network gives for images of the whole batch, and "
                            "with data.micro_batches = {} these are not in the same pass",
                            recipe.data.micro_batches));
  if (recipe.adversarial)
    refuse_both("adversarial", "it is not defined whether the attack sees what is mixed");
  if (recipe.consistency)
    refuse_both("consistency", "it is not defined which views are mixed with one another");
  if (recipe.semi)
    refuse_both("semi", "labeled and unlabeled images may be in one pass, and are not to be mixed");
  if (recipe.distillation)
    refuse_both("distillation", "the teacher would see images that are not mixed");
}

void check_mixing(const Recipe& recipe) {
  if (!recipe.mixing) return;
  // With data.batch_per_rank the batch depends on the number of processes.
  constexpr std::int64_t any_batch = 1 << 20;
  mix::check(*recipe.mixing, "mixing",
             recipe.data.batch_per_rank > 0 ? any_batch : recipe.data.batch);
  if (mix::last_stage(*recipe.mixing) > 0) check_manifold(recipe);
  const auto* squares = std::get_if<loss::Mse>(&recipe.loss);
  if (squares != nullptr && squares->true_weight != 1)
    refuse("loss.true_weight",
           fmt::format("loss.true_weight = {} weights the logit of the true class, but a mixed "
                       "image has several classes; set it to 1, choose another loss, or leave "
                       "mixing out",
                       squares->true_weight));
}

void check_adversarial(const Recipe& recipe) {
  if (!recipe.adversarial) return;
  const auto limit = adversarial::limit_of(*recipe.adversarial);
  constexpr auto radius = "adversarial.radius";
  if (limit.norm == adversarial::Norm::linf && limit.radius > 1 &&
      !recipe.schedules.contains(radius))
    refuse(radius, fmt::format("{} = {:.6g}, but images are at most 1 apart in the norm linf; "
                               "samples are in [0, 1], so write 8/255 as 0.0314",
                               radius, limit.radius));
  if (recipe.consistency)
    refuse("consistency",
           "consistency with adversarial: there is no published definition of which of an image's "
           "views are attacked; leave one of them out");
  if (recipe.distillation)
    refuse("distillation",
           "distillation with adversarial: the teacher would see attacked images, for which it was "
           "not trained; leave one of them out");
  if (std::holds_alternative<adversarial::FreeTraining>(*recipe.adversarial) &&
      recipe.schedules.contains("data.train_size"))
    refuse("data.train_size",
           "data.train_size has a schedule, and with adversarial.kind = \"free\" the perturbation "
           "goes on from step to step, for images of one size; leave the schedule out, or use "
           "adversarial.kind = \"pgd\"");
}

/// Techniques whose definition for two streams is not published.
void check_beside_semi(const Recipe& recipe) {
  if (recipe.consistency)
    refuse("consistency",
           "consistency with semi: both have views of their own of every image; leave one of them "
           "out");
  if (recipe.adversarial)
    refuse("adversarial",
           "adversarial with semi: an attack needs the label of its image; leave one of them out");
  if (recipe.distillation)
    refuse("distillation",
           "distillation with semi: the teacher's answers are for labeled images only; leave one "
           "of them out");
  if (recipe.sam)
    refuse("sam",
           "sam with semi: it is not defined which weights guess the labels of unlabeled images, "
           "those of the step or the perturbed ones; leave one of them out");
  if (recipe.mixing && std::holds_alternative<semi::MixMatch>(recipe.semi->method))
    refuse("mixing",
           "mixing with semi.method = \"mixmatch\", which mixes all images of a step itself; leave "
           "mixing out");
}

void check_semi(const Recipe& recipe) {
  if (!recipe.semi) return;
  const auto& options = *recipe.semi;
  const bool softmax = std::holds_alternative<loss::CrossEntropy>(recipe.loss) ||
                       std::holds_alternative<loss::Poly1>(recipe.loss) ||
                       std::holds_alternative<loss::Focal>(recipe.loss) ||
                       std::holds_alternative<loss::Custom>(recipe.loss);
  if (!softmax)
    refuse("loss.kind",
           "semi with a loss that is not of softmax probabilities: the targets of unlabeled images "
           "are such probabilities; use cross_entropy, poly1 or focal");
  check_beside_semi(recipe);
  const bool strong = semi::views_of(options.method).strong;
  if (strong && options.strong.empty())
    refuse("semi.augment",
           "semi.method has a strongly augmented view and semi.augment has no operations; list "
           "them, as in semi.augment = [{ kind = \"rand_augment\" }, { kind = \"cutout\" }]");
  if (!strong && !options.strong.empty())
    refuse("semi.augment",
           "semi.augment is given and semi.method has weakly augmented views only, by "
           "data.augment; leave it out");
  augment::check_options(options.strong, "semi.augment");
  if (statistics_of(options) == SemiStatistics::interleaved && recipe.data.micro_batches > 1)
    refuse("semi.batch_norm",
           fmt::format("semi.batch_norm = \"interleaved\" exchanges images within the whole batch, "
                       "and data.micro_batches is {}; set it to 1, or use \"all\"",
                       recipe.data.micro_batches));
}

/// Weights of other trainings that are asked for without saying where they are.
void check_origins(const Recipe& recipe) {
  if (recipe.pretrained && recipe.pretrained->from.empty() && recipe.pretrained->weights.empty())
    refuse("pretrained.from",
           "pretrained.from: no weights are named; expected a folder with config.json and "
           "model.safetensors, a run directory, or a .safetensors or .pth file");
  if (recipe.distillation && recipe.distillation->from.empty() &&
      recipe.distillation->teacher.empty())
    refuse("distillation.from",
           "distillation.from: no teacher is given; expected the directory of a finished run, such "
           "as \"runs/teacher\", a folder with config.json, a file of tensors, or a table of "
           "logits");
}

void check_frozen_stages(const model::Freeze& freeze, std::int64_t stages) {
  if (freeze.stages <= stages) return;
  refuse("freeze.stages",
         fmt::format("freeze.stages is {}, and the network {}", freeze.stages,
                     stages == 0 ? "has no stages: leave freeze out, or define them in a network "
                                   "of your own (model::Network::stages)"
                                 : fmt::format("has {}, including the stem; expected at most that",
                                               stages)));
}

void check_mixed_stages(const mix::Mixing& mixing, std::int64_t stages) {
  const auto blocks = std::max<std::int64_t>(stages - 1, 0);
  for (std::size_t i = 0; i < mixing.methods.size(); ++i) {
    const auto* manifold = std::get_if<mix::ManifoldMixup>(&mixing.methods[i]);
    if (manifold == nullptr) continue;
    const auto option = fmt::format("mixing.methods.{}.stages", i);
    for (const auto stage : manifold->stages)
      if (stage > blocks)
        refuse(option,
               fmt::format("{} has stage {}, and the network {}", option, stage,
                           blocks == 0 ? "has no stages of blocks: expected [0], which mixes the "
                                         "images"
                                       : fmt::format("has {} stages of blocks; expected at most "
                                                     "that",
                                                     blocks)));
  }
}

/// The network of a recipe with pretrained weights may be that of the weights, and that of a C++
/// program is not known.
void check_network(const Recipe& recipe) {
  if (recipe.pretrained || std::holds_alternative<model::Custom>(recipe.model)) return;
  check_stages(recipe, most_stages(recipe));
  if (const auto* random = model::random_options(recipe.model)) {
    auto options = *random;
    options.dropout.clear();  // its places are names of the network's layers
    constexpr std::array<std::int64_t, 1> blocks{1};
    (void)model::RandomLayers(std::move(options), blocks);
  }
}

/// Whether all pieces have their lengths in the unit of the run's length: otherwise it depends on
/// the data whether they add up to it.
bool adds_up(const schedule::Schedule& schedule, bool in_steps) {
  const auto* curve = std::get_if<schedule::Piecewise>(&schedule);
  return curve == nullptr || std::ranges::all_of(curve->pieces, [&](const auto& piece) {
           return in_steps ? piece.epochs == 0 : piece.steps == 0;
         });
}

/// What check_lengths() finds with epochs of that many steps.
std::optional<Error> misfit(const Recipe& recipe, std::int64_t steps_per_epoch) {
  try {
    check_lengths(recipe, horizon_of(recipe, steps_per_epoch));
  } catch (const Error& error) {
    return error;
  }
  return std::nullopt;
}

/// Lengths that don't fit into the run, however many steps an epoch has. They grow with the number
/// of steps as the run does, so that one that neither fits with the fewest nor with the most steps
/// never does.
void check_run_length(const Recipe& recipe) {
  constexpr std::int64_t shown = 100;
  constexpr std::int64_t longest = 1'000'000'000;  // as horizon_of()
  (void)horizon_of(recipe, 1);
  for (const auto& [path, schedule] : recipe.schedules)
    if (!adds_up(schedule, recipe.steps > 0)) return;
  const auto found = misfit(recipe, shown);
  if (!found) return;
  for (const auto steps : {std::int64_t{1}, longest / std::max<std::int64_t>(recipe.epochs, 1)})
    if (const auto other = misfit(recipe, steps);
        !other || other->where().option != found->where().option)
      return;
  throw Error(found->code(), found->where(),
              fmt::format("{} (in steps: with epochs of {}; it does not fit with any other number)",
                          found->message(), shown));
}

}  // namespace

void check_contradictions(const Recipe& recipe) {
  with_places(recipe.places, [&] {
    check_label_counts(recipe);
    check_normalization(recipe);
    check_train_size(recipe);
    augment::check_options(recipe.data.augment, "data.augment");
    check_consistency(recipe);
    check_loss(recipe);
    check_semi(recipe);
    check_mixing(recipe);
    check_adversarial(recipe);
    check_origins(recipe);
  });
}

void check_stages(const Recipe& recipe, std::int64_t stages) {
  with_places(recipe.places, [&] {
    if (recipe.freeze) check_frozen_stages(*recipe.freeze, stages);
    if (recipe.mixing) check_mixed_stages(*recipe.mixing, stages);
  });
}

std::int64_t most_stages(const Recipe& recipe) {
  std::vector<std::int64_t> sides{32, 224};
  if (const auto size = recipe.data.size.value) sides.assign(1, *size);
  std::optional<std::int64_t> most;
  std::exception_ptr refused;
  for (const auto side : sides) try {
      const auto stages =
          model::number_of_stages(recipe.model, {.channels = 3, .height = side, .width = side});
      most = std::max(most.value_or(0), stages);
    } catch (const Error&) {
      refused = std::current_exception();
    }
  if (!most) std::rethrow_exception(refused);
  return *most;
}

void check_without_data(const Recipe& recipe) {
  check_contradictions(recipe);
  with_places(recipe.places, [&] {
    check_network(recipe);
    check_run_length(recipe);
  });
}

}  // namespace temper::recipe
