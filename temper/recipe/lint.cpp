// Warnings about options that are valid but probably a mistake.
#include "temper/recipe/lint.h"

#include <fmt/format.h>

#include <algorithm>

#include "temper/core/parse_number.h"
#include "temper/optim/evaluation_weights.h"
#include "temper/recipe/late.h"
#include "temper/recipe/recipe.h"

namespace temper::recipe {
namespace {

using Texts = std::vector<std::string>;

std::string_view optimizer_kind(const Recipe& recipe) {
  return std::visit([](const auto& rule) { return rule.kind; }, recipe.optimizer);
}

Texts no_learning(const LintSubject& subject) {
  const auto& recipe = subject.recipe;
  const bool driven = recipe.schedules.contains("optimizer.lr");
  if (driven ||
      std::visit([](const auto& optimizer) { return optimizer.lr != 0; }, recipe.optimizer))
    return {};
  return {"optimizer.lr = 0: nothing is learned"};
}

Texts no_whole_batch(const LintSubject& subject) {
  const auto& data = subject.recipe.data;
  const auto larger_than = [&](std::string_view what, std::int64_t images) {
    return Texts{
        fmt::format("data.batch_size = {} is larger than {}{}: there is no whole batch to "
                    "train on",
                    data.batch, what, images)};
  };
  if (data.limit > 0 && data.batch > data.limit) return larger_than("data.limit = ", data.limit);
  if (subject.images && data.batch > *subject.images)
    return larger_than("the number of training images, ", *subject.images);
  return {};
}

Texts beside_own_average(const LintSubject& subject) {
  const auto& recipe = subject.recipe;
  if ((!recipe.lookahead && !recipe.max_norm) || !optim::evaluates_average(recipe.optimizer))
    return {};
  return {fmt::format(
      "{} with optimizer.kind = \"{}\": it changes the weights that are trained, but not the "
      "iterate that the optimizer averages, which no paper describes; remove it",
      recipe.lookahead ? "lookahead" : "max_norm", optimizer_kind(recipe))};
}

Texts second_average(const LintSubject& subject) {
  const auto& recipe = subject.recipe;
  if (recipe.averaging.empty() || !optim::evaluates_average(recipe.optimizer)) return {};
  return {fmt::format(
      "averaging with optimizer.kind = \"{}\": this average of the weights that are trained is "
      "evaluated in place of the optimizer's own average; remove averaging",
      optimizer_kind(recipe))};
}

Texts no_validation(const LintSubject& subject) {
  const auto lacking = subject.without_validation();
  if (lacking.empty()) return {};
  return {
      fmt::format("{}all images are used for training, so overfitting can't be measured", lacking)};
}

Texts slow_average(const LintSubject& subject) {
  Texts texts;
  if (!subject.horizon) return texts;
  const auto steps = subject.horizon->total_steps;
  const auto& recipe = subject.recipe;
  const auto& averaging = recipe.averaging;
  for (std::size_t i = 0; i < averaging.size(); ++i) {
    const auto* ema = std::get_if<regularize::Ema>(&averaging[i]);
    if (ema == nullptr || ema->warmup != regularize::EmaWarmup::none) continue;
    const auto path = fmt::format("averaging.{}.decay", i);
    const auto driven = recipe.schedules.find(path);
    const bool scheduled = driven != recipe.schedules.end();
    const bool rescaled = ema->rescale != regularize::EmaRescale::none;
    double decay = ema->decay;
    if (scheduled) decay = schedule::range(driven->second, *subject.horizon).second;
    if (rescaled)
      decay = regularize::rescaled_decay(*ema, recipe.data.batch, subject.horizon->epochs());
    const double memory = static_cast<double>(ema->every) / (1 - decay);
    if (memory > static_cast<double>(steps) / 3)
      texts.push_back(fmt::format(
          "{} {} {}{}: the average spans about {:.0f} steps of a run of {}, so the {} weights stay "
          "in it; lower it, or add warmup = \"tensorflow\"",
          path, scheduled ? "reaches" : "=", rescaled ? ema->decay : decay,
          rescaled ? fmt::format(", rescaled to {:.8g}", decay) : "", memory, steps,
          scheduled ? "early" : "initial"));
  }
  return texts;
}

bool is_warmup(const Late& late) {
  return late.path.ends_with(".warmup");
}

/// Where the run's length in steps is not known, warm-ups that are given in epochs.
Texts long_warmup(const LintSubject& subject) {
  Texts texts;
  if (subject.horizon) {
    for (const auto& late : late_options(subject.recipe, *subject.horizon))
      if (is_warmup(late)) texts.push_back(to_text(late));
    return texts;
  }
  const auto epochs = static_cast<double>(subject.epochs());
  for (const auto& [path, value] : subject.values) {
    if (!path.ends_with(".warmup.epochs") || epochs == 0) continue;
    if (const auto length = subject.number(path); length && *length >= epochs)
      texts.push_back(
          fmt::format("{} = {}: it does not end within the run of {} epochs; shorten "
                      "it, or train for longer",
                      path, *length, epochs));
  }
  return texts;
}

Texts without_effect(const LintSubject& subject) {
  Texts texts;
  if (!subject.horizon) return texts;
  for (const auto& late : late_options(subject.recipe, *subject.horizon))
    if (!is_warmup(late)) texts.push_back(to_text(late));
  return texts;
}

constexpr std::array<LintRule, 8> kWarnings{{
    {"no-learning", Severity::warning, "A learning rate of 0 changes no weight.", "", no_learning},
    {"no-whole-batch", Severity::warning,
     "An epoch has whole batches alone, and here there are fewer images than one has.", "",
     no_whole_batch},
    {"beside-own-average", Severity::warning,
     "Schedule-free optimizers train one iterate and evaluate its average, which such a change "
     "does not reach.",
     "Defazio et al. 2024, The road less scheduled, arXiv:2405.15682", beside_own_average},
    {"second-average", Severity::warning,
     "The optimizer's average is what its paper evaluates; a second one lags behind it.",
     "Defazio et al. 2024, The road less scheduled, arXiv:2405.15682", second_average},
    {"no-validation", Severity::warning,
     "The gap between training and validation is what shows overfitting.", "", no_validation},
    {"average-too-slow", Severity::warning,
     "An exponential moving average forgets its start after several times 1 / (1 - decay) "
     "updates.",
     "Polyak, Juditsky 1992, Acceleration of stochastic approximation by averaging", slow_average},
    {"warm-up-too-long", Severity::warning,
     "The schedule after the warm-up is what lets a run converge; papers warm up for a few percent "
     "of the run.",
     "Goyal et al. 2017, Accurate, large minibatch SGD, arXiv:1706.02677", long_warmup},
    {"without-effect", Severity::warning, "The run ends before the option first has an effect.", "",
     without_effect},
}};

}  // namespace

LintSubject::LintSubject(const Recipe& of, std::optional<schedule::Horizon> length,
                         const Recipe* teacher_recipe)
    : recipe(of), horizon(length), teacher(teacher_recipe) {
  for (auto& fact : facts(recipe)) values.emplace(fact.path, std::move(fact.value));
}

bool LintSubject::is(std::string_view path, std::string_view value) const {
  const auto found = values.find(path);
  return found != values.end() && found->second == value;
}

std::optional<double> LintSubject::number(std::string_view path) const {
  const auto found = values.find(path);
  if (found == values.end()) return std::nullopt;
  return parse_number<double>(found->second);
}

std::int64_t LintSubject::epochs() const {
  if (horizon) return horizon->epochs();
  return recipe.epochs;
}

std::string_view LintSubject::without_validation() const {
  const auto& data = recipe.data;
  if (data.validation != 0 || data.folds != 0 || has_validation.value_or(false)) return "";
  return has_validation.has_value()
             ? "data.validation = 0: "
             : "data.validation = 0: unless the data has a validation set of its own, ";
}

std::vector<const LintRule*> lint_rules() {
  std::vector<const LintRule*> rules;
  for (const auto& rule : kWarnings) rules.push_back(&rule);
  for (const auto& rule : advice_rules()) rules.push_back(&rule);
  return rules;
}

std::vector<Finding> lint_findings(const LintSubject& subject) {
  std::vector<Finding> findings;
  for (const auto* rule : lint_rules())
    for (auto& text : rule->found(subject)) findings.push_back({rule, std::move(text)});
  return findings;
}

std::vector<std::string> lint(const LintSubject& subject) {
  std::vector<std::string> texts;
  for (auto& finding : lint_findings(subject))
    if (finding.rule->severity == Severity::warning) texts.push_back(std::move(finding.text));
  return texts;
}

std::vector<std::string> lint(const Recipe& recipe) {
  return lint(LintSubject(recipe));
}

std::vector<std::string> lint(const Recipe& recipe, const schedule::Horizon& horizon) {
  return lint(LintSubject(recipe, horizon));
}

}  // namespace temper::recipe
