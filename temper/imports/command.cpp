#include "temper/imports/command.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>

#include "temper/core/error.h"
#include "temper/core/parse_number.h"

namespace temper::imports {
namespace {

constexpr std::int64_t kMostProcesses = 1 << 20;

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/// The last component of a path.
std::string_view file_name(std::string_view path) {
  return path.substr(path.find_last_of('/') + 1);
}

/// "python", "/usr/bin/python3.11"
bool is_python(std::string_view word) {
  const auto name = file_name(word);
  return name.starts_with("python") &&
         name.find_first_not_of("0123456789.", 6) == std::string_view::npos;
}

/// "CUDA_VISIBLE_DEVICES=0,1"
bool is_variable(std::string_view word) {
  const auto equals = word.find('=');
  return equals != std::string_view::npos && equals > 0 && word.front() != '-' &&
         word.find('/') > equals;
}

std::int64_t processes_of(std::string_view word, std::string_view option) {
  const auto value = parse_number<std::int64_t>(word);
  if (!value || *value < 1 || *value > kMostProcesses)
    throw Error(Code::usage,
                fmt::format("{} is '{}'; expected the number of processes: write it out, or leave "
                            "the launcher out and give --processes",
                            option, word.substr(0, 80)));
  return *value;
}

/// An option of a launcher that is a number, with any of its names: `--nproc_per_node=8`, or in two
/// words.
std::optional<std::int64_t> launched(std::span<const std::string> launcher,
                                     const std::vector<std::string_view>& names) {
  for (std::size_t i = 0; i < launcher.size(); ++i) {
    const std::string_view word = launcher[i];
    const auto equals = word.find('=');
    const auto name = word.substr(0, equals);
    if (std::ranges::find(names, name) == names.end()) continue;
    if (equals != std::string_view::npos) return processes_of(word.substr(equals + 1), name);
    return processes_of(i + 1 < launcher.size() ? std::string_view(launcher[i + 1]) : "", name);
  }
  return std::nullopt;
}

/// torchrun, python -m torch.distributed.run or torch.distributed.launch.
bool is_distributed(std::span<const std::string> launcher) {
  return std::ranges::any_of(launcher, [](std::string_view word) {
    return file_name(word) == "torchrun" || word.starts_with("torch.distributed.");
  });
}

/// Nothing where the script is started by itself: then something else may start several of them.
std::optional<std::int64_t> started(std::span<const std::string> launcher) {
  const auto processes = launched(launcher, {"--nproc_per_node", "--nproc-per-node"});
  const auto nodes = launched(launcher, {"--nnodes"});
  if (!processes && !nodes && !is_distributed(launcher)) return std::nullopt;
  const auto all = processes.value_or(1) * nodes.value_or(1);
  if (all > kMostProcesses)
    throw Error(Code::usage, fmt::format("the command starts {} processes; expected at most {}",
                                         all, kMostProcesses));
  return all;
}

void check_launcher(std::span<const std::string> launcher) {
  const auto first = std::ranges::find_if_not(launcher, is_variable);
  if (first == launcher.end()) return;
  const bool known =
      is_python(*first) || file_name(*first) == "torchrun" || *first == "sh" || *first == "bash";
  if (!known)
    throw Error(Code::usage,
                fmt::format("'{}' is a launcher that is not known here; expected python or "
                            "torchrun: give the arguments from the script on, and the number of "
                            "processes as --processes",
                            first->substr(0, 80)));
}

}  // namespace

std::vector<std::string> split_words(std::string_view command) {
  std::vector<std::string> words;
  std::string word;
  bool in_word = false;
  char quote = 0;
  for (std::size_t i = 0; i < command.size(); ++i) {
    const char c = command[i];
    if (quote == 0 && is_space(c)) {
      if (in_word) words.push_back(word);
      word.clear();
      in_word = false;
      continue;
    }
    if (c == '\\' && quote != '\'' && i + 1 < command.size()) {
      const char next = command[++i];
      if (next == '\n') continue;  // the line goes on
      const bool literal = quote == '"' && next != '"' && next != '\\' && next != '$';
      if (literal) word += c;
      word += next;
      in_word = true;
      continue;
    }
    if (quote != 0 ? c == quote : c == '\'' || c == '"') {
      quote = quote == 0 ? c : static_cast<char>(0);
      in_word = true;
      continue;
    }
    word += c;
    in_word = true;
  }
  if (quote != 0)
    throw Error(Code::usage, fmt::format("the command has a quote ({}) that does not end", quote));
  if (in_word) words.push_back(word);
  return words;
}

Launch separated(const std::vector<std::string>& command) {
  // What follows the script are its arguments; before it, only a launcher has any.
  const auto script = std::ranges::find_if(command, [](std::string_view word) {
    return word.ends_with(".py") || word.ends_with(".sh");
  });
  const bool bare = command.empty() || script == command.end() || command.front().starts_with('-');
  if (bare) {
    if (!command.empty() &&
        (is_python(command.front()) || file_name(command.front()) == "torchrun"))
      throw Error(Code::usage, "the command names no script; expected one that ends in .py");
    return {.arguments = command};
  }
  const std::span<const std::string> launcher(command.begin(), script);
  check_launcher(launcher);
  Launch launch{.arguments = {script + 1, command.end()}};
  if (script->ends_with(".sh")) {  // timm's distributed_train.sh PROCESSES ARGUMENTS...
    launch.processes =
        processes_of(launch.arguments.empty() ? "" : launch.arguments.front(), *script);
    launch.arguments.erase(launch.arguments.begin());
    launch.distributed = true;
    return launch;
  }
  launch.processes = started(launcher);
  launch.distributed = is_distributed(launcher);
  return launch;
}

}  // namespace temper::imports
