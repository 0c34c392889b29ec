# shellcheck shell=bash
# Functions shared by the scripts. To be sourced; changes to the root of the repository.
set -euo pipefail
script=$(realpath "$0")
cd "$(dirname "${BASH_SOURCE[0]}")/.."

say() { printf '== %s\n' "$*"; }
die() {
  printf '%s: %s\n' "$(basename "$0")" "$*" >&2
  exit 2
}

# Prints the comment block at the top of the script as its help.
help() {
  sed -n '/^# shellcheck /d; 2,/^[^#]/s/^# \{0,1\}//p' "$script"
  exit 0
}

jobs=$(nproc)

# build PRESET [TARGET...]: configures if needed (first use, another LibTorch), then builds.
build() {
  local preset=$1 torch=${TEMPER_TORCH_DIR:-$PWD/.deps/libtorch/torch}
  shift
  if [[ ! -f build/$preset/build.ninja ]] ||
    ! grep -qxF "TEMPER_TORCH_DIR:PATH=$torch" "build/$preset/CMakeCache.txt"; then
    cmake --preset "$preset" --log-level=NOTICE -DTEMPER_TORCH_DIR="$torch"
  fi
  cmake --build "build/$preset" --parallel "$jobs" ${1:+--target "$@"}
}

# The project's C++ files that are tracked by git or untracked and not ignored.
sources() {
  git ls-files --cached --others --exclude-standard -- 'bench/*' 'cli/*' 'cuda/*' 'examples/*' 'fuzz/*' 'temper/*' \
    'tests/*' | grep -E '\.(h|cpp)$' | while read -r file; do [[ -f $file ]] && echo "$file"; done
}
