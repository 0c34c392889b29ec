#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <variant>

#include "temper/core/error.h"
#include "temper/io/format/json_text.h"
#include "temper/recipe/tree.h"
#include "temper/report/number.h"
#include "temper/report/sections.h"

namespace temper::report {
namespace {

/// Quoted for a POSIX shell where necessary.
std::string shell_word(const std::string& word) {
  constexpr std::string_view plain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./=:,+@%";
  if (!word.empty() && word.find_first_not_of(plain) == std::string::npos) return word;
  std::string quoted = "'";
  for (const char c : word)
    if (c == '\'')
      quoted += "'\\''";
    else
      quoted += c;
  return quoted + "'";
}

std::string command_line(const nlohmann::json& environment) {
  const auto command = environment.find("command");
  if (command == environment.end() || !command->is_array()) return "";
  std::string line;
  for (const auto& word : *command)
    if (word.is_string()) line += (line.empty() ? "" : " ") + shell_word(word.get<std::string>());
  return line;
}

/// The seed in the resolved recipe; empty when it is missing.
std::string seed_of(const std::string& text) {
  try {
    auto tree = recipe::parse_toml(text, "recipe.toml");
    const auto seed = recipe::take(tree.table(), "seed");
    const auto* const value = seed ? std::get_if<std::int64_t>(&seed->value) : nullptr;
    return value != nullptr ? std::to_string(*value) : "";
  } catch (const Error&) {
    return "";
  }
}

std::string value_text(const nlohmann::json& value) {
  if (value.is_string()) return value.get<std::string>();
  return io::json_text(value);
}

struct EnvironmentRow {
  const char* key;
  std::string_view text;
};
constexpr std::array<EnvironmentRow, 13> kEnvironment{{{"temper", "temper"},
                                                       {"commit", "Commit"},
                                                       {"libtorch", "LibTorch"},
                                                       {"libjpeg_turbo", "libjpeg-turbo"},
                                                       {"device", "Device"},
                                                       {"precision", "Precision"},
                                                       {"cpu", "Processor"},
                                                       {"instruction_set", "Instruction set"},
                                                       {"threads", "Threads"},
                                                       {"loader_threads", "Loader threads"},
                                                       {"system", "System"},
                                                       {"started", "Started"},
                                                       {"command", "Command"}}};

/// Known keys with their names in a fixed order, followed by all others.
Html environment_rows(const nlohmann::json& environment) {
  Html rows;
  std::set<std::string> told{"command"};
  const auto row = [&](std::string_view name, const nlohmann::json& value) {
    rows += html(R"(<tr><th scope="row">{}</th><td class="text">{}</td></tr>)", name,
                 value_text(value));
  };
  for (const auto& [key, name] : kEnvironment)
    if (environment.contains(key) && told.insert(key).second) row(name, environment[key]);
  for (const auto& [key, value] : environment.items())
    if (!told.contains(key)) row(key, value);
  return rows;
}

/// Where the last epoch is incomplete, its length.
std::string last_epoch(const train::Started& start) {
  const auto rest = start.steps_per_epoch > 0 ? start.total_steps % start.steps_per_epoch : 0;
  return rest > 0 ? ", the last of " + counted(rest, "step") : "";
}

Html how(const ReportData& facts) {
  const auto& run = facts.run;
  const auto folder = shell_word(run.directory.filename().string());
  Html text;
  if (const auto line = command_line(run.environment); !line.empty())
    text +=
        html(R"(<p>This run was started by</p><pre class="command"><code>{}</code></pre>)", line);
  if (!run.recipe.empty())
    text += html(
        R"(<p>The resolved recipe, shown below and stored in the run directory, reproduces the
        weights bit for bit with the same version, instruction set and number of threads:</p><pre
        class="command"><code>temper train {}/recipe.toml</code></pre>)",
        folder);
  Html list;
  if (run.start && !run.start->fingerprint.empty())
    list += html(
        "<div><dt>Fingerprint</dt><dd><code>{}</code><small>hash of the options that change the "
        "results, the numerics version, and the names, labels and sizes of the images; of their "
        "bytes: data_contents in environment.json</small></dd></div>",
        run.start->fingerprint);
  if (const auto seed = seed_of(run.recipe); !seed.empty())
    list += html("<div><dt>Seed</dt><dd>{}</dd></div>", seed);
  if (run.start && run.start->batch > 0)
    list += html("<div><dt>Schedule</dt><dd>{}<small>{} of {}{}, batches of {}</small></dd></div>",
                 counted(run.start->total_steps, "step"), counted(run.start->epochs, "epoch"),
                 counted(run.start->steps_per_epoch, "step"), last_epoch(*run.start),
                 counted(run.start->batch, "image"));
  if (!list.markup.empty()) text += html(R"(<dl class="facts">{}</dl>)", list);
  return text;
}

}  // namespace

Html reproduce_section(const ReportData& facts) {
  const auto& run = facts.run;
  Html body = how(facts);
  if (!run.recipe.empty())
    body += html(
        R"(<figure><h3>Recipe</h3><pre class="recipe scroll tall"
        tabindex="0"><code>{}</code></pre></figure>)",
        run.recipe);
  if (run.environment.is_object() && !run.environment.empty())
    body += html(
        R"(<figure><h3>Environment</h3><div class="scroll" tabindex="0"><table
        class="environment"><tbody>{}</tbody></table></div></figure>)",
        environment_rows(run.environment));
  if (body.markup.empty()) return {};
  return html(R"(<section id="reproduce"><h2>Reproducibility</h2>{}</section>)", body);
}

}  // namespace temper::report
