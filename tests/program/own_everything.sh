# A program outside the tree uses the installed temper with its own network, data and operation, and
# gets the same bits twice.
set -euo pipefail

cmake --install "$TEMPER_BUILD_DIR" --prefix "$PWD/dist" >install.log || { cat install.log; exit 1; }
cmake -S "$TEMPER_SOURCE_DIR/examples/own_everything" -B build -G Ninja -DCMAKE_BUILD_TYPE=Release \
  -DCMAKE_PREFIX_PATH="$PWD/dist" >configure.log || { cat configure.log; exit 1; }
cmake --build build

build/own_everything first | tee first.txt
build/own_everything second
cmp first/model.safetensors second/model.safetensors
cmp first/predictions.safetensors second/predictions.safetensors
awk '{ exit !($3 > 0.9) }' first.txt || { echo "it learnt nothing: $(cat first.txt)"; exit 1; }
