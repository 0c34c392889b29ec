# timm and transformers read the folder that `temper export --to timm` writes, and give the run's logits and classes from the
# same pixels. It needs a Python with timm, and for a part with transformers: the benchmark's, or the one that
# TEMPER_BENCH_PYTHON names.
set -euo pipefail
tests=$TEMPER_SOURCE_DIR/tests/program
# shellcheck source=tests/program/python.bash
source "$tests/python.bash"

python=${TEMPER_BENCH_PYTHON:-$TEMPER_SOURCE_DIR/build/bench-env/bin/python}
need_modules "$python" TEMPER_BENCH_PYTHON "timm, torchvision, safetensors and Pillow" timm torchvision safetensors PIL

python3 "$tests/pictures.py" pictures 12 6
"$TEMPER" train pictures --set data.batch_size=8 --set epochs=1 --set threads=1 --set precision=fp32 --set model.depth=18 \
  --set model.stem=imagenet --set model.width=0 --set 'model.layers=[]' --set model.width_factor=1 --set data.size=32 \
  --set evaluation.crop_ratio=0.9 --set evaluation.interpolation=bicubic --set optimizer.lr=0.01 --out run >train.txt 2>err.txt ||
  { cat err.txt; exit 1; }
"$TEMPER" export run --to timm folder >exported.txt
"$python" "$tests/timm_folder.py" folder run pictures/test # 77 without transformers
