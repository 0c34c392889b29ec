# An installed program runs from another directory, finds LibTorch by TEMPER_TORCH_DIR, and reports
# what is missing.
set -euo pipefail

cmake --install "$TEMPER_BUILD_DIR" --prefix "$PWD/dist" >install.log || { cat install.log; exit 1; }
mv dist elsewhere
torch=$(sed -n 's/^TEMPER_TORCH_DIR:PATH=//p' "$TEMPER_BUILD_DIR/CMakeCache.txt")

# refused TEXT COMMAND...: exit status 2 and a message with the text in it.
refused() {
  local text=$1 status=0
  shift
  "$@" 2>message.txt || status=$?
  cat message.txt
  ((status == 2)) || { echo "exit status $status in place of 2: $*"; exit 1; }
  grep -qF "$text" message.txt || { echo "the message does not say: $text"; exit 1; }
}

TEMPER_TORCH_DIR=$torch elsewhere/bin/temper --version
refused "no LibTorch at /nowhere" env TEMPER_TORCH_DIR=/nowhere elsewhere/bin/temper --version

# Everything but LibTorch and the C library is installed with the program.
LD_LIBRARY_PATH=$torch/lib ldd elsewhere/lib/temper/temper >libraries.txt
if grep "not found" libraries.txt; then exit 1; fi
if awk '$2 == "=>" { print $3 }' libraries.txt | grep -v -e "^$PWD/elsewhere/lib/" -e "^$(realpath "$torch/..")/" -e "^$torch" \
  -e '/lib\(c\|m\|dl\|rt\|util\|pthread\)\.so' -e "/torch/lib/\.\./\.\./nvidia/"; then
  echo "these are missing from lib/"
  exit 1
fi

# Without a GPU, or without CUDA's libraries, device = "cuda" is refused with the reason.
if [[ ! -e /dev/nvidiactl ]]; then
  refused 'device = "cuda"' "$TEMPER" train --dry-run --set device=cuda
fi
