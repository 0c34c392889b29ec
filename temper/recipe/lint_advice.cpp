// Options that the literature speaks against. Each rule is a small function in the table below.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <span>
#include <string_view>
#include <variant>

#include "temper/augment/pipeline/policy.h"
#include "temper/core/error.h"
#include "temper/core/set_name.h"
#include "temper/optim/lr_scaling.h"
#include "temper/recipe/contradictions.h"
#include "temper/recipe/late.h"
#include "temper/recipe/lint.h"

namespace temper::recipe {
namespace {

using Texts = std::vector<std::string>;

constexpr std::int64_t kFewEpochs = 30;
constexpr std::int64_t kManyEpochs = 300;
constexpr std::size_t kStrong = 3;  ///< so many regularizing methods are strong regularization

/// Whether a rate, probability or weight is one that has an effect; also one that has a schedule.
bool acts(const LintSubject& subject, std::string_view path) {
  return subject.number(path) != 0.0;
}

using Wanted = bool (*)(const augment::Operation&);

/// Whether one of these augmentations, or one within another, is wanted. One that is never applied,
/// because its probability or that of one that it is within is 0, does not count.
/// @param list  the path of the operations, "data.augment.0.operations"
bool applies(const LintSubject& subject, std::span<const augment::Operation> operations,
             const std::string& list, Wanted wanted) {
  for (std::size_t i = 0; i < operations.size(); ++i) {
    const auto path = fmt::format("{}.{}", list, i);
    if (!acts(subject, fmt::format("{}.p", path))) continue;
    const bool is_within = std::visit(
        [&](const auto& options) {
          if constexpr (requires { options.operations; })
            return applies(subject, options.operations, fmt::format("{}.operations", path), wanted);
          else
            return false;
        },
        operations[i]);
    if (is_within || wanted(operations[i])) return true;
  }
  return false;
}

bool augments_by(const LintSubject& subject, Wanted wanted) {
  return applies(subject, subject.recipe.data.augment, "data.augment", wanted);
}

bool is_erasing(const augment::Operation& operation) {
  return std::holds_alternative<augment::RandomErasing>(operation) ||
         std::holds_alternative<augment::Cutout>(operation);
}

bool has_dropout(const LintSubject& subject) {
  return std::ranges::any_of(subject.values, [&](const auto& value) {
    const std::string_view path = value.first;
    return path.starts_with("model.dropout.") && path.ends_with(".kind") &&
           acts(subject, fmt::format("{}.p", path.substr(0, path.rfind('.'))));
  });
}

bool smooths(const LintSubject& subject) {
  return subject.is("loss.label_smoothing", "true") &&
         subject.number("loss.label_smoothing.smoothing").value_or(1) > 0;
}

/// Whether a technique that may be left out is there and has an effect.
/// @param strength  its rate, probability or weight, if it has this option
bool is_on(const LintSubject& subject, std::string_view technique, std::string_view strength) {
  return subject.is(technique, "true") && acts(subject, fmt::format("{}.{}", technique, strength));
}

/// The methods of the recipe that regularize and slow the fit, besides weight decay and simple
/// augmentation.
std::vector<std::string_view> slowing_regularizers(const LintSubject& subject) {
  std::vector<std::string_view> found;
  const auto add = [&](bool is_used, std::string_view name) {
    if (is_used) found.push_back(name);
  };
  add(smooths(subject), "label smoothing");
  add(is_on(subject, "loss.confidence_penalty", "beta"), "a confidence penalty");
  add(has_dropout(subject), "dropout");
  add(is_on(subject, "model.stochastic_depth", "drop_path_rate"), "stochastic depth");
  add(is_on(subject, "model.shake_drop", "rate"), "ShakeDrop");
  add(is_on(subject, "mixing", "p"), "mixing");
  add(is_on(subject, "consistency", "weight"), "consistency regularization");
  add(is_on(subject, "adversarial", "beta"), "adversarial training");  // TRADES has a beta
  add(is_on(subject, "semi", "method.weight"), "learning from unlabeled images");
  add(augments_by(subject, augment::is_policy), "an augmentation policy");
  add(augments_by(subject, is_erasing), "random erasing");
  return found;
}

/// Whether the recipe has one that does not. An L2 penalty is weight decay.
bool regularizes_otherwise(const LintSubject& subject) {
  return is_on(subject, "distillation", "weight") ||
         is_on(subject, "distillation.features", "weight") || is_on(subject, "sam", "rho") ||
         is_on(subject, "penalty", "l1") || is_on(subject, "max_norm", "limit") ||
         is_on(subject, "gradient_noise", "eta");
}

Texts smoothed_teacher(const LintSubject& subject) {
  const auto& distillation = subject.recipe.distillation;
  if (!distillation || distillation->weight == 0 || subject.teacher == nullptr ||
      !std::holds_alternative<loss::SoftDistillation>(distillation->teaching) ||
      !smooths(LintSubject(*subject.teacher)))
    return {};
  return {
      "distillation.from is a run that was trained with loss.label_smoothing; train the teacher "
      "without it"};
}

Texts strong_and_short(const LintSubject& subject) {
  const auto epochs = subject.epochs();
  const auto found = slowing_regularizers(subject);
  if (epochs == 0 || epochs >= kFewEpochs || found.size() < kStrong || subject.recipe.pretrained)
    return {};
  return {fmt::format("{} in a run of {} epochs; train for longer, or leave some of them out",
                      fmt::join(found, ", "), epochs)};
}

Texts weak_and_long(const LintSubject& subject) {
  if (subject.epochs() < kManyEpochs || subject.recipe.pretrained ||
      !slowing_regularizers(subject).empty() || regularizes_otherwise(subject))
    return {};
  return {
      fmt::format("{} epochs without any regularization besides weight decay and simple "
                  "augmentation; add label smoothing, stochastic depth or rand_augment, or "
                  "train for fewer epochs",
                  subject.epochs())};
}

Texts decay_not_lowered(const LintSubject& subject) {
  const auto* sgd = std::get_if<optim::Sgd>(&subject.recipe.optimizer);
  const auto decay = subject.number("optimizer.weight_decay");
  if (sgd == nullptr || !decay || *decay < 1e-4 || subject.recipe.pretrained ||
      !has_dropout(subject) || !augments_by(subject, augment::is_policy))
    return {};
  return {
      fmt::format("optimizer.weight_decay = {} with dropout and an augmentation policy; try a "
                  "lower one, such as {:.1g}",
                  *decay, *decay * 0.4)};
}

/// Whether the learning rate falls over the whole run.
bool anneals(const LintSubject& subject) {
  constexpr std::array<std::string_view, 5> schedules{"\"cosine\"", "\"linear\"", "\"polynomial\"",
                                                      "\"one_cycle\"", "\"warmup_stable_decay\""};
  return std::ranges::any_of(
      schedules, [&](std::string_view kind) { return subject.is("optimizer.lr.schedule", kind); });
}

Texts stopped_annealing(const LintSubject& subject) {
  if (!subject.recipe.early_stopping || !anneals(subject)) return {};
  return {
      fmt::format("early_stopping with optimizer.lr.schedule = {}; leave it out and choose the "
                  "number of epochs, or use a plateau schedule",
                  subject.values.at("optimizer.lr.schedule"))};
}

/// The highest value of a number over the run.
/// @param constant  its value where it has no schedule
double highest(const LintSubject& subject, const std::string& path, double constant) {
  constexpr std::int64_t kSteps = 100;  // of an epoch whose length is not known
  const auto& recipe = subject.recipe;
  const auto driven = recipe.schedules.find(path);
  if (driven == recipe.schedules.end()) return constant;
  const auto length = subject.horizon.value_or(
      schedule::Horizon{kSteps, kSteps * std::max<std::int64_t>(1, recipe.epochs)});
  return schedule::range(driven->second, length).second;
}

/// Whether the learning rate's warm-up does not end within the run, so that its highest value there
/// says nothing.
bool is_still_warming_up(const LintSubject& subject) {
  return subject.horizon &&
         std::ranges::any_of(late_options(subject.recipe, *subject.horizon),
                             [](const Late& late) { return late.path == "optimizer.lr.warmup"; });
}

/// By the linear rule of Goyal et al.: 0.1 for 256 images with momentum 0.9, whose step is ten
/// times that without momentum.
Texts rate_not_scaled(const LintSubject& subject) {
  constexpr double kFar = 8;
  const auto& recipe = subject.recipe;
  const auto* sgd = std::get_if<optim::Sgd>(&recipe.optimizer);
  if (sgd == nullptr || recipe.data.batch_per_rank > 0 || recipe.pretrained ||
      std::holds_alternative<model::Custom>(recipe.model) || is_still_warming_up(subject))
    return {};
  const double scale = recipe.lr_scaling ? optim::factor(*recipe.lr_scaling, recipe.data.batch) : 1;
  const double rate = scale * highest(subject, "optimizer.lr", sgd->lr);
  const double momentum = highest(subject, "optimizer.momentum", sgd->momentum);
  const double usual = (1 - momentum) * static_cast<double>(recipe.data.batch) / 256;
  if (rate <= 0 || (rate < usual * kFar && rate > usual / kFar)) return {};
  return {
      fmt::format("the highest optimizer.lr is {:.3g} for batches of {} with momentum {:g}; the "
                  "linear scaling rule gives {:.2g}; scale it, or have lr_scaling do so",
                  rate, recipe.data.batch, momentum, usual)};
}

/// The number of the network's stages. Where the options describe no network for the images, it is
/// the weights' own, of which the smallest ResNets have 4.
std::int64_t stages_of(const Recipe& recipe) try {
  return most_stages(recipe);
} catch (const Error&) {
  constexpr std::int64_t fewest = 4;
  return fewest;
}

/// Whether all BatchNorm layers are frozen for the whole run. In EfficientNet, MobileNetV3 and
/// version v2 of a ResNet one is behind the last stage, and never frozen.
bool freezes_batch_norm(const LintSubject& subject) {
  const auto& recipe = subject.recipe;
  const auto* resnet = std::get_if<model::ResNet>(&recipe.model);
  if (!recipe.freeze || resnet == nullptr || resnet->version == model::Version::v2) return false;
  const auto& [stages, epochs] = *recipe.freeze;
  return (epochs == 0 || epochs == subject.epochs()) && stages >= stages_of(recipe);
}

Texts probe_of_other_statistics(const LintSubject& subject) {
  const auto& recipe = subject.recipe;
  if (!model::probes_head(recipe.pretrained) || recipe.pretrained->norm_eval ||
      std::holds_alternative<model::ConvNeXt>(recipe.model) ||
      std::holds_alternative<model::Custom>(recipe.model) || freezes_batch_norm(subject))
    return {};
  return {
      "pretrained.head = \"probe\", and BatchNorm normalizes with the statistics of each batch; "
      "set "
      "pretrained.norm_eval = true and a lower learning rate, or compare both on validation"};
}

/// Whether a source is named as the test set of a data set, also MNIST's and CIFAR-10's files.
bool is_test_set(const std::string& source) {
  auto path = std::filesystem::path(source).lexically_normal();
  if (!path.has_filename()) path = path.parent_path();
  const auto name = path.stem().string();
  return part_of(name) == Part::test || name == "t10k" || name == "test_batch";
}

Texts tuned_on_test(const LintSubject& subject) {
  Texts texts;
  const auto& data = subject.recipe.data;
  const auto add = [&](const std::string& option, const std::string& source) {
    if (is_test_set(source))
      texts.push_back(
          fmt::format("{} = {}: a test set is trained on; name the folder above it, "
                      "whose train and test are then kept apart",
                      option, quote(source)));
  };
  add("data.source", data.source);
  for (std::size_t i = 0; i < data.sources.size(); ++i)
    add(fmt::format("data.sources.{}.source", i), data.sources[i].source);
  if (const auto lacking = subject.without_validation(); !lacking.empty())
    texts.push_back(
        fmt::format("{}the test set has the only score; choose options with a validation set, and "
                    "leave it out in the final run alone",
                    lacking));
  return texts;
}

constexpr std::string_view kResNetRs = "Bello et al. 2021, Revisiting ResNets, arXiv:2103.07579";

constexpr std::array<LintRule, 8> kAdvice{{
    {"smoothed-teacher", Severity::advice,
     "Label smoothing erases what a network knows about the similarity of classes, which is what "
     "soft targets teach: students of smoothed teachers are worse.",
     "Müller et al. 2019, When does label smoothing help?, arXiv:1906.02629", smoothed_teacher},
    {"strong-and-short", Severity::advice,
     "Strong regularization slows the fit, which pays in long runs only: recipes for short runs "
     "use "
     "less of it.",
     "Wightman et al. 2021, ResNet strikes back, arXiv:2110.00476 (A1 for 600 epochs, A3 for 100)",
     strong_and_short},
    {"weak-and-long", Severity::advice,
     "Without more regularization a longer run overfits: 350 epochs cost a ResNet-200 0.5 points, "
     "and gained with it.",
     kResNetRs, weak_and_long},
    {"decay-not-lowered", Severity::advice,
     "Regularizing methods add up: with dropout and RandAugment, less weight decay (4e-5 for 1e-4) "
     "gained a ResNet-200 1.5 points.",
     kResNetRs, decay_not_lowered},
    {"early-stopping-annealed", Severity::advice,
     "Most of the improvement comes when the learning rate is low, which is at the end of such a "
     "schedule: a run that is stopped before has not been annealed, and its validation score until "
     "then does not tell what it would have reached.",
     "Loshchilov, Hutter 2017, SGDR, arXiv:1608.03983; Prechelt 1998, Early stopping - but when?",
     stopped_annealing},
    {"rate-not-scaled", Severity::advice,
     "A batch k times as large takes k times the learning rate for the same progress an epoch.",
     "Goyal et al. 2017, Accurate, large minibatch SGD, arXiv:1706.02677", rate_not_scaled},
    {"probe-of-other-statistics", Severity::advice,
     "The linear probe is fitted on features that BatchNorm normalizes with the running statistics "
     "of the weights. With the statistics of each batch the features differ, and the probe is less "
     "accurate on them.",
     "Chollet 2020, Transfer learning & fine-tuning, Keras developer guide; measured in "
     "docs/weights.md",
     probe_of_other_statistics},
    {"test-for-tuning", Severity::advice,
     "A score that options were chosen by is no longer that of new images: it is too good.",
     "Cawley, Talbot 2010, On over-fitting in model selection and subsequent selection bias in "
     "performance evaluation",
     tuned_on_test},
}};

}  // namespace

std::span<const LintRule> advice_rules() {
  return kAdvice;
}

}  // namespace temper::recipe
