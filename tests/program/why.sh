# A difference in accuracy attributed to the differences between two recipes.
set -euo pipefail
# shellcheck source=tests/program/refused
source "$TEMPER_SOURCE_DIR/tests/program/refused"

python3 "$TEMPER_SOURCE_DIR/tests/program/pictures.py" pictures 20 10
cat >plain.toml <<END
epochs = 1
threads = 1
precision = "fp32"
data = { source = "$PWD/pictures", batch_size = 32, validation = 0.1, num_workers = 1 }
model = { kind = "resnet", stem = "strided", layers = [1, 1, 1], width = 8 }
optimizer = { kind = "sgd", lr = 0.1, momentum = 0.9 }
END
sed 's/lr = 0.1/lr = 0.02/' plain.toml >slow.toml
sed -e 's/lr = 0.1, momentum/lr = { schedule = "cosine", peak = 0.1 }, nesterov = true, momentum/' -e 's/epochs = 1/epochs = 2/' \
  -e '1i loss.label_smoothing = { smoothing = 0.1 }' plain.toml >many.toml

# One difference: with and without it.
"$TEMPER" why plain.toml slow.toml --out one --seeds 2 >out.txt 2>err.txt || { cat out.txt err.txt; exit 1; }
cat out.txt
grep -q "^slow.toml instead of plain.toml: .* in test accuracy (95% interval .* over 2 seeds): " out.txt
grep -q "^optimizer.lr  " out.txt
grep -q '^mode = "one_at_a_time"$' one/why.toml
grep -q '^set.optimizer.lr = 0.02$' one/why.toml
test -s one/why.html
test "$(wc -l <one/results.csv)" -eq 5
# The same command has nothing left to do, and its study is one for temper ablate.
"$TEMPER" why plain.toml slow.toml --out one --seeds 2 --format json | jq -e '.complete and (.rows | length) == 2'
"$TEMPER" ablate one/why.toml --out one --dry-run 2>err.txt
grep -q "All runs are there" err.txt

# Several: every subset, or by table.
"$TEMPER" why plain.toml many.toml --out many --dry-run 2>err.txt
grep -q "^Dry run: nothing was run." err.txt
grep -q '^mode = "orders"$' many/why.toml
test "$(grep -c '^\[\[row\]\]$' many/why.toml)" -eq 4
"$TEMPER" why plain.toml many.toml --out tables --by table --mode leave_one_out --dry-run 2>err.txt
test "$(grep -c '^\[\[row\]\]$' tables/why.toml)" -eq 3
grep -q '^set.optimizer.nesterov = true$' tables/why.toml

# A recipe that is compared is never replaced.
mkdir own
cp plain.toml own/why-base.toml
refused 2 "temper why would write its own file there" "$TEMPER" why own/why-base.toml many.toml --out own --dry-run
cmp plain.toml own/why-base.toml

refused 2 "have the same options" "$TEMPER" why plain.toml plain.toml
refused 2 "neither a recipe nor a run directory" "$TEMPER" why plain.toml pictures
