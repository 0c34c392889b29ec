# Replayed steps have the loss that the run recorded, and two runs are compared.
set -euo pipefail
# shellcheck source=tests/program/refused
source "$TEMPER_SOURCE_DIR/tests/program/refused"

small=(--set data.limit=320 --set data.batch_size=32 --set epochs=2 --set model.depth=8 --set threads=1
  --set log.every_steps=1 --set checkpoint.every_steps=6 --set checkpoint.keep=9
  --set "data.augment=[{kind='pad_crop'}, {kind='flip'}]")
"$TEMPER" train "${small[@]}" --out run >out.txt 2>err.txt || { cat err.txt; exit 1; }

contents() { find run -type f -not -path 'run/replay/*' -exec sha256sum {} + | sort -k 2; }
recorded() { sed -n "s/.*\"event\":\"step\".*\"loss\":\([^,]*\),.*\"step\":$1}.*/\1/p" run/metrics.jsonl; }
contents >before.txt

for step in 5 11 20; do # mid-epoch, the first of an epoch, the last
  "$TEMPER" replay run --step $step --json >replay.json 2>err.txt || { cat err.txt; exit 1; }
  loss=$(recorded $step)
  test -n "$loss"
  grep -qF "\"loss\": $loss," replay.json || { echo "step $step: the run recorded $loss"; head -8 replay.json; exit 1; }
  grep -qF '"same": true' replay.json
  grep -qF "of 10 classes" err.txt
  test -s "run/replay/step-$(printf %08d $step)/batch.png"
done
contents >after.txt
cmp before.txt after.txt

refused 2 "expected a run directory" "$TEMPER" replay nowhere --step 1
refused 2 "has reached step 20 of 20" "$TEMPER" replay run --step 21
refused 2 "expected a run directory" "$TEMPER" diff run nowhere

"$TEMPER" diff run run >out.txt
grep -qF "recipe: the same" out.txt
grep -qF "the same in all 20 lines" out.txt
status=0
"$TEMPER" train "${small[@]}" --set optimizer.lr=0.01 --stop-at 3 --out other >out.txt 2>err.txt || status=$?
((status == 75))
"$TEMPER" diff run other --json >diff.json
grep -qF '"key": "optimizer.lr"' diff.json
grep -qF '"first_step": 2' diff.json

# What was done to the images is printed, and shown by the next report.
"$TEMPER" replay run --step 5 >replay.txt
grep -q "pad_crop: translate_y .* pixels, translate_x " replay.txt
"$TEMPER" report run >/dev/null
grep -q '<section id="replays">' run/report.html
grep -q 'pad_crop: translate_y ' run/report.html
