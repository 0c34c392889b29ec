#include <fmt/format.h>

#include <memory>
#include <string>
#include <string_view>

#include "commands.h"

namespace temper::cli {
namespace {

// Each script hands the words of the command line to `temper __complete` (complete.h) and its
// candidates to the shell.

constexpr std::string_view kBash =
    R"(# bash completion for temper; in ~/.bashrc: source <(temper completion bash)
_temper() {
  local words=() word i
  # bash splits words at '=' and ':'.
  for ((i = 1; i <= COMP_CWORD; i++)); do
    if ((i > 1)) && [[ ${COMP_WORDS[i]} == [=:]* || ${COMP_WORDS[i - 1]} == *[=:] ]]; then
      words[-1]+=${COMP_WORDS[i]}
    else
      words+=("${COMP_WORDS[i]}")
    fi
  done
  # It replaces only what follows them.
  local before=${words[-1]%"${COMP_WORDS[COMP_CWORD]#[=:]}"}
  COMPREPLY=()
  while IFS=$'\t' read -r word _; do
    case $word in
      :files) compopt -o default ;;
      :nospace) compopt -o nospace ;;
      *) COMPREPLY+=("${word#"$before"}") ;;
    esac
  done < <("$1" __complete -- "${words[@]}" 2>/dev/null)
}
complete -F _temper temper
)";

constexpr std::string_view kZsh =
    R"(#compdef temper
# zsh completion for temper; in ~/.zshrc, after compinit: source <(temper completion zsh)
_temper() {
  local line files=
  local -a found nospace
  for line in "${(@f)$("${words[1]}" __complete -- "${(@Q)words[2,CURRENT]}" 2>/dev/null)}"; do
    case $line in
      :files) files=yes ;;
      :nospace) nospace=(-S '') ;;
      ?*) line=${line//:/\\:}; found+=("${line/$'\t'/:}") ;;
    esac
  done
  (( ${#found} )) && _describe value found "${nospace[@]}"
  [[ -z $files ]] && return
  compset -P '*='
  _files
}
compdef _temper temper
)";

constexpr std::string_view kFish =
    R"(# fish completion for temper: temper completion fish > ~/.config/fish/completions/temper.fish
function __temper_complete
  set -l words (commandline -opc)
  set -l typed (commandline -ct)
  for line in ($words[1] __complete -- $words[2..-1] "$typed" 2>/dev/null)
    switch $line
      case :files
        __fish_complete_path "$typed"
      case ':*'
      case '*'
        echo $line
    end
  end
end
complete -c temper -f -k -a '(__temper_complete)'
)";

}  // namespace

void add_completion(const Command& app) {
  const auto command = app.command("completion", "Print a completion script for a shell");
  auto shell = std::make_shared<std::string>();
  command.option("shell", *shell, "bash, zsh or fish")
      .required()
      .one_of({"bash", "zsh", "fish"})
      .called("SHELL");
  command.footer("Example:\n  source <(temper completion bash)");
  command.run([shell] {
    fmt::print("{}", *shell == "bash" ? kBash : *shell == "zsh" ? kZsh : kFish);
  });
}

}  // namespace temper::cli
