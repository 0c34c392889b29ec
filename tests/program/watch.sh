# The page of a run and of a study in a browser's place: it follows the files, can only be read, and changes nothing.
set -euo pipefail
# shellcheck source=tests/program/refused
source "$TEMPER_SOURCE_DIR/tests/program/refused"

trap 'kill $(jobs -p) 2>/dev/null || true' EXIT
client() { python3 "$TEMPER_SOURCE_DIR/tests/program/watch.py" "$@"; }

# watch ARGUMENT...: begins to serve, and sets `watcher` and `port`.
watch() {
  rm -f url.txt
  "$TEMPER" watch "$@" >url.txt 2>watch.err &
  watcher=$!
  until [[ -s url.txt ]]; do
    kill -0 $watcher || { cat watch.err; exit 1; }
    sleep 0.05
  done
  port=$(sed -n 's|^http://127.0.0.1:\([0-9]*\)/ .*|\1|p' url.txt)
}
# ended SIGNAL: the server ends with success.
ended() {
  kill "-$1" $watcher
  local status=0
  wait $watcher || status=$?
  ((status == 0)) || { cat watch.err; echo "exit status $status after SIG$1"; exit 1; }
}

python3 "$TEMPER_SOURCE_DIR/tests/program/pictures.py" pictures 60 10
small=(pictures --set data.batch_size=32 --set epochs=3 --set model.depth=8 --set threads=1 --set log.every_steps=1
  --set averaging.0.kind=ema --set checkpoint.every_steps=10 --set precision=fp32)

# train STATUS DIR [OPTION...]: must end with exit status STATUS.
train() {
  local expected=$1 directory=$2 status=0
  shift 2
  "$TEMPER" train "${small[@]}" --out "$directory" "$@" >"$directory.txt" 2>"$directory.err" || status=$?
  ((status == expected)) || { cat "$directory.txt" "$directory.err"; echo "exit status $status"; exit 1; }
}

# It waits for a run, follows it, says that it has ended, and the run is the same as without it.
watch watched
grep -q "watched does not exist yet" watch.err
client until "$port" "The run has not begun"
test "$(cut -d ' ' -f 19 "/proc/$watcher/stat")" -ge 10 # of low priority
train 75 watched --stop-at 20
client until "$port" ">Live</strong> Step 20 of "
train 0 watched &
trainer=$!
client attack "$port" $watcher
wait $trainer
client until "$port" ">Ended</strong> The run has ended after "
train 0 alone
for file in model.safetensors model-ema.safetensors predictions.safetensors; do cmp "watched/$file" "alone/$file"; done
diff <(ls -A watched) <(ls -A alone)

# What can't be served is said before anything is.
refused 4 "cannot listen on 127.0.0.1, port $port" "$TEMPER" watch watched --port "$port"
ended INT
mkdir empty
refused 2 "not a run directory" "$TEMPER" watch empty
cp -r alone damaged
sed -i '2s/.*/no JSON/' damaged/metrics.jsonl
refused 3 "metrics.jsonl" "$TEMPER" watch damaged
refused 2 "are for a study" "$TEMPER" watch alone --out studies
refused 2 "--port" "$TEMPER" watch alone --port 70000

# A page that can't be made any more says so, and comes back.
watch alone
client until "$port" "The run has ended after "
mv alone/metrics.jsonl kept
cp damaged/metrics.jsonl alone/
client until "$port" "expected one JSON object"
mv kept alone/metrics.jsonl
client until "$port" "The run has ended after "
ended TERM

# A study.
cat >study.toml <<END
description = "Does another width help?"
seeds = 3

[base]
epochs = 1
threads = 1
precision = "fp32"
data = { source = "$PWD/pictures", batch_size = 64, validation = 0.1, num_workers = 1 }
model = { kind = "resnet", stem = "strided", layers = [1, 1, 1], width = 8 }
optimizer = { kind = "sgd", lr = 0.1, momentum = 0.9 }

[[row]]
name = "wide & co"
set.model.width = 12
END
watch study.toml --out results --set seeds=2
client until "$port" "0 runs so far. Next: "
client until "$port" "wide &amp; co"
test ! -e results
"$TEMPER" ablate study.toml --out results --set seeds=2 --jobs 2 >out.txt 2>err.txt || { cat err.txt; exit 1; }
client until "$port" "The study is complete: 4 runs."
client attack "$port" $watcher
ended INT
refused 2 "the folder of a study's results" "$TEMPER" watch results
refused 4 "none.toml" "$TEMPER" watch none.toml
