# The same recipe gives the same bytes: when repeated, with other loader threads, and after a stop.
set -euo pipefail

python3 "$TEMPER_SOURCE_DIR/tests/program/pictures.py" pictures 64 5
small=(pictures --set data.batch_size=32 --set epochs=1 --set model.depth=8 --set threads=2
  --set averaging.0.kind=ema --set "data.augment=[{kind='pad_crop'}, {kind='flip'}]")

# train STATUS DIR [OPTION...]: must end with exit status STATUS.
train() {
  local expected=$1 directory=$2 status=0
  shift 2
  "$TEMPER" train "${small[@]}" --out "$directory" "$@" >out.txt 2>err.txt || status=$?
  ((status == expected)) || { cat out.txt err.txt; echo "exit status $status in place of $expected"; exit 1; }
}

same() { # DIR DIR
  local file
  for file in model.safetensors model-ema.safetensors predictions.safetensors; do
    cmp "$1/$file" "$2/$file"
  done
}

train 0 whole
train 0 again
same whole again

# The hashes of the data that a run records are those that the check prints.
"$TEMPER" data check pictures --digest --json >digest.json
jq -e --slurpfile run whole/environment.json \
  '.data == $run[0].data and .data_contents == $run[0].data_contents and (.data_contents | length) > 0' digest.json

for threads in 1 2 4; do
  train 0 threads-$threads --set data.num_workers=$threads
  same whole threads-$threads
done

train 75 stopped --stop-at 10
grep -q "stopped at step 10 of 18" err.txt
train 0 stopped
same whole stopped

# A directory with a run of another network is refused with the differences, and left unchanged.
train 2 whole --set model.depth=14
grep -qF "model.depth: 8 there, 14 now" err.txt
same whole again

# Running the resolved recipe gives the same bits.
"$TEMPER" train whole/recipe.toml --out resolved >out.txt 2>err.txt
same whole resolved

# The report works on a run that was killed at any moment.
"$TEMPER" train "${small[@]}" --set epochs=50 --set checkpoint.every_steps=5 --out killed >out.txt 2>err.txt &
pid=$!
until [[ -e killed/metrics.jsonl ]] && (($(wc -l <killed/metrics.jsonl) >= 3)); do sleep 0.1; done
kill -9 $pid
wait $pid || true
"$TEMPER" report killed
test -s killed/report.html

# Command-line options for stopping and resuming.
train 2 nowhere --resume
grep -q "no run to resume" err.txt
train 2 whole --time-limit soon
grep -q -e "--time-limit: 'soon' is not a duration" err.txt
train 2 whole --rank-timeout 0.5s
grep -q -e "--rank-timeout is 0.5s; expected at least 1s" err.txt
train 75 limited --set epochs=50 --time-limit 0.5s
test -e limited/checkpoints
train 75 origin --stop-at 4
train 2 origin --set seed=4
grep -qF "seed: 1 there, 4 now" err.txt
train 0 origin --set seed=4 --fork other
grep -q "origin at step 4" other/environment.json
grep -q '"libjpeg_turbo": "[0-9.]\+"' other/environment.json
train 0 origin --resume --set checkpoint.best=validation_loss
"$TEMPER" predict origin "$(find pictures -name '*.png' -print -quit)" --weights best
