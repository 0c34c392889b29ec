# `temper export --to onnx` writes a model with its description, and says what it can't do.
set -euo pipefail
# shellcheck source=tests/program/refused
source "$TEMPER_SOURCE_DIR/tests/program/refused"

python3 "$TEMPER_SOURCE_DIR/tests/program/pictures.py" pictures 24 10
small=(--set data.batch_size=8 --set epochs=1 --set threads=1 --set data.validation=0.2)
"$TEMPER" train pictures "${small[@]}" --set model.depth=8 --out run >train.txt 2>err.txt || { cat err.txt; exit 1; }

"$TEMPER" export run --to onnx | tee said.txt
grep -q "^run/onnx/model.onnx: opset 17, [0-9]* operators, " said.txt
grep -q "^beside it preprocess.json, reference.png and reference.safetensors$" said.txt
for file in model.onnx preprocess.json reference.png reference.safetensors; do test -s "run/onnx/$file"; done
jq -e '.output == "logits" and (.classes | length) == 10 and (.mean | length) == 3 and (.std | length) == 3 and
  .color == "RGB" and .normalized_by_model == false and (has("temperature") | not)' run/onnx/preprocess.json
"$TEMPER" inspect run/onnx/reference.safetensors | grep -q "^output *F32 *\[1, 10\]$"
# What the reference's picture is classified as is in its output.
"$TEMPER" predict run run/onnx/reference.png --json | jq -e '.top[0].class' >/dev/null

# Other choices, into a folder of their own.
"$TEMPER" export run --to onnx other/net.onnx --raw-input --softmax --keep-batchnorm --opset 21 --weights raw \
  --set evaluation.size=48 2>notes.txt
grep -q "without temperature scaling" notes.txt
jq -e '.output == "probabilities" and .normalized_by_model and .weights == "raw" and .input_size == [3, 48, 48] and
  .temperature == 1' other/preprocess.json
test "$(stat -c %s other/net.onnx)" -gt "$(stat -c %s run/onnx/model.onnx)"

# A temperature is part of the probabilities.
"$TEMPER" eval run --temperature fit >fit.txt
"$TEMPER" export run --to onnx calibrated/net.onnx --softmax 2>notes.txt
grep -q "note: probabilities at temperature [0-9.]*, fitted on " notes.txt
jq -e --slurpfile saved run/temperature.json '.weights as $weights | .temperature == $saved[0][$weights].value and
  .temperature != 1' calibrated/preprocess.json

# --check runs a script in Python; here in place of Python a program that ends as that script does.
# shellcheck disable=SC2016 # for the program's own shell
ends() { # STATUS TEXT
  printf '#!/bin/sh\n[ "$1" = -c ] && echo "$2" | grep -q onnx.checker || exit 3\n' >python
  printf 'if [ "$3" = --packages ]; then exit 0; fi\ntest -s "$3" || exit 4\necho "%s"\nexit %s\n' "$2" "$1" >>python
  chmod +x python
}
export TEMPER_ONNX_PYTHON=./python
ends 0 "compared"
"$TEMPER" export run --to onnx compared/net.onnx --check | tee said.txt
test "$(tail -1 said.txt)" = compared
ends 9 "logits differ from onnxruntime's by 0.5; expected at most 0.0001"
refused 3 "different/net.onnx: logits differ from onnxruntime's by 0.5; expected at most 0.0001" \
  "$TEMPER" export run --to onnx different/net.onnx --check
ends 1 "an exception"
refused 3 "./python ended with exit status 1" "$TEMPER" export run --to onnx failed/net.onnx --check
printf "#!/bin/sh\necho No module named onnxruntime\nexit 8\n" >python
refused 2 "./python says: No module named onnxruntime; to install what it needs: ./python -m pip install onnx==" \
  "$TEMPER" export run --to onnx unchecked/net.onnx --check
TEMPER_ONNX_PYTHON=./nowhere refused 2 "./nowhere could not be started (No such file or directory)" \
  "$TEMPER" export run --to onnx unchecked/net.onnx --check
test ! -e unchecked
refused 2 "--check are for --to onnx" "$TEMPER" export run --to timm timm --check
unset TEMPER_ONNX_PYTHON

# The same command twice, and other mistakes.
refused 2 "run/onnx/model.onnx: exists already" "$TEMPER" export run --to onnx
refused 2 "other/preprocess.json: exists already" "$TEMPER" export run --to onnx other/second.onnx
test ! -e other/second.onnx
refused 2 "temper writes the operators of opset 13 to 22" "$TEMPER" export run --to onnx old/net.onnx --opset 12
refused 2 "not a run directory" "$TEMPER" export pictures --to onnx
refused 2 "the run has no " "$TEMPER" export run --to onnx missing/net.onnx --weights swa-3
refused 2 "--to" "$TEMPER" export run
refused 2 "onnx" "$TEMPER" export run --to tflite
refused 4 "/proc/none" "$TEMPER" export run --to onnx /proc/none/net.onnx
for folder in old missing; do test ! -e $folder; done

"$TEMPER" train pictures "${small[@]}" --set model.kind=convnext --set "model.depths=[1, 1]" --set model.width=8 \
  --set model.patch_size=4 --out convnext >train.txt 2>err.txt || { cat err.txt; exit 1; }
refused 2 "--opset 16 has no operator LayerNormalization" "$TEMPER" export convnext --to onnx --opset 16
"$TEMPER" export convnext --to onnx
