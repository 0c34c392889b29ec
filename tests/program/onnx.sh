# onnx.checker accepts the models of every network, and onnxruntime gives temper's outputs; so says
# `temper export --check`. It needs a Python with the packages of scripts/onnx.txt: the one that
# TEMPER_ONNX_PYTHON names, or build/onnx-env/bin/python.
set -euo pipefail
tests=$TEMPER_SOURCE_DIR/tests/program
# shellcheck source=tests/program/python.bash
source "$tests/python.bash"

export TEMPER_ONNX_PYTHON=${TEMPER_ONNX_PYTHON:-$TEMPER_SOURCE_DIR/build/onnx-env/bin/python}
need_modules "$TEMPER_ONNX_PYTHON" TEMPER_ONNX_PYTHON "onnx, onnxruntime and Pillow" onnx onnxruntime PIL

mkdir models
TEMPER_ONNX_FOLDER=$PWD/models "$TEMPER_BUILD_DIR/deploy_test" --gtest_filter='Onnx.ComputesTheLogits*' >written.txt
"$TEMPER_ONNX_PYTHON" "$tests/onnx_networks.py" models

python3 "$tests/pictures.py" pictures 24 10
small=(--set data.batch_size=8 --set epochs=1 --set model.depth=8 --set threads=1)
"$TEMPER" train pictures "${small[@]}" --set data.size=32 --set evaluation.interpolation=bicubic --out run >train.txt
check() { # FOLDER OPTION...
  "$TEMPER" export run --to onnx "$1/model.onnx" --check "${@:2}" | tee checked.txt
  grep -q "equal to Pillow's" checked.txt
}
check plain
check kept --keep-batchnorm --opset 13
check raw --raw-input --softmax --opset 22
check larger --set evaluation.size=48 --set evaluation.crop_ratio=1

"$TEMPER" train --out gray --set data.limit=256 "${small[@]}" >train.txt # Fashion-MNIST
"$TEMPER" export gray --to onnx --check

# A wrong number is noticed.
"$TEMPER_ONNX_PYTHON" - <<'END'
import onnx
from onnx import numpy_helper

model = onnx.load("plain/model.onnx")
bias = next(one for one in model.graph.initializer if one.name == "fc.bias")
values = numpy_helper.to_array(bias).copy()
values[0] += 1
bias.CopyFrom(numpy_helper.from_array(values, bias.name))
onnx.save(model, "plain/model.onnx")
END
status=0
"$TEMPER_ONNX_PYTHON" "$TEMPER_SOURCE_DIR/scripts/check_onnx.py" plain/model.onnx >wrong.txt || status=$?
test $status = 9
grep -q "logits differ from onnxruntime's by [0-9.e+]*; expected at most 0.0001" wrong.txt
