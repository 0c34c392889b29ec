# Training from a table of pictures of which three quarters have no label: to the end, stopped and resumed, replayed.
set -euo pipefail
# shellcheck source=tests/program/refused
source "$TEMPER_SOURCE_DIR/tests/program/refused"

python3 "$TEMPER_SOURCE_DIR/tests/program/pictures.py" pictures 20 5
number=0
echo path,label,split >pictures/table.csv
for file in pictures/train/*/*.png pictures/test/*/*.png; do
  name=${file#pictures/}
  label=$(basename "$(dirname "$file")")
  number=$((number + 1))
  if [[ $name == train/* ]] && ((number % 4 != 0)); then label=; fi
  echo "$name,$label,${name%%/*}" >>pictures/table.csv
done

cat >mine.toml <<'END'
epochs = 2
threads = 1
precision = "fp32"
averaging = [{ kind = "ema", decay = 0.9 }]

[data]
source = "pictures/table.csv"
batch_size = 16
validation = 0.2
augment = ["flip", { kind = "pad_crop", padding = 2 }]

[semi]
method = { kind = "fixmatch", threshold = 0.3 }
ratio = 2
augment = ["flip", { kind = "rand_augment", num_ops = 2 }, { kind = "cutout", length = 8 }]

[model]
depth = 8

[checkpoint]
every_steps = 4
keep = 9

[log]
every_steps = 1
END

# 200 pictures, of which 10 are held out; 32 without a label a step: 5 steps an epoch.
"$TEMPER" train mine.toml --out run >out.txt 2>err.txt || { cat err.txt; exit 1; }
status=0
"$TEMPER" train mine.toml --out stopped --stop-at 3 --set data.num_workers=3 >out.txt 2>err.txt || status=$?
((status == 75))
"$TEMPER" train mine.toml --out stopped --set data.num_workers=3 >out.txt 2>err.txt || { cat err.txt; exit 1; }
for file in model.safetensors model-ema.safetensors predictions.safetensors; do
  cmp "run/$file" "stopped/$file"
done

recorded() { sed -n "s/.*\"event\":\"step\".*\"loss\":\([^,]*\),.*\"step\":$1}.*/\1/p" run/metrics.jsonl; }
for step in 3 10; do
  "$TEMPER" replay run --step $step --json >replay.json 2>err.txt || { cat err.txt; exit 1; }
  loss=$(recorded $step)
  test -n "$loss"
  grep -qF "\"loss\": $loss," replay.json || { echo "step $step: the run recorded $loss"; head -8 replay.json; exit 1; }
done

"$TEMPER" preview mine.toml --pictures 2 --epochs 2 >out.txt
grep -q '<section id="unlabelled">' preview.html
grep -q 'strong view' preview.html

refused 2 "all 160 training images have a label" "$TEMPER" train mine.toml --out other --set data.source=pictures
refused 2 "asks for 6 of each class" "$TEMPER" train mine.toml --out other --set data.labels=60
refused 2 "sam with semi" "$TEMPER" train mine.toml --out other --set sam=true
refused 2 "semi.augment has no operations" "$TEMPER" train mine.toml --out other --set semi.augment=[]
