# Evaluation of a finished run, and temperature scaling.
set -euo pipefail
# shellcheck source=tests/program/refused
source "$TEMPER_SOURCE_DIR/tests/program/refused"

python3 "$TEMPER_SOURCE_DIR/tests/program/pictures.py" pictures 64 10
picture=pictures/test/class-1/0000.png
small=(pictures --set data.batch_size=32 --set epochs=2 --set model.depth=8 --set threads=2
  --set data.validation=0.2 --set "model.stochastic_depth={drop_path_rate=0.5}")
"$TEMPER" train "${small[@]}" --out run >out.txt 2>err.txt || { cat err.txt; exit 1; }

refused 2 "no temperature is saved" "$TEMPER" eval run --temperature saved
test ! -e run/temperature.json
"$TEMPER" predict run "$picture" --json >before.txt 2>err.txt
test ! -s err.txt

"$TEMPER" eval run --temperature fit --per-class --sensitivity 20 | tee eval.txt
grep -q "^test accuracy .*95% interval .*bootstrap .*over [0-9]* images" eval.txt
grep -q "Brier score" eval.txt
grep -q "(equal-mass bins), .* (equal-mass bins, debiased)" eval.txt
grep -q "^temperature .* fitted on .* validation images" eval.txt
grep -q "^generalization gap " eval.txt
grep -q "^input sensitivity .* 20 images" eval.txt
grep -q "recall" eval.txt

"$TEMPER" eval run --temperature saved --top 2 --json >eval.json
jq -e '.temperature.validation_loss_after <= .temperature.validation_loss_before' eval.json
jq -e '.weights as $weights | .temperature.value == $saved[0][$weights].value' --slurpfile saved run/temperature.json \
  eval.json
jq -e '(.classes | length) > 2 and (.classes | map(.images) | add) == .count' eval.json
jq -e '.accuracy_interval.low < .accuracy and .accuracy < .accuracy_interval.high' eval.json
jq -e '.gap.train.count == .gap.validation.count and .top_k.k == 2' eval.json
"$TEMPER" eval run --split validation --no-gap --json | jq -e '.gap == null and .temperature == null'

# The summary of the run has the same evaluation, under the same keys; other figures are added on request only.
"$TEMPER" eval run --temperature saved --json >eval.json
"$TEMPER" report run --json | jq -e --slurpfile eval eval.json '
  .evaluation as $run | $eval[0] as $own | ["loss", "accuracy", "brier"] | all(. as $key | ($run[$key] - $own[$key]) | fabs < 1e-9)'
"$TEMPER" report run --json | jq -e --slurpfile eval eval.json '
  ((.evaluation | keys) - ($eval[0] | keys) == []) and .evaluation.classes == $eval[0].classes and
  .evaluation.temperature.value == $eval[0].temperature.value'

# predict uses the temperature and reports it, unless told otherwise; the order of classes stays.
"$TEMPER" predict run "$picture" --json >after.txt 2>err.txt
grep -q "at temperature" err.txt
if cmp -s before.txt after.txt; then echo "the temperature changed nothing"; exit 1; fi
test "$(jq -r '.top[0].class' before.txt)" = "$(jq -r '.top[0].class' after.txt)"
"$TEMPER" predict run "$picture" --json --temperature none >none.txt 2>err.txt
cmp before.txt none.txt
test ! -s err.txt

# Test-time augmentation: what it took, the score without it, and a temperature of its own.
"$TEMPER" eval run --tta flip --no-gap --json >flip.json
jq -e --slurpfile eval eval.json '.tta.views == 2 and .tta.passes_per_image == 2 and .tta.seconds > 0 and
  .tta.augmented_images == .count and .tta.without.accuracy == $eval[0].accuracy' flip.json
"$TEMPER" eval run --tta '{ shift = 2, below_confidence = 0.9 }' --no-gap | tee eval.txt
grep -q "^test-time augmentation { flip = true, shift = 2, below_confidence = 0.9 }: [0-9]* of [0-9]* images in 6 views" eval.txt
grep -q "^  in one view: accuracy" eval.txt
"$TEMPER" eval run --set evaluation.size=36 --no-gap --json | jq -e '.size == [36, 36]'
refused 2 "is an option of the training" "$TEMPER" eval run --set data.size=36
refused 2 "did you mean 'ten_crop'" "$TEMPER" eval run --tta tencrop
refused 2 "with test-time augmentation { flip = true }; fit one with" "$TEMPER" eval run --tta flip --temperature saved
"$TEMPER" predict run "$picture" "$picture" --tta flip --json >views.txt 2>err.txt
jq -e -s 'map(.views) == [2, 2]' views.txt
grep -q "note: test-time augmentation { flip = true }" err.txt
grep -q "note: 2 of 2 pictures in several views, 2 passes per picture" err.txt
"$TEMPER" predict run "$picture" --tta none --json >plain.txt 2>err.txt
cmp after.txt plain.txt

"$TEMPER" report run --clusters class-0,class-1,class-2 --sensitivity 10 >out.txt
grep -q 'id="clusters"' run/report.html
grep -q "Input sensitivity" run/report.html
grep -q 'id="reliability-scaled"' run/report.html
# A report that is written again shows them again.
"$TEMPER" report run --json | jq -e '(.clusters.classes | length == 3) and .sensitivity.images == 10'
grep -q 'id="clusters"' run/report.html
grep -q "Input sensitivity" run/report.html
grep -q "residual blocks were executed" run/report.html
if grep -q "Grad-CAM" run/report.html; then echo "maps that nobody asked for"; exit 1; fi
"$TEMPER" report run --cam >out.txt
for _ in 1 2; do # and again in a report that is written again
  test "$(grep -c 'with the evidence for .*class-' run/report.html)" -gt 0
  grep -q 'id="clusters"' run/report.html
  "$TEMPER" report run >out.txt
done
refused 2 "no class 'Hat'" "$TEMPER" report run --clusters class-0,class-1,Hat
refused 2 "expected three" "$TEMPER" report run --clusters class-0,class-1
refused 2 "three different" "$TEMPER" report run --clusters class-0,class-1,class-1

# Without a validation set there is no temperature.
"$TEMPER" train "${small[@]}" --set data.validation=0 --set epochs=1 --out bare >out.txt 2>err.txt || { cat err.txt; exit 1; }
refused 2 "a temperature is fitted on validation images" "$TEMPER" eval bare --temperature fit
grep -q "bare/recipe.toml:" err.txt
"$TEMPER" eval bare --json | jq -e '.gap == null'
refused 2 "no validation set" "$TEMPER" eval bare --split validation

# A data set with a single class is refused.
mkdir -p one/only
cp "$picture" one/only/
refused 3 "only one class" "$TEMPER" train one
