#include <fmt/format.h>
#include <fmt/ranges.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "commands.h"
#include "temper/core/error.h"
#include "temper/recipe/describe.h"

namespace temper::cli {
namespace {

void explain(const std::string& name, bool as_json) {
  const auto found = recipe::look_up(recipe::catalogue(), name);
  if (found.size() > 1) {
    std::vector<std::string> names;
    for (const auto& technique : found) names.push_back(technique.sort + "." + technique.name);
    throw Error(Code::usage, fmt::format("'{}' names several techniques: use {}", name,
                                         fmt::join(names, " or ")));
  }
  if (as_json)
    fmt::print("{}\n", recipe::explain_json(found.front()).dump(2));
  else
    fmt::print("{}", recipe::explain_text(found.front()));
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
