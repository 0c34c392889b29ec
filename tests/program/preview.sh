# A preview of a recipe as a page, as a sheet and as JSON.
set -euo pipefail
# shellcheck source=tests/program/refused
source "$TEMPER_SOURCE_DIR/tests/program/refused"

cat >mine.toml <<'END'
[data]
limit = 256
augment = [{ kind = "pad_crop", padding = 2 }, { kind = "random_apply", operations = ["flip"], p = 0.3 }]
END
"$TEMPER" preview mine.toml --pictures 3 --epochs 5 >out.txt
grep -qx "preview  preview.html" out.txt
grep -q '<section id="originals">' preview.html
grep -q 'random_apply &gt; flip' preview.html
grep -q 'pad_crop: translate_y ' preview.html
(($(grep -o 'src="data:image/png' preview.html | wc -l) == 3 + 3 * 3 + 3 + 5))

"$TEMPER" preview mine.toml --out sheet.png --pictures 2 --json >out.json
test "$(head -c 4 sheet.png | tail -c 3)" = PNG
jq -e '.name == "mine" and (.originals[0].pictures | length) == 2 and (.epochs[0].pictures | length) == 6' out.json
jq -e '[.operations[].option] == ["data.augment.0", "data.augment.1", "data.augment.1.operations.0"]' out.json
jq -e '[.chain[0].pictures[].augment[0].applied[].name] | unique == ["translate_x", "translate_y"]' out.json

# The same seed draws the same, another one does not.
"$TEMPER" preview mine.toml --image 7 --json >first.json
"$TEMPER" preview mine.toml --image 7 --json >second.json
cmp first.json second.json
"$TEMPER" preview mine.toml --image 7 --seed 2 --json >second.json
if cmp -s first.json second.json; then echo "the seed changed nothing"; exit 1; fi

# A picture that is not of the training set.
python3 "$TEMPER_SOURCE_DIR/tests/program/pictures.py" pictures 2 1
own=$(find pictures -name '*.png' | head -n 1)
"$TEMPER" preview mine.toml --image "$own" --json | jq -e --arg own "$own" '.originals[0].pictures[0].where == $own'

refused 2 "no such image in the training set, and no such file" "$TEMPER" preview mine.toml --image none.png
refused 2 "neither .png" "$TEMPER" preview mine.toml --out sheet.jpg
refused 4 "nowhere" "$TEMPER" preview mine.toml --out nowhere/sheet.png
refused 4 "missing.toml" "$TEMPER" preview missing.toml
refused 2 "--pictures" "$TEMPER" preview mine.toml --pictures 0
refused 2 "--pictures" "$TEMPER" preview mine.toml --pictures 2 --image 7
refused 2 "did you mean 'flip'" "$TEMPER" preview mine.toml --set 'data.augment=["flop"]'
