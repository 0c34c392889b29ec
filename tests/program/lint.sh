# Advice on recipes.
set -euo pipefail
# shellcheck source=tests/program/refused
source "$TEMPER_SOURCE_DIR/tests/program/refused"

cat >good.toml <<'EOF'
epochs = 20
[data]
source = "nowhere"
[optimizer]
lr = { schedule = "cosine", peak = 0.1, warmup = { epochs = 1 } }
EOF
"$TEMPER" recipe lint good.toml --images 6000 --strict | diff - <(echo "nothing to advise")
# Without data and number of images some rules can't look, and that is said.
"$TEMPER" recipe lint good.toml >out.txt
grep -q "^note: the number of steps is not known, and rules that need it are left out: .*nowhere" out.txt
grep -q "^nothing to advise$" out.txt

sed -e 's/epochs = 1 }/epochs = 20 }/' -e '1a early_stopping = true' good.toml >bad.toml
"$TEMPER" recipe lint bad.toml --images 6000 >out.txt
cat out.txt
grep -q "^warning: optimizer.lr.warmup: it does not end within the run.* \[warm-up-too-long\]$" out.txt
grep -q "^advice: early_stopping with .* \[early-stopping-annealed\]$" out.txt
grep -q "^  source: Loshchilov, Hutter 2017" out.txt
"$TEMPER" recipe lint bad.toml --images 6000 --json >out.json
jq -e '[.findings[].rule] == ["warm-up-too-long", "early-stopping-annealed"] and .notes == []' out.json
status=0
"$TEMPER" recipe lint bad.toml --images 6000 --strict >out.txt || status=$?
((status == 2))

# With a validation set in the data nothing has to be held out.
python3 "$TEMPER_SOURCE_DIR/tests/program/pictures.py" pictures 4 2
mv pictures/test pictures/val
own=(good.toml --set data.source=pictures --set data.validation=0 --set data.batch_size=8 --set optimizer.lr.peak=0.003)
small=(--set 'model={ kind = "resnet", layers = [1], width = 8 }' --set threads=1)
"$TEMPER" recipe lint "${own[@]}" --strict | diff - <(echo "nothing to advise")
"$TEMPER" train "${own[@]}" "${small[@]}" --dry-run >/dev/null 2>err.txt
if grep "data.validation = 0" err.txt; then exit 1; fi
"$TEMPER" recipe lint "${own[@]}" --images 40 >out.txt
grep -q "^warning: data.validation = 0: unless the data has a validation set of its own, all images" out.txt
mv pictures/val pictures/test
"$TEMPER" recipe lint "${own[@]}" >out.txt
grep -q "^advice: data.validation = 0: the test set has the only score.* \[test-for-tuning\]$" out.txt
"$TEMPER" train "${own[@]}" "${small[@]}" --dry-run >/dev/null 2>err.txt
grep -q "^note: data.validation = 0: all images are used for training" err.txt

# The teacher's recipe is read from its run directory.
mkdir teacher
echo "loss.label_smoothing = { smoothing = 0.1 }" >teacher/recipe.toml
"$TEMPER" recipe lint good.toml --images 6000 --set 'distillation={ from = "teacher" }' >out.txt
grep -q "\[smoothed-teacher\]$" out.txt
"$TEMPER" recipe lint good.toml --images 6000 --set 'distillation={ from = "elsewhere" }' >out.txt
grep -q "^note: distillation.from = \"elsewhere\" is no run directory" out.txt
refused 2 "unknown" "$TEMPER" recipe lint good.toml --set nothing=1
