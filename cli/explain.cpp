#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "commands.h"
#include "temper/recipe/describe.h"

namespace temper::cli {
namespace {

void explain(const std::string& name, bool as_json) {
  const auto technique = recipe::look_up_one(recipe::catalogue(), name);
  if (as_json)
    fmt::print("{}\n", recipe::explain_json(technique).dump(2));
  else
    fmt::print("{}", recipe::explain_text(technique));
}

}  // namespace

void add_explain(const Command& app) {
  const auto command = app.command(
      "explain", "Describe a technique: formula, options, paper, how to use it in a recipe");
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
