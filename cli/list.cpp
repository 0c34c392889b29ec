#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "commands.h"
#include "temper/recipe/describe.h"

namespace temper::cli {
namespace {

struct Options {
  std::string category;
  bool as_json = false;
  bool as_markdown = false;
};

void list(const Options& options) {
  const auto techniques = recipe::catalogue();
  if (options.as_markdown)
    fmt::print("{}", recipe::markdown(techniques));
  else if (options.as_json)
    fmt::print("{}\n", recipe::list_json(techniques, options.category).dump(2));
  else
    fmt::print("{}", recipe::list_text(techniques, options.category));
}

}  // namespace

void add_list(const Command& app) {
  const auto command = app.command("list", "List the available techniques by category");
  auto options = std::make_shared<Options>();
  command.option("category", options->category, "only this category, for example optimizer")
      .called("CATEGORY");
  command.flag("--json", options->as_json, "print as JSON");
  command.flag("--markdown", options->as_markdown,
               "print all techniques with their options as Markdown, as in docs/recipes.md");
  command.run([options] { list(*options); });
}

}  // namespace temper::cli
