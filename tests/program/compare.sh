# Runs listed and compared.
set -euo pipefail
# shellcheck source=tests/program/refused
source "$TEMPER_SOURCE_DIR/tests/program/refused"

python3 "$TEMPER_SOURCE_DIR/tests/program/pictures.py" pictures 24 10
small=(pictures --set data.batch_size=16 --set epochs=1 --set model.depth=8 --set threads=2)
train() { # DIR OPTION...
  local directory=$1
  shift
  "$TEMPER" train "${small[@]}" --out "$directory" "$@" >out.txt 2>err.txt || { cat err.txt; exit 1; }
}
train runs/a
train runs/deep/b --set seed=2 --set optimizer.weight_decay=0.002
stopped=0
"$TEMPER" train "${small[@]}" --out runs/c --stop-at 2 >out.txt 2>err.txt || stopped=$?
((stopped == 75))
cp -r runs/c runs/damaged
echo "epochs = " >runs/damaged/recipe.toml
mkdir runs/other
echo "epochs = 1" >runs/other/recipe.toml

# The list.
"$TEMPER" runs >list.txt
cat list.txt
grep -q "^a  *finished  .*, test)" list.txt
grep -q "^c  *stopped " list.txt
grep -q "^damaged  *damaged .*recipe.toml" list.txt
grep -q "^deep/b  *finished " list.txt
test "$(wc -l <list.txt)" -eq 5
"$TEMPER" runs runs --format json | jq -e '[.runs[].state] == ["finished", "stopped", "damaged", "finished"] and .problems == []'
"$TEMPER" runs --format csv >runs.csv
grep -q "^run,state,reason,bytes,started,name,fingerprint,split,weights,images,accuracy,accuracy_low,accuracy_high,loss," runs.csv
grep -q "^deep/b,finished,," runs.csv
refused 2 "no such folder" "$TEMPER" runs nowhere
# Every finished run has its numbers as a line.
test "$(wc -l <runs/a/results.csv)" -eq 2
test ! -e runs/c/results.csv

# The comparison.
"$TEMPER" compare runs/a runs/deep/b --out page.html --images images.csv >text.txt 2>err.txt
cat text.txt
grep -q "^optimizer.weight_decay  *[0-9.e-]*  *0.002$" text.txt
grep -q "^seed  *1  *2$" text.txt
grep -q "^runs/a, runs/deep/b  " text.txt
grep -q "McNemar's test asks" text.txt
grep -q '<section id="curves">' page.html
grep -q '<ul class="cards">' page.html
"$TEMPER" compare runs/a runs/deep/b --format json >compare.json
jq -e '.images == 100 and (.pairs | length) == 1 and .notes == []' compare.json
jq -e '.pairs[0] | .both + .neither + .mcnemar.only_first + .mcnemar.only_second == 100' compare.json
jq -e '.pairs[0].difference * 100 | round == $only' --argjson only \
  "$(jq '.pairs[0].mcnemar | .only_second - .only_first' compare.json)" compare.json
test "$(($(wc -l <images.csv) - 1))" -eq "$(jq '.pairs[0].mcnemar | .only_first + .only_second' compare.json)"
if sed 1d images.csv | grep -v "^class-.*\.png,"; then exit 1; fi

# Predictions that are missing are made again, and are the same.
mv runs/a/predictions.safetensors kept
"$TEMPER" compare runs/a runs/deep/b --format json >again.json
jq -e --slurpfile before compare.json '.pairs[0].mcnemar == $before[0].pairs[0].mcnemar and
  (.notes | length) == 1' again.json
mv kept runs/a/predictions.safetensors

# Without an end there are no test predictions.
"$TEMPER" compare runs/a runs/c >text.txt
grep -q "The runs are not compared image by image: runs/c has not finished" text.txt
refused 2 "runs/c has not finished" "$TEMPER" compare runs/a runs/c --images images.csv
refused 2 "named twice" "$TEMPER" compare runs/a runs/a/
rm pictures/test/class-0/0000.png
train runs/fewer
refused 2 "they were tested on 100 and 99 images" "$TEMPER" compare runs/a runs/fewer
refused 3 "its test set has 99 images now, and had 100" "$TEMPER" compare runs/a runs/deep/b --images images.csv
