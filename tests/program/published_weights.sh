# The published weights of EfficientNet-Lite0 (`scripts/setup --weights`) give the same classes and logits here and in timm,
# for each photograph below the folder that TEMPER_PHOTOGRAPHS names, such as EliSchwartz/imagenet-sample-images on GitHub, a
# picture of each class. It needs a Python with timm: the benchmark's, or the one that TEMPER_BENCH_PYTHON names.
set -euo pipefail
tests=$TEMPER_SOURCE_DIR/tests/program
# shellcheck source=tests/program/python.bash
source "$tests/python.bash"

python=${TEMPER_BENCH_PYTHON:-$TEMPER_SOURCE_DIR/build/bench-env/bin/python}
need_modules "$python" TEMPER_BENCH_PYTHON "timm and Pillow" timm PIL
weights=$TEMPER_SOURCE_DIR/.deps/weights/tf_efficientnet_lite0
if [[ ! -d $weights || ! -d ${TEMPER_PHOTOGRAPHS:-} ]]; then
  echo "skipped: run scripts/setup --weights, and name a folder of photographs in TEMPER_PHOTOGRAPHS"
  exit 77
fi

"$TEMPER" predict "$weights" "$TEMPER_PHOTOGRAPHS" --set precision=fp32 --top 1000 --json >predicted.jsonl
"$python" "$tests/published_weights.py" "$weights" predicted.jsonl
