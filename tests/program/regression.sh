# A table of pictures with regression targets in place of classes, from `data check` to the report.
set -euo pipefail
# shellcheck source=tests/program/refused
source "$TEMPER_SOURCE_DIR/tests/program/refused"
values=$TEMPER_SOURCE_DIR/tests/program/regression.py

python3 "$values" write pictures 600 100
table=pictures/table.csv
"$TEMPER" data check $table >check.txt
grep -q "mean, training: .* standard deviation" check.txt
grep -q "loss .*mean squared error" check.txt

# Packing keeps the targets.
"$TEMPER" data pack $table packed >packed.txt
grep -qF "packed: 600 training images in 1 shard, 100 test images in 1; 2 MiB, 2 targets per image" packed.txt
diff <("$TEMPER" data check $table | grep ", .*: .* mean") <("$TEMPER" data check packed | grep ", .*: .* mean")
python3 "$values" shard packed/train/train-000000.tar $table
"$TEMPER" train packed --set epochs=1 --set threads=2 --out in-shards >out.txt 2>err.txt || { cat err.txt; exit 1; }
grep -q "R2 .*RMSE" err.txt

# The chosen recipe learns them.
small=("$table" --set precision=fp32 --set epochs=10 --set threads=2 --set log.every_steps=1
  --set checkpoint.every_steps=50)
"$TEMPER" train "${small[@]}" --dry-run >out.txt 2>err.txt
grep -q "with 2 values" err.txt
grep -q "^memory" out.txt
"$TEMPER" train "${small[@]}" --check >out.txt 2>err.txt
grep -q "R2 .*can overfit one batch" out.txt
"$TEMPER" train "${small[@]}" --out run --json >out.json 2>err.txt || { cat err.txt; exit 1; }
grep -q "validation .*R2 .*RMSE" err.txt
jq -e '.evaluation | .errors.r2 > 0.85 and .values[0].value == "mean" and (has("brier") | not)' out.json

# The reported test errors are those of the written predictions.
"$TEMPER" eval run --json >eval.json
python3 "$values" errors run >errors.json
jq -e --slurpfile own errors.json '
  [range(2) as $k | ("rmse", "mae", "r2") as $m | (.values[$k][$m] - $own[0][$k][$m]) | fabs] | max < 1e-9' eval.json
jq -e '.values[1].r2 > 0.75 and .values[1].rmse_bootstrap_interval.low < .values[1].rmse' eval.json
"$TEMPER" eval run | tee eval.txt
grep -q "^mean: RMSE .*bootstrap .*R2" eval.txt
grep -q "^generalization gap .* in loss" eval.txt
"$TEMPER" eval run --split validation --no-gap --json | jq -e '.count == 60 and .gap == null'
refused 2 "trained on regression targets" "$TEMPER" eval run --temperature fit
refused 2 "trained on regression targets" "$TEMPER" eval run --per-class
refused 2 "trained on regression targets" "$TEMPER" eval run --sensitivity 5
refused 2 "trained on regression targets" "$TEMPER" eval run --corruptions

# Other data with the same targets: errors are in their units, whatever the mean of its training set.
{ head -1 $table; awk -F, '$4 == "train" && $2 > 80' $table; grep ',test$' $table; } >pictures/bright.csv
"$TEMPER" eval run --data pictures/bright.csv --json >bright.json
jq -e --slurpfile own eval.json '.count == 100 and
  ([range(2) as $k | ("rmse", "mae", "r2") as $m | (.values[$k][$m] - $own[0].values[$k][$m]) | fabs] | max < 1e-6)' bright.json
sed '1s/target_spread/target_width/' $table >pictures/renamed.csv
refused 2 "the data has values of mean, width, but the network was trained on values of mean, spread" \
  "$TEMPER" eval run --data pictures/renamed.csv
mkdir classes
for class in a b; do mkdir classes/$class && cp pictures/train-000?.png classes/$class/; done
refused 2 "the data has classes, but the network was trained on values of mean, spread" "$TEMPER" eval run --data classes

# predict gives for a file what the run predicted for the same image of its test set.
"$TEMPER" predict run pictures/test-000?.png --json >predicted.txt
python3 "$values" predicted run 10 >expected.txt
jq -e -s --slurpfile own expected.txt '
  [range(10) as $i | (.[$i].values.mean - $own[$i][0]), (.[$i].values.spread - $own[$i][1]) | fabs] | max < 0.01' \
  predicted.txt
"$TEMPER" predict run pictures/test-0000.png | grep -q "^pictures/test-0000.png: mean [0-9.]*, spread [0-9.]*$"
refused 2 "trained on regression targets" "$TEMPER" predict run pictures/test-0000.png --mc-dropout 5
refused 2 "trained on regression targets" "$TEMPER" predict run pictures/test-0000.png --cam maps
"$TEMPER" predict run pictures/test-000?.png --csv >table.csv
test "$(head -1 table.csv)" = image,mean,spread,error
test "$(wc -l <table.csv)" = 11

"$TEMPER" report run >report.txt
grep -q "^errors  R2 .*RMSE .*MAE" report.txt
for part in 'id="values"' 'id="r2"' 'id="mistakes"' 'Largest errors' 'mean: predicted against true'; do
  grep -qF "$part" run/report.html || { echo "no $part in the report"; exit 1; }
done
for part in 'id="classes"' 'id="calibration"' 'id="accuracy"' 'Cross-entropy'; do
  if grep -qF "$part" run/report.html; then echo "$part in the report of values"; exit 1; fi
done
refused 2 "trained on regression targets" "$TEMPER" report run --clusters a,b,c

"$TEMPER" replay run --step 60 --json >replay.json 2>err.txt
jq -e '.log.same and (.samples[0].values | has("spread"))' replay.json
"$TEMPER" replay run --step 60 2>err.txt | grep -q "^log .*bitwise identical"

# A run that was stopped, killed and resumed gives the same bytes.
status=0
"$TEMPER" train "${small[@]}" --out stopped --stop-at 77 >out.txt 2>err.txt || status=$?
test $status -eq 75
status=0
TEMPER_FAULT="do=kill path=stopped/predictions.safetensors" "$TEMPER" train "${small[@]}" --out stopped \
  >out.txt 2>err.txt || status=$?
test $status -eq 137
"$TEMPER" train "${small[@]}" --out stopped >out.txt 2>err.txt || { cat err.txt; exit 1; }
for file in model.safetensors model-ema.safetensors predictions.safetensors mistakes.safetensors; do
  cmp run/$file stopped/$file
done
"$TEMPER" diff run stopped | tee diff.txt
grep -q "^final weights: the same bytes" diff.txt
grep -q "^left:  test R2 .*RMSE" diff.txt

# Options for classes are refused, and other target values make another run.
refused 2 "expected mse, huber" "$TEMPER" train $table --set loss.kind=focal
refused 2 "data.label_noise" "$TEMPER" train $table --set data.label_noise=0.1
sed '3s/,[0-9.]*,/,12.5,/' $table >pictures/other.csv
refused 2 "another data set" "$TEMPER" train run/recipe.toml --set data.source=pictures/other.csv --out run
sed '3s/,[0-9.]*,/,tall,/' $table >pictures/wrong.csv
refused 3 "wrong.csv:3: 'tall' for the target 'mean'; expected a finite number" "$TEMPER" train pictures/wrong.csv
