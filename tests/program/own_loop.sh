# A training loop outside the tree uses the optimizer, schedule and weight averaging of the installed
# temper, and learns.
set -euo pipefail

cmake --install "$TEMPER_BUILD_DIR" --prefix "$PWD/dist" >install.log || { cat install.log; exit 1; }
cmake -S "$TEMPER_SOURCE_DIR/examples/own_loop" -B build -G Ninja -DCMAKE_BUILD_TYPE=Release \
  -DCMAKE_PREFIX_PATH="$PWD/dist" >configure.log || { cat configure.log; exit 1; }
cmake --build build

build/own_loop | tee said.txt
awk '{ gsub(",", ""); exit !($2 > 0.95 && $7 > 0.95) }' said.txt || { echo "it learnt nothing"; exit 1; }
