# The layers of networks, runs and files.
set -euo pipefail
# shellcheck source=tests/program/refused
source "$TEMPER_SOURCE_DIR/tests/program/refused"

"$TEMPER" inspect resnet --set model.depth=50 >out.txt
grep -qE "^layer4.2.conv3 +convolution +2048 x 7 x 7 +1,048,576 +51,380,224$" out.txt
grep -qE "^parameters +25,557,032, and 53,173 running statistics$" out.txt # torchvision's
"$TEMPER" inspect airbench --size 32 --classes 10 >airbench.txt
grep -qE "^parameters +[0-9,]+, [0-9,]+ weights that are not trained, and [0-9,]+ running statistics$" airbench.txt
grep -qE "^multiply-adds +4,089,184,256 an image, forward$" out.txt
grep -qE "^receptive field +427 pixels$" out.txt
grep -qE "^memory +batch 32, fp32: about [0-9,]+ MiB in evaluation; in training [0-9,]+ MiB with SGD" out.txt
"$TEMPER" inspect efficientnet --size 64 --classes 10 --batch 4 --json >out.json
jq -e '.input == [3, 64, 64] and .classes == 10 and .batch == 4 and .parameters == 4020358 and
  ([.layers[].parameters] | add) == .parameters and ([.layers[].multiply_adds] | add) == .multiply_adds' out.json

python3 "$TEMPER_SOURCE_DIR/tests/program/pictures.py" pictures 24 10
small=(--set data.batch_size=8 --set epochs=1 --set model.depth=8 --set threads=1)
"$TEMPER" inspect pictures "${small[@]}" >recipe.txt 2>err.txt
grep -q "^input  *3 x .*, 10 classes$" recipe.txt
"$TEMPER" train pictures "${small[@]}" --out run >train.txt 2>err.txt || { cat err.txt; exit 1; }
"$TEMPER" inspect run | diff recipe.txt -
"$TEMPER" inspect run --size 40 | grep -q "^input  *3 x 40 x 40, 10 classes$"
"$TEMPER" inspect run/model.safetensors | grep -qE "^layer1.0.conv1.weight +F32 +\[32, 16, 3, 3\]$"
"$TEMPER" inspect run/model.safetensors --json | jq -e '[.tensors[] | select(.name == "fc.bias")] == [{name: "fc.bias", type: "F32", shape: [10], elements: 10}]'

torch=$TEMPER_SOURCE_DIR/tests/golden/io/torch
"$TEMPER" inspect "$torch/checkpoint.pth" | grep -qE "^[0-9]+ tensors, "
"$TEMPER" inspect "$torch/elsewhere.pth" --json | jq -e '.tensors | length > 0'
cp "$torch/checkpoint.pth" pytorch_model.bin
cp "$torch/checkpoint.pth" last.pth.tar
"$TEMPER" inspect pytorch_model.bin | grep -qE "^[0-9]+ tensors, "
"$TEMPER" inspect last.pth.tar | grep -qE "^[0-9]+ tensors, "
# What is on the disk comes before the names of networks.
cp -r run resnet18
"$TEMPER" inspect resnet18 | diff recipe.txt -
rm -r resnet18
refused 3 "it would run posix.system" "$TEMPER" inspect "$torch/inside.pth"
refused 3 "torch.load" "$TEMPER" inspect "$torch/old.pth"

refused 2 "did you mean 'resnet'" "$TEMPER" inspect resnt
refused 2 "that of a run has its own" "$TEMPER" inspect run --set model.depth=14
refused 2 "model.patch_size = 1: nothing is left of images of 3 x 3 pixels" "$TEMPER" inspect convnext --size 3
