# A program outside the tree classifies files with a run as `temper predict` does.
set -euo pipefail

cmake --install "$TEMPER_BUILD_DIR" --prefix "$PWD/dist" >install.log || { cat install.log; exit 1; }
cmake -S "$TEMPER_SOURCE_DIR/examples/classifier" -B build -G Ninja -DCMAKE_BUILD_TYPE=Release \
  -DCMAKE_PREFIX_PATH="$PWD/dist" >configure.log || { cat configure.log; exit 1; }
cmake --build build

python3 "$TEMPER_SOURCE_DIR/tests/program/pictures.py" pictures 24 5
"$TEMPER" train pictures --out run --set data.batch_size=32 --set epochs=1 --set model.depth=8 --set threads=2 \
  >out.txt 2>err.txt || { cat err.txt; exit 1; }
build/classifier run pictures/test/class-?/0000.png | tee said.txt
grep -qx "10 classes" said.txt
"$TEMPER" predict run pictures/test/class-?/0000.png --top 1 | diff - <(grep "^pictures" said.txt)
grep -q "^red: class-" said.txt
status=0
build/classifier run absent.png 2>err.txt || status=$?
test $status = 1
grep -q "absent.png" err.txt
