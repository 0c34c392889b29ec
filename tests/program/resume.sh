# The same recipe gives the same bytes: twice, with other loader threads, and across a stop.
set -euo pipefail

small=(--set data.limit=640 --set data.batch=32 --set epochs=1 --set model.depth=8 --set threads=2
  --set averaging.kind=ema --set "data.augment=[{kind='pad_crop'}, {kind='flip'}]")

# train DIR [OPTION...]: its exit status must be the first argument.
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

train 0 threads --set data.loader_threads=3
same whole threads

train 75 stopped --stop-at 10
grep -q "stopped at step 10 of 20" err.txt
train 0 stopped
same whole stopped

# A directory that holds a run of another network is refused with what differs, and left as it was.
train 2 whole --set model.depth=14
grep -qF "model.depth: 8 there, 14 now" err.txt
same whole again

# Running the resolved recipe gives the same bits.
"$TEMPER" train whole/recipe.toml --out resolved >out.txt 2>err.txt
same whole resolved

# Killed at any moment, the report works on what is there.
"$TEMPER" train "${small[@]}" --set epochs=50 --set checkpoint.every_steps=5 --out killed >out.txt 2>err.txt &
pid=$!
until [[ -e killed/metrics.jsonl ]] && (($(wc -l <killed/metrics.jsonl) >= 3)); do sleep 0.1; done
kill -9 $pid
wait $pid || true
"$TEMPER" report killed
test -s killed/report.html
