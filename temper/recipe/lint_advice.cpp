// Options that the literature speaks against. Each rule is a small function in the table below.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <variant>

#include "temper/optim/lr_scaling.h"
#include "temper/recipe/lint.h"

namespace temper::recipe {
namespace {

using Texts = std::vector<std::string>;

constexpr std::int64_t kFewEpochs = 30;
constexpr std::int64_t kManyEpochs = 300;
constexpr std::size_t kStrong = 3;  ///< so many regularizing methods are strong regularization

constexpr std::array<std::string_view, 6> kPolicies{
    "\"rand_augment\"",         "\"auto_augment\"", "\"fast_auto_augment\"",
    "\"trivial_augment_wide\"", "\"augmix\"",       "\"three_augment\""};
constexpr std::array<std::string_view, 2> kErasing{"\"random_erasing\"", "\"cutout\""};

/// Whether a rate, probability or weight is one that has an effect; also one that has a schedule.
bool acts(const LintSubject& subject, std::string_view path) {
  return subject.number(path) != 0.0;
}

/// Whether an augmentation, and those that it is within, have a probability above 0.
/// @param operation  its path, "data.augment.0.operations.1"
bool is_applied(const LintSubject& subject, std::string_view operation) {
  constexpr std::string_view kWithin = ".operations.";
  for (;;) {
    if (!acts(subject, fmt::format("{}.p", operation))) return false;
    const auto outer = operation.rfind(kWithin);
    if (outer == std::string_view::npos) return true;
    operation = operation.substr(0, outer);
  }
}

/// Whether one of the augmentations, also one within another, is of one of these kinds.
template <std::size_t n>
bool augments_by(const LintSubject& subject, const std::array<std::string_view, n>& kinds) {
  constexpr std::string_view kKind = ".kind";
  return std::ranges::any_of(subject.values, [&](const auto& value) {
    const std::string_view path = value.first;
    return path.starts_with("data.augment.") && path.ends_with(kKind) &&
           std::ranges::find(kinds, value.second) != kinds.end() &&
           is_applied(subject, path.substr(0, path.size() - kKind.size()));
  });
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

/// The regularizing methods of the recipe, besides weight decay and simple augmentation.
std::vector<std::string_view> regularizers(const LintSubject& subject) {
  std::vector<std::string_view> found;
  if (smooths(subject)) found.emplace_back("label smoothing");
  const auto add = [&](std::string_view technique, std::string_view strength,
                       std::string_view name) {
    if (subject.is(technique, "true") && acts(subject, fmt::format("{}.{}", technique, strength)))
      found.push_back(name);
  };
  add("loss.confidence_penalty", "beta", "a confidence penalty");
  if (has_dropout(subject)) found.emplace_back("dropout");
  add("model.stochastic_depth", "drop_path_rate", "stochastic depth");
  add("model.shake_drop", "rate", "ShakeDrop");
  add("mixing", "p", "mixing");
  add("semi", "method.weight", "learning from unlabeled images");
  if (augments_by(subject, kPolicies)) found.emplace_back("an augmentation policy");
  if (augments_by(subject, kErasing)) found.emplace_back("random erasing");
  return found;
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
  const auto found = regularizers(subject);
  if (epochs == 0 || epochs >= kFewEpochs || found.size() < kStrong || subject.recipe.pretrained)
    return {};
  return {fmt::format("{} in a run of {} epochs; train for longer, or leave some of them out",
                      fmt::join(found, ", "), epochs)};
}

Texts weak_and_long(const LintSubject& subject) {
  if (subject.epochs() < kManyEpochs || !regularizers(subject).empty()) return {};
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
      !has_dropout(subject) || !augments_by(subject, kPolicies))
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

/// The highest learning rate of the run, as it is applied.
double highest_rate(const LintSubject& subject, double lr) {
  const auto& recipe = subject.recipe;
  const auto driven = recipe.schedules.find("optimizer.lr");
  if (driven != recipe.schedules.end()) {
    constexpr std::int64_t kSteps = 100;  // of an epoch whose length is not known
    const auto length = subject.horizon.value_or(
        schedule::Horizon{kSteps, kSteps * std::max<std::int64_t>(1, recipe.epochs)});
    lr = schedule::range(driven->second, length).second;
  }
  return recipe.lr_scaling ? lr * optim::factor(*recipe.lr_scaling, recipe.data.batch) : lr;
}

/// By the linear rule of Goyal et al.: 0.1 for 256 images with momentum 0.9, whose step is ten
/// times that without momentum.
Texts rate_not_scaled(const LintSubject& subject) {
  constexpr double kFar = 8;
  const auto& recipe = subject.recipe;
  const auto* sgd = std::get_if<optim::Sgd>(&recipe.optimizer);
  if (sgd == nullptr || sgd->momentum >= 1 || recipe.pretrained ||
      std::holds_alternative<model::Custom>(recipe.model))
    return {};
  const double rate = highest_rate(subject, sgd->lr);
  const double usual = (1 - sgd->momentum) * static_cast<double>(recipe.data.batch) / 256;
  if (rate <= 0 || (rate < usual * kFar && rate > usual / kFar)) return {};
  return {
      fmt::format("the highest optimizer.lr is {:.3g} for batches of {} with momentum {}; the "
                  "linear scaling rule gives {:.2g}; scale it, or have lr_scaling do so",
                  rate, recipe.data.batch, sgd->momentum, usual)};
}

Texts probe_of_other_statistics(const LintSubject& subject) {
  const auto& recipe = subject.recipe;
  if (!model::probes_head(recipe.pretrained) || recipe.pretrained->norm_eval ||
      std::holds_alternative<model::ConvNeXt>(recipe.model) ||
      std::holds_alternative<model::Custom>(recipe.model))
    return {};
  return {
      "pretrained.head = \"probe\", and BatchNorm normalizes with the statistics of each batch; "
      "set "
      "pretrained.norm_eval = true and a lower learning rate, or compare both on validation"};
}

/// Whether a source is named as the test set of a data set.
bool is_test_set(const std::string& source) {
  auto path = std::filesystem::path(source).lexically_normal();
  if (!path.has_filename()) path = path.parent_path();
  const auto name = path.stem().string();
  return name == "test" || name == "t10k" || name == "test_batch";
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
  if (data.validation == 0 && data.folds == 0)
    texts.emplace_back(
        "data.validation = 0: unless the data has a validation set of its own, the "
        "test set has the only score; choose options with a validation set, and "
        "leave it out in the final run alone");
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
