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

# The teacher's recipe is read from its run directory.
mkdir teacher
echo "loss.label_smoothing = { smoothing = 0.1 }" >teacher/recipe.toml
"$TEMPER" recipe lint good.toml --images 6000 --set 'distillation={ from = "teacher" }' >out.txt
grep -q "\[smoothed-teacher\]$" out.txt
"$TEMPER" recipe lint good.toml --images 6000 --set 'distillation={ from = "elsewhere" }' >out.txt
grep -q "^note: distillation.from = \"elsewhere\" is no run directory" out.txt
refused 2 "unknown" "$TEMPER" recipe lint good.toml --set nothing=1
