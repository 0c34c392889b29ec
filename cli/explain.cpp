#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "commands.h"
#include "temper/recipe/describe.h"
#include "temper/study/definition/describe.h"

namespace temper::cli {
namespace {

void explain(const std::string& name, bool as_json) {
  auto all = recipe::catalogue();
  for (auto& section : study::sections()) all.push_back(std::move(section));
  const auto technique = recipe::look_up_one(all, name);
  if (as_json)
    fmt::print("{}\n", recipe::explain_json(technique).dump(2));
  else
    fmt::print("{}", recipe::explain_text(technique));
}

}  // namespace

void add_explain(const Command& app) {
  const auto command = app.command(
      "explain",
      "Describe a technique: formula, options, paper, how to use it in a recipe; or a section of "
      "a study file: study, row, length, claim");
  auto name = std::make_shared<std::string>();
  auto as_json = std::make_shared<bool>(false);
  command
      .option("name", *name,
              "a name from 'temper list', or with its category, for example model.custom")
      .called("TECHNIQUE")
      .required();
  command.flag("--json", *as_json, "print as JSON");
  command.run([name, as_json] { explain(*name, *as_json); });
}

}  // namespace temper::cli
