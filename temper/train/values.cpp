#include "temper/train/values.h"

#include <fmt/format.h>

#include <string_view>
#include <variant>

#include "temper/core/error.h"
#include "temper/recipe/text.h"

namespace temper::train {
namespace {

[[noreturn]] void refuse(const recipe::Recipe& recipe, std::string_view option,
                         std::string_view what) {
  throw Error(Code::usage,
              fmt::format("{}{}", recipe::place(recipe.places, std::string(option)), what));
}

void check_loss(const recipe::Recipe& recipe) {
  if (std::holds_alternative<loss::Huber>(recipe.loss) ||
      std::holds_alternative<loss::Custom>(recipe.loss))
    return;
  const auto* mse = std::get_if<loss::Mse>(&recipe.loss);
  if (mse == nullptr)
    refuse(recipe, "loss.kind",
           fmt::format("loss.kind = \"{}\" for regression targets; expected mse, huber or custom",
                       std::visit([](const auto& loss) { return loss.kind; }, recipe.loss)));
  if (mse->true_value != 1 || mse->true_weight != 1)
    refuse(recipe, "loss.kind",
           fmt::format("loss.true_value = {} and loss.true_weight = {} for regression targets; "
                       "they are for classes, expected 1",
                       mse->true_value, mse->true_weight));
}

}  // namespace

void check_for_values(const recipe::Recipe& recipe) {
  check_loss(recipe);
  const auto leave_out = [&](bool given, std::string_view option, std::string_view why) {
    if (given) refuse(recipe, option, fmt::format("{} for regression targets; {}", option, why));
  };
  leave_out(recipe.distillation.has_value(), "distillation",
            "it compares class probabilities, leave it out");
  leave_out(recipe.consistency.has_value(), "consistency",
            "it compares class probabilities, leave it out");
  constexpr auto kByLoss = "there is no accuracy, expected validation_loss";
  leave_out(recipe.checkpoint.best == recipe::Best::validation_accuracy,
            "checkpoint.best = validation_accuracy", kByLoss);
  leave_out(recipe.early_stopping &&
                recipe.early_stopping->measure == regularize::StopMeasure::validation_accuracy,
            "early_stopping.measure = validation_accuracy", kByLoss);
  for (const auto& [path, schedule] : recipe.schedules)
    if (const auto* plateau = std::get_if<schedule::Plateau>(&schedule))
      leave_out(plateau->measure == schedule::PlateauMeasure::validation_accuracy,
                fmt::format("{}.measure = validation_accuracy", path), kByLoss);
}

std::vector<double> in_units(const data::Source& source, std::int64_t i,
                             const data::ValueScale& scale) {
  std::vector<double> values;
  for (const double value : source.values(i)) {
    const auto k = values.size();
    values.push_back(value * scale.deviation.at(k) + scale.mean.at(k));
  }
  return values;
}

std::string truth_text(const data::Source& source, std::int64_t i, const data::ValueScale& scale) {
  if (const auto label = source.label(i); label >= 0)
    return source.classes()[static_cast<std::size_t>(label)];
  std::string text;
  for (const double value : in_units(source, i, scale))
    text += fmt::format("{}{:.6g}", text.empty() ? "" : ", ", value);
  return text.empty() ? "no label" : text;
}

}  // namespace temper::train
