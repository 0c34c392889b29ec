# Recipes from the settings of timm's and torchvision's training scripts.
set -euo pipefail
# shellcheck source=tests/program/refused
source "$TEMPER_SOURCE_DIR/tests/program/refused"

"$TEMPER" import timm -- torchrun --nproc_per_node=2 train.py /data --model resnet18 -b 64 --lr 0.5 --mixup 0.2 \
  --bce-pos-weight 2 \
  >recipe.toml 2>remarks.txt
grep -qx "not carried over: --bce-pos-weight 2: binary cross-entropy weighs positive and negative targets alike" remarks.txt
grep -q "^# - --bce-pos-weight 2: " recipe.toml
grep -qE '^methods = \[\{ kind = "mixup", alpha = 0.2 \}\]$' recipe.toml
grep -qE '^partner = "reversed"$' recipe.toml
grep -qE '^source = "/data"$' recipe.toml
grep -qE '^batch_size = 128 +# 64 images by 2 processes$' recipe.toml
"$TEMPER" recipe check recipe.toml >check.txt
grep -qx "recipe.toml is a valid recipe" check.txt
"$TEMPER" recipe show recipe.toml --json | jq -e 'tostring | contains("uniform")' >/dev/null

# Without a word of torchrun's, the option says how many processes there are.
for launcher in "" "python"; do
  "$TEMPER" import timm --processes 2 -- ${launcher:+"$launcher"} train.py /data --model resnet18 -b 64 --lr 0.5 --mixup 0.2 --bce-pos-weight 2 2>/dev/null |
    diff recipe.toml -
done
refused 2 "--processes is 2, but the command starts 1" "$TEMPER" import timm --processes 2 -- torchrun train.py --model resnet18
refused 2 "--processes is 2, but the command starts 4" \
  "$TEMPER" import timm --processes 2 -- torchrun --nproc_per_node=4 train.py --model resnet18

# One text, and options without a launcher, are the same command.
"$TEMPER" import timm "torchrun --nproc_per_node=2 train.py /data --model resnet18 -b 64 --lr 0.5 --mixup 0.2 --bce-pos-weight 2" 2>/dev/null |
  diff recipe.toml -
"$TEMPER" import timm --processes 2 -- /data --model resnet18 --batch-size=64 --lr .5 --mixup=0.2 --bce-pos-weight=2 2>/dev/null |
  diff recipe.toml -

cat >args.yaml <<'END'
aa: rand-m9-mstd0.5-inc1
batch_size: 64
data_dir: pictures
epochs: 1
img_size: 32
lr: 0.01
model: resnet18
model_ema: true
warmup_epochs: 0
END
"$TEMPER" import args.yaml --out mine.toml 2>remarks.txt | grep -qx "wrote mine.toml; train it with: temper train mine.toml"
refused 4 "mine.toml" "$TEMPER" import args.yaml --out mine.toml
"$TEMPER" import args.yaml -- --epochs 7 2>/dev/null | grep -qE '^epochs = 7$'

# It can be trained.
python3 "$TEMPER_SOURCE_DIR/tests/program/pictures.py" pictures 24 10
"$TEMPER" train mine.toml --set data.batch_size=8 --set threads=1 --out run >train.txt 2>err.txt || { cat err.txt; exit 1; }
test -s run/model.safetensors

"$TEMPER" import torchvision -- --model resnet50 --epochs 2 2>/dev/null | grep -qE '^zero_init_last = false$'

refused 2 "did you mean '--model'?" "$TEMPER" import timm -- --modell resnet18
refused 2 "temper has no such network" "$TEMPER" import timm -- --model vit_base_patch16_224
refused 2 "'timn' is no file" "$TEMPER" import timn -- --model resnet18
refused 4 "missing.yaml" "$TEMPER" import missing.yaml
printf 'lr: 1\nopt: sgd\noops: 1\n' >args.yaml
refused 2 "args.yaml:3:1: timm's train.py has no option 'oops'" "$TEMPER" import args.yaml
printf 'scale: &a [0.1, 1]\nratio: *a\n' >args.yaml
refused 2 "an anchor" "$TEMPER" import args.yaml
