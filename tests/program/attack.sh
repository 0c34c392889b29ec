# Evaluation of a finished run under adversarial attacks.
set -euo pipefail
# shellcheck source=tests/program/refused
source "$TEMPER_SOURCE_DIR/tests/program/refused"

python3 "$TEMPER_SOURCE_DIR/tests/program/pictures.py" pictures 40 10
small=(pictures --set data.batch_size=32 --set epochs=1 --set model.depth=8 --set threads=2
  --set data.validation=0.2 --set precision=fp32)
"$TEMPER" train "${small[@]}" --out run >out.txt 2>err.txt || { cat err.txt; exit 1; }

"$TEMPER" eval run --attack pgd --radius 2/255,8/255 --steps 5 --images 12 | tee eval.txt
grep -q "^8/255 .*[0-9]" eval.txt
grep -q "^test accuracy without attack .* over 12 images" eval.txt
grep -q 'id="accuracies"' run/attack.html
jq -e '(.radii | length == 2) and .images == 12 and .attack == "pgd" and .steps == 5' run/attack.json
jq -e '.radii | all(.accuracy_interval.low <= .accuracy and .accuracy <= .accuracy_interval.high)' run/attack.json

# Every attack; twice, with the same numbers, those that draw.
for attack in fgsm pgd apgd; do
  steps=(--steps 4)
  [[ $attack == fgsm ]] && steps=()
  for norm in linf l2; do
    "$TEMPER" eval run --attack "$attack" --norm "$norm" "${steps[@]}" --images 12 --json >first.json
    if [[ $attack-$norm == pgd-linf || $attack-$norm == apgd-l2 ]]; then
      "$TEMPER" eval run --attack "$attack" --norm "$norm" "${steps[@]}" --images 12 --json >second.json
      cmp first.json second.json
    fi
    jq -e --arg norm "$norm" '.norm == $norm and .run == "run" and .radii[0].accuracy <= .accuracy' first.json
  done
done

refused 2 "a radius of '8/0'" "$TEMPER" eval run --attack pgd --radius 8/0
refused 2 "a radius of '0'" "$TEMPER" eval run --attack pgd --radius 0
refused 2 "the radius of an attack is 8 in the norm linf" "$TEMPER" eval run --attack pgd --radius 8
refused 2 "have no effect with --attack fgsm" "$TEMPER" eval run --attack fgsm --steps 20
refused 2 "have no effect with --attack apgd" "$TEMPER" eval run --attack apgd --step-size 1/255
refused 2 "would all be the same" "$TEMPER" eval run --attack fgsm --restarts 2
refused 2 "attack" "$TEMPER" eval run --radius 8/255
refused 2 "attack" "$TEMPER" eval run --attack fgsm --corruptions
refused 2 "attack" "$TEMPER" eval run --attack fgsm --temperature fit
