#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <functional>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "commands.h"
#include "temper/recipe/describe.h"
#include "temper/recipe/recipe.h"

namespace temper::cli {
namespace {

/// What can be completed, read from the App itself, so that it always matches the commands.
struct Flag {
  std::string name;  ///< "--set"
  std::string about;
  std::string type;  ///< "" for a flag without a value
};
struct Entry {
  std::string path;  ///< "temper recipe new"
  std::string name;
  std::string about;
  std::vector<Flag> flags;
  std::string positional;  ///< type of the positional argument; "" for none
  std::vector<Entry> commands;
};

Entry read(const CLI::App& app, const std::string& parent) {
  Entry command{
      .path = parent + app.get_name(), .name = app.get_name(), .about = app.get_description()};
  for (const auto* option : app.get_options()) {
    const auto type = option->get_items_expected_max() == 0 ? "" : option->get_type_name();
    if (option->get_positional()) command.positional = type;
    for (const auto& name : option->get_lnames())
      command.flags.push_back({"--" + name, option->get_description(), type});
  }
  for (const auto* inner : app.get_subcommands([](const CLI::App*) { return true; }))
    command.commands.push_back(read(*inner, command.path + " "));
  return command;
}

// CLI11 writes "TEXT:{raw,ema}" where only these values are accepted.
std::vector<std::string> members_of(const std::string& type) {
  const auto open = type.find(":{");
  const auto close = type.find('}', open);
  if (open == std::string::npos || close == std::string::npos) return {};
  std::istringstream list(type.substr(open + 2, close - open - 2));
  std::vector<std::string> members;
  for (std::string member; std::getline(list, member, ',');) members.push_back(member);
  return members;
}

std::vector<std::string> technique_names() {
  std::vector<std::string> names;
  const auto techniques = recipe::catalogue();
  for (const auto& technique : techniques) {
    const bool alone = recipe::look_up(techniques, technique.name).size() == 1;
    names.push_back(alone ? technique.name : technique.sort + "." + technique.name);
  }
  return names;
}

/// The possible values of a type; empty where it is a file or free text.
std::vector<std::string> words_of(const std::string& type) {
  if (type == "TECHNIQUE") return technique_names();
  if (type == "SORT") return recipe::sorts(recipe::catalogue());
  if (type != "KEY=VALUE") return members_of(type);
  std::vector<std::string> keys;
  for (const auto& fact : recipe::facts(recipe::Recipe{})) keys.push_back(fact.path + "=");
  return keys;
}

std::vector<std::string> names_of(const Entry& command) {
  std::vector<std::string> names;
  for (const auto& inner : command.commands) names.push_back(inner.name);
  return names;
}

void visit(const Entry& command, const std::function<void(const Entry&)>& see) {
  see(command);
  for (const auto& inner : command.commands) visit(inner, see);
}

// The part that finds the command being typed: the same in bash and zsh except for the name of the
// word array.
std::string path_cases(const Entry& root) {
  std::string text;
  visit(root, [&](const Entry& command) {
    if (&command != &root) text += fmt::format("      \"{0}\") at=\"{0}\" ;;\n", command.path);
  });
  return text;
}

std::string bash(const Entry& root) {
  std::string cases;
  visit(root, [&](const Entry& command) {
    std::vector<std::string> flags;
    cases += fmt::format("    \"{}\")\n      case \"$before\" in\n", command.path);
    for (const auto& flag : command.flags) {
      flags.push_back(flag.name);
      if (!flag.type.empty())
        cases += fmt::format("        {}) words=\"{}\" ;;\n", flag.name,
                             fmt::join(words_of(flag.type), " "));
    }
    auto plain = command.commands.empty() ? words_of(command.positional) : names_of(command);
    cases += fmt::format("        *) words=\"{}\"; flags=\"{}\" ;;\n      esac ;;\n",
                         fmt::join(plain, " "), fmt::join(flags, " "));
  });
  return fmt::format(R"(# bash completion for temper; in ~/.bashrc: source <(temper completion bash)
_temper() {{
  local cur="${{COMP_WORDS[COMP_CWORD]}}" before="${{COMP_WORDS[COMP_CWORD - 1]}}" at=temper words="" flags="" i
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "$at ${{COMP_WORDS[i]}}" in
{}    esac
  done
  case "$at" in
{}  esac
  if [[ $cur == -* ]]; then words=$flags; fi
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
  if [[ ${{#COMPREPLY[@]}} -eq 1 && ${{COMPREPLY[0]}} == *= ]]; then compopt -o nospace; fi
}}
complete -o default -F _temper temper
)",
                     path_cases(root), cases);
}

// Quoted for single quotes, and for zsh with its separator escaped.
std::string quoted_for(const std::string& text, bool colons) {
  std::string out;
  for (const char c : text) {
    if (c == '\'')
      out += "'\\''";
    else if (c == ':' && colons)
      out += "\\:";
    else
      out += c;
  }
  return out;
}

std::string zsh(const Entry& root) {
  std::string cases;
  visit(root, [&](const Entry& command) {
    cases += fmt::format("    \"{}\")\n      case \"$before\" in\n", command.path);
    for (const auto& flag : command.flags)
      if (!flag.type.empty())
        cases += fmt::format("        {}) plain=({}); flags=() ;;\n", flag.name,
                             words_of(flag.type).empty()
                                 ? ""
                                 : fmt::format("'{}'", fmt::join(words_of(flag.type), "' '")));
    std::vector<std::string> plain;
    for (const auto& inner : command.commands)
      plain.push_back(fmt::format("'{}:{}'", inner.name, quoted_for(inner.about, true)));
    if (plain.empty())
      for (const auto& word : words_of(command.positional))
        plain.push_back(fmt::format("'{}'", word));
    std::vector<std::string> flags;
    for (const auto& flag : command.flags)
      flags.push_back(fmt::format("'{}:{}'", flag.name, quoted_for(flag.about, true)));
    cases += fmt::format("        *) plain=({}); flags=({}) ;;\n      esac ;;\n",
                         fmt::join(plain, " "), fmt::join(flags, " "));
  });
  return fmt::format(R"(#compdef temper
# zsh completion for temper; in ~/.zshrc, after compinit: source <(temper completion zsh)
_temper() {{
  local at=temper before="${{words[CURRENT-1]}}" i
  local -a plain flags
  for ((i = 2; i < CURRENT; i++)); do
    case "$at ${{words[i]}}" in
{}    esac
  done
  case "$at" in
{}  esac
  if [[ ${{words[CURRENT]}} == -* ]]; then
    _describe option flags
  elif (( ${{#plain}} )); then
    if [[ ${{plain[1]}} == *= ]]; then compadd -S '' -- $plain; else _describe value plain; fi
  else
    _files
  fi
}}
compdef _temper temper
)",
                     path_cases(root), cases);
}

std::string fish(const Entry& root) {
  std::string text =
      "# fish completion for temper: temper completion fish > "
      "~/.config/fish/completions/temper.fish\n"
      "function __temper_at\n"
      "  set -l path temper\n"
      "  for word in (commandline -opc)[2..-1]\n"
      "    switch \"$path $word\"\n";
  visit(root, [&](const Entry& command) {
    if (&command != &root)
      text += fmt::format("      case '{0}'\n        set path '{0}'\n", command.path);
  });
  text +=
      "    end\n"
      "  end\n"
      "  test \"$path\" = \"$argv\"\n"
      "end\n";
  visit(root, [&](const Entry& command) {
    const auto start = fmt::format("complete -c temper -n '__temper_at {}'", command.path);
    for (const auto& inner : command.commands)
      text +=
          fmt::format("{} -f -a '{}' -d '{}'\n", start, inner.name, quoted_for(inner.about, false));
    const auto plain = words_of(command.positional);
    if (command.commands.empty() && !plain.empty())
      text += fmt::format("{} -f -a '{}'\n", start, fmt::join(plain, " "));
    for (const auto& flag : command.flags) {
      const auto words = words_of(flag.type);
      text += fmt::format("{} -l {}{}{} -d '{}'\n", start, flag.name.substr(2),
                          flag.type.empty() ? "" : " -r",
                          words.empty() ? "" : fmt::format(" -f -a '{}'", fmt::join(words, " ")),
                          quoted_for(flag.about, false));
    }
  });
  return text;
}

}  // namespace

void add_completion(CLI::App& root) {
  const auto command =
      Command(&root).command("completion", "Print a completion script for a shell");
  auto shell = std::make_shared<std::string>();
  command.option("shell", *shell, "bash, zsh or fish")
      .required()
      .one_of({"bash", "zsh", "fish"})
      .called("SHELL");
  command.footer("Example:\n  source <(temper completion bash)");
  command.run([&root, shell] {
    const auto all = read(root, "");
    fmt::print("{}", *shell == "bash" ? bash(all) : *shell == "zsh" ? zsh(all) : fish(all));
  });
}

}  // namespace temper::cli
