#include "temper/train/values.h"

#include <fmt/format.h>

#include "temper/core/error.h"
#include "temper/recipe/text.h"

namespace temper::train {

void check_regression(const recipe::Recipe& recipe) {
  for (const auto& fact : recipe::facts(recipe))
    if (!fact.instead.empty())
      throw Error(Code::usage, recipe::place(recipe.places, fact.path),
                  fmt::format("{} = {} for regression targets; it needs class labels, {}",
                              fact.path, fact.value, fact.instead));
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

std::string target_text(const data::Source& source, std::int64_t i, const data::ValueScale& scale) {
  if (const auto label = source.label(i); label >= 0)
    return source.classes()[static_cast<std::size_t>(label)];
  std::string text;
  for (const double value : in_units(source, i, scale))
    text += fmt::format("{}{:.6g}", text.empty() ? "" : ", ", value);
  return text.empty() ? "no label" : text;
}

}  // namespace temper::train
