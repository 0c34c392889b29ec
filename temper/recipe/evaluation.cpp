#include "temper/recipe/evaluation.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <vector>

#include "temper/core/error.h"
#include "temper/core/spelling.h"
#include "temper/recipe/recipe.h"
#include "temper/recipe/text.h"

namespace temper::recipe {

std::optional<TestTimeAugmentation> parse_tta(const std::string& text) {
  if (text.starts_with('{')) {
    try {
      return parse("", "--tta", {"evaluation.tta=" + text}).evaluation.tta;
    } catch (const Error& error) {
      throw Error(error.code(), {.file = "--tta"}, error.message());
    }
  }
  TestTimeAugmentation tta;
  if (text == "none") return std::nullopt;
  if (text == "flip") return tta;
  tta.crops = augment::Crops::five;
  if (text == "ten_crop") return tta;
  tta.flip = false;
  if (text == "five_crop") return tta;
  throw Error(
      Code::usage, {.file = "--tta"},
      fmt::format("unknown augmentation \"{}\": {}; or a table, such as {{ scales = [1.15] "
                  "}}",
                  text,
                  suggestion(text, {"none", "flip", "five_crop", "ten_crop"}, "expected one of")));
}

std::string tta_text(const std::optional<TestTimeAugmentation>& tta) {
  if (!tta) return "none";
  auto options = *tta;
  TestTimeAugmentation defaults;
  const auto chosen = group(options).items;
  const auto usual = group(defaults).items;
  std::vector<std::string> parts;
  for (std::size_t i = 0; i < chosen.size(); ++i) {
    const auto value = value_text(chosen[i].slot, "", {});
    if (chosen[i].meta.name == "flip" || value != value_text(usual[i].slot, "", {}))
      parts.push_back(fmt::format("{} = {}", chosen[i].meta.name, value));
  }
  return fmt::format("{{ {} }}", fmt::join(parts, ", "));
}

}  // namespace temper::recipe
