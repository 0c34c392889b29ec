# torchvision's resnet18 loads temper's weights, with all names and shapes, and gives the same
# logits. It needs a Python with torchvision: the benchmark's, or the one that TEMPER_BENCH_PYTHON
# names.
set -euo pipefail
tests=$TEMPER_SOURCE_DIR/tests/program
# shellcheck source=tests/program/python.bash
source "$tests/python.bash"

python=${TEMPER_BENCH_PYTHON:-$TEMPER_SOURCE_DIR/build/bench-env/bin/python}
need_modules "$python" TEMPER_BENCH_PYTHON "torchvision, safetensors and Pillow" torchvision safetensors PIL

python3 "$tests/pictures.py" pictures 20 5
"$TEMPER" train pictures --out run --set model.depth=18 --set model.width_factor=1 --set model.stem=imagenet --set data.batch_size=32 \
  --set epochs=2 --set optimizer.lr=0.01 --set precision=fp32
"$python" "$tests/torchvision_weights.py" run pictures/test
