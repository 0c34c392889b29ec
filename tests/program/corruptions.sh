# Evaluation of a finished run on corrupted images.
set -euo pipefail
# shellcheck source=tests/program/refused
source "$TEMPER_SOURCE_DIR/tests/program/refused"

python3 "$TEMPER_SOURCE_DIR/tests/program/pictures.py" pictures 40 10
small=(pictures --set data.batch_size=32 --set epochs=1 --set model.depth=8 --set threads=2
  --set data.validation=0.2)
"$TEMPER" train "${small[@]}" --out run >out.txt 2>err.txt || { cat err.txt; exit 1; }

"$TEMPER" eval run --corruptions --kinds fog,snow --severity 1,5 | tee eval.txt
grep -q "^fog .*[0-9]" eval.txt
grep -q "^test accuracy without corruption .* images" eval.txt
grep -q "no mean corruption error" eval.txt
grep -q 'id="accuracies"' run/corruptions.html
jq -e '.corruptions | map(.kind) == ["snow", "fog"]' run/corruptions.json

# All kinds, twice: the same numbers.
"$TEMPER" eval run --corruptions --kinds all --json >first.json
"$TEMPER" eval run --corruptions --kinds all --json >second.json
cmp first.json second.json
jq -e '(.corruptions | length == 19) and (.corruptions | all(.severities | length == 5))' first.json
jq -e '.mean_corruption_error.mce > 0 and .frost == "computed" and .run == "run"' first.json
jq -e '([.corruptions[] | select(.ce != null)] | length) == 15' first.json

mkdir frost empty
cp "$(find pictures -name '*.png' | head -1)" frost/a.png
"$TEMPER" eval run --corruptions --kinds frost --severity 2 --frost frost --corruption-dialect imagecorruptions --json |
  jq -e '.frost == "1 photograph" and .dialect == "imagecorruptions"'

refused 2 "did you mean 'fog'?" "$TEMPER" eval run --corruptions --kinds fogg
refused 2 "severity 6; expected 1 to 5" "$TEMPER" eval run --corruptions --severity 6
refused 2 "no frost pictures" "$TEMPER" eval run --corruptions --frost empty
refused 2 "no folder of frost pictures" "$TEMPER" eval run --corruptions --frost missing
refused 2 "other corruptions than frost" "$TEMPER" eval run --corruptions --kinds fog --frost frost
refused 2 "corruptions" "$TEMPER" eval run --kinds fog
refused 2 "corruptions" "$TEMPER" eval run --corruptions --temperature fit
