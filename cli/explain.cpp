#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "commands.h"
#include "temper/augment/pipeline/timm_string.h"
#include "temper/augment/policies/magnitude_table.h"
#include "temper/core/error.h"
#include "temper/core/parse_number.h"
#include "temper/recipe/describe.h"
#include "temper/recipe/text.h"
#include "temper/study/definition/describe.h"

namespace temper::cli {
namespace {

struct Options {
  std::string name;
  std::string dialect;
  std::string magnitude;
  std::string size;
  bool as_json = false;

  [[nodiscard]] bool asks_for_magnitudes() const {
    return !dialect.empty() || !size.empty() || !magnitude.empty();
  }
};

void explain_magnitudes(const Options& options) {
  if (augment::is_timm_string(options.name))
    throw Error(Code::usage,
                fmt::format("--dialect, --magnitude and --size need the name of a policy, as in "
                            "`temper explain rand_augment --dialect timm --magnitude 9`; `temper "
                            "explain {}` alone shows which policy that string is",
                            options.name));
  const auto magnitude = parse_number<double>(options.magnitude);
  if (!magnitude && !options.magnitude.empty())
    throw Error(Code::usage,
                fmt::format("'{}' is no magnitude; expected a number, as in 9", options.magnitude));
  const auto table =
      augment::magnitude_table(options.name, options.dialect, magnitude,
                               augment::read_size(options.size.empty() ? "224" : options.size));
  if (options.as_json)
    fmt::print("{}\n", augment::to_json(table).dump(2));
  else
    fmt::print("{}", augment::to_text(table));
}

/// A policy in timm's notation, as a table of a recipe.
void explain_string(const Options& options, augment::Operation operation) {
  const auto table = recipe::value_text(slot(operation), "", {});
  if (options.as_json)
    fmt::print("{}\n", nlohmann::json{{"text", options.name}, {"operation", table}}.dump(2));
  else
    fmt::print("In a recipe\n  [data]\n  augment = [{}]\n", table);
}

void explain(const Options& options) {
  if (options.asks_for_magnitudes()) return explain_magnitudes(options);
  auto all = recipe::catalogue();
  for (auto& section : study::sections()) all.push_back(std::move(section));
  const bool is_technique =
      std::ranges::find(all, options.name, &recipe::Technique::name) != all.end();
  // A misspelled string with sections is refused with the place of the mistake.
  const bool may_be_string =
      augment::is_timm_string(options.name) || options.name.find('-') != std::string::npos;
  if (!is_technique && may_be_string)
    if (auto operation = augment::read_timm_string(options.name))
      return explain_string(options, std::move(*operation));
  const auto technique = recipe::look_up_one(all, options.name);
  if (options.as_json)
    fmt::print("{}\n", recipe::explain_json(technique).dump(2));
  else
    fmt::print("{}", recipe::explain_text(technique));
}

}  // namespace

void add_explain(const Command& app) {
  const auto command = app.command(
      "explain",
      "Describe a technique: formula, options, paper, how to use it in a recipe; a section of a "
      "study file: study, row, length, claim; or timm's string for a policy");
  auto options = std::make_shared<Options>();
  command
      .option("name", options->name,
              "a name from 'temper list', or with its category, for example model.custom; or a "
              "string such as rand-m9-mstd0.5-inc1")
      .called("TECHNIQUE")
      .required();
  command
      .option("--dialect", options->dialect,
              "of a policy such as rand_augment: show what its operations do in that dialect")
      .called("NAME");
  command
      .option(
          "--magnitude", options->magnitude,
          "of a policy: show what its operations do at that magnitude, in degrees, pixels, bits "
          "and factors, with both signs")
      .called("M");
  command
      .option("--size", options->size,
              "height and width of the images for which translations are shown, in one number or "
              "as in 32x48; 224 if not given")
      .called("PIXELS");
  command.flag("--json", options->as_json, "print as JSON");
  command.run([options] { explain(*options); });
}

}  // namespace temper::cli
