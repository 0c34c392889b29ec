# Searches through the program: a learning rate range test, random search and successive halving, killed and gone on
# with; a test set that nothing can read.
set -euo pipefail
# shellcheck source=tests/program/refused
source "$TEMPER_SOURCE_DIR/tests/program/refused"

# kill_behind LINES FILE ARGUMENT...: runs temper and kills it as soon as the file has more lines than that.
kill_behind() {
  local lines=$1 file=$2 search
  shift 2
  "$TEMPER" "$@" >out.txt 2>err.txt &
  search=$!
  for _ in $(seq 1200); do
    if [[ -e $file && $(wc -l <"$file") -gt $lines ]]; then break; fi
    sleep 0.05
  done
  kill -KILL "$search" || true
  wait "$search" || true
}

python3 "$TEMPER_SOURCE_DIR/tests/program/pictures.py" pictures 20 2
# The pixels of the test images are damaged, their headers are not.
find pictures/test -name '*.png' -exec sh -c 'printf "%0200d" 0 | dd of="$1" bs=1 seek=41 conv=notrunc status=none' _ {} \;
cat >recipe.toml <<END
epochs = 3
threads = 1
precision = "fp32"
data = { source = "$PWD/pictures", batch_size = 16, validation = 0.2, num_workers = 1, memory = 0 }
model = { kind = "resnet", stem = "strided", layers = [1, 1, 1], width = 8 }
optimizer = { kind = "sgd", lr = 0.1, momentum = 0.9 }
END
cat >search.toml <<END
description = "Which rate?"
base = "recipe.toml"
method = "asha"
trials = 3
eta = 3

[[search]]
option = "optimizer.lr"
distribution = "log_uniform"
low = 1e-3
high = 0.5

[[search]]
option = "model.width"
distribution = "choice"
values = [4, 8]
END

# The learning rate range test.
"$TEMPER" tune lr recipe.toml --low 1e-4 --high 1 --steps 30 --out range.html --csv range.csv --write faster.toml \
  >out.txt 2>err.txt
cat out.txt err.txt
grep -q "^steepest descent " out.txt
grep -q "^minimum / 10 " out.txt
grep -qx "step,lr,loss,smoothed_loss" range.csv
test "$(wc -l <range.csv)" -ge 11
grep -qF '<svg' range.html
grep -qE '^lr = [0-9.e-]+' faster.toml
refused 2 "from 10 to the run's 30" "$TEMPER" tune lr recipe.toml --steps 100
refused 2 "other.toml" "$TEMPER" tune lr recipe.toml other.toml
refused 2 "--write" "$TEMPER" tune lr recipe.toml --rule minimum_tenth
refused 2 "no search file and no subcommand" "$TEMPER" tune

# Settings before anything runs.
"$TEMPER" tune search.toml --dry-run --out none >settings.txt
test "$(grep -c 'optimizer.lr = ' settings.txt)" -eq 3
test ! -e none/results.csv
refused 2 "--write" "$TEMPER" tune search.toml --dry-run --write best.toml
sed 's/model.width/seed/' search.toml >seeds.toml
refused 2 "can't be searched for" "$TEMPER" tune seeds.toml --dry-run

# Successive halving, killed on the way: it goes on and ends as the same search without the kill.
"$TEMPER" tune search.toml --out whole >whole.txt 2>err.txt || { cat err.txt; exit 1; }
cat whole.txt err.txt
kill_behind 2 killed/results.csv tune search.toml --out killed
"$TEMPER" tune search.toml --out killed --write best.toml >out.txt 2>err.txt
cat err.txt
cmp whole.txt out.txt
grep -qF 'id="plot"' killed/search.html
grep -qF '<polyline' killed/search.html
best=$(sed -n 's/^best run  //p' err.txt)
test -e "$best/model.safetensors"
test "$(find killed/trials -maxdepth 1 -mindepth 1 -type d | wc -l)" -eq 1
head -n 1 killed/results.csv >header.txt
if grep -q 'test\.' header.txt; then echo "a trial was scored on the test set"; exit 1; fi
"$TEMPER" tune search.toml --out killed --csv >trials.csv 2>err.txt
head -n 1 trials.csv >header.txt
grep -qx 'trial,epochs,score,outcome,fingerprint,optimizer.lr,model.width' header.txt

# What scores the test set meets the damaged images.
refused 3 "test" "$TEMPER" train best.toml --out scored --set epochs=1

# RandAugment's grid, killed on the way: it goes on and writes the winner as a recipe.
grid=(tune augment recipe.toml --set epochs=1 --num-ops 1 --magnitudes "3,9" --folder grid)
kill_behind 1 grid/results.csv "${grid[@]}"
"$TEMPER" "${grid[@]}" --out augmented.toml >out.txt 2>err.txt
cat out.txt err.txt
test "$(wc -l <grid/results.csv)" -eq 4
grep -qE '^ +num_ops +m = 3 +m = 9$' out.txt
grep -qF 'class="matrix"' grid/recipe-augment.html
grep -q 'kind = "rand_augment", num_ops = 1' augmented.toml
refused 2 "--trials has no effect without --space autoaugment" "$TEMPER" tune augment recipe.toml --trials 3
refused 2 "--method has no effect without --space autoaugment" "$TEMPER" tune augment recipe.toml --method random
refused 2 "--folds has no effect without --method density" "$TEMPER" tune augment recipe.toml --folds 5
refused 2 "--sampler has no effect without --method density" \
  "$TEMPER" tune augment recipe.toml --space autoaugment --sampler tpe

# Policies drawn at random, killed on the way: those that were trained are not trained again.
policies=(tune augment recipe.toml --set epochs=1 --space autoaugment --trials 3 --top 2 --folder policies)
kill_behind 2 policies/results.csv "${policies[@]}"
head -n 3 policies/results.csv >known.csv
"$TEMPER" "${policies[@]}" --out merged.toml >out.txt 2>err.txt || { cat err.txt; exit 1; }
cat out.txt err.txt
head -n 3 policies/results.csv | cmp known.csv
test "$(wc -l <policies/results.csv)" -eq 6
grep -q 'kind = "one_of"' merged.toml

# Density matching, killed when a loss is known: that policy is not evaluated again.
density=(tune augment recipe.toml --set epochs=1 --space autoaugment --method density --folds 2 --rounds 1 --trials 3
  --top 1 --folder density)
kill_behind 1 density/density/results.csv "${density[@]}"
known=$(sed -n 2p density/density/results.csv)
[[ $known ]] || { cat err.txt; exit 1; }
"$TEMPER" "${density[@]}" --out fast.toml >out.txt 2>err.txt || { cat err.txt; exit 1; }
cat out.txt
grep -qxF -e "$known" density/density/results.csv
test "$(wc -l <density/density/results.csv)" -eq 7
grep -q "No network was trained for a policy" out.txt
grep -q 'kind = "one_of"' fast.toml
