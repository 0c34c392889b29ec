#include "temper/study/definition/describe.h"

#include <algorithm>
#include <array>
#include <functional>
#include <string>
#include <variant>

#include "temper/recipe/catalogue.h"
#include "temper/study/definition/study.h"

namespace temper::study {
namespace {

constexpr std::string_view kBase = "base.";

constexpr std::string_view kStudyExample = R"(base = "fashion-mnist.toml"
mode = "additive"
seeds = 5
tune = ["optimizer.lr"]
figures = ["validation.loss", "gap.loss", "seconds"])";

constexpr std::string_view kRowExample = R"([[row]]
name = "label smoothing"
tag = "regularization"
set.loss.label_smoothing = { smoothing = 0.1 })";

constexpr std::string_view kLengthExample = R"([[length]]
name = "30 epochs"
set.epochs = 30
rows = ["label smoothing"])";

constexpr std::string_view kClaimExample = R"([[claim]]
text = "Label smoothing improves calibration"
source = "Mueller et al. 2019"
figure = "calibration_error.equal_width"
row = "label smoothing"
expect = "lower")";

template <class Section>
recipe::Technique section(std::string_view name, std::string_view summary,
                          std::string_view example) {
  return recipe::described({.category = "study",
                            .name = std::string(name),
                            .path = name == "study" ? "" : std::string(name),
                            .summary = std::string(summary),
                            .example = std::string(example)},
                           fresh_group<Section>());
}

}  // namespace

std::vector<recipe::Technique> sections() {
  return {section<Study>("study",
                         "The keys of a study file: a base recipe, rows that each change it, and "
                         "how they are compared. `temper ablate` runs it.",
                         kStudyExample),
          section<Row>("row", "One row of a study: changes to the base recipe.", kRowExample),
          section<Length>("length",
                          "Another length of the run, at which the base and some rows of a study "
                          "are trained once more.",
                          kLengthExample),
          section<Claim>("claim", "A claim about two rows of a study, which the study tests.",
                         kClaimExample)};
}

recipe::EditCompletion complete_study_edit(std::string_view typed) {
  // The tables [[row]], [[length]] and [[claim]] are edited in the file alone.
  auto keys = fresh_group<Study>();
  constexpr std::array<std::string_view, 3> tables{"row", "length", "claim"};
  std::erase_if(keys.items, [&](const Item& item) {
    return std::ranges::find(tables, item.meta.name) != tables.end();
  });
  return complete_edit_with_base(typed, keys);
}

recipe::EditCompletion complete_edit_with_base(std::string_view typed, const Group& keys) {
  if (typed.starts_with(kBase)) {
    auto found = recipe::complete_edit(typed.substr(kBase.size()));
    for (auto& candidate : found.candidates) candidate.text.insert(0, kBase);
    return found;
  }
  auto found = recipe::complete_edit(typed, keys);
  if (kBase.starts_with(typed))
    found.candidates.push_back({std::string(kBase), "options of the base recipe"});
  return found;
}

}  // namespace temper::study
