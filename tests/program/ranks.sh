# Training by several processes of this machine, started as a launcher starts them.
set -euo pipefail

python3 "$TEMPER_SOURCE_DIR/tests/program/pictures.py" pictures 64 5
small=(pictures.toml --set threads=1)
"$TEMPER" recipe new pictures --out pictures.toml >out.txt
cat >edits.txt <<END
data.batch_size=32
epochs=2
model.depth=8
precision=fp32
averaging=[{kind='ema'}]
data.augment=[{kind='pad_crop'}, {kind='flip'}]
mixing={methods=[{kind='mixup'}]}
checkpoint.every_steps=3
checkpoint.keep=100
END
while read -r edit; do small+=(--set "$edit"); done <edits.txt
pids=()
trap "kill -9 \$(jobs -p) 2>/dev/null || true" EXIT

# rank RANK WORLD DIR [OPTION...]: one process of several, in the background.
rank() {
  local rank=$1 world=$2 directory=$3
  shift 3
  RANK=$rank WORLD_SIZE=$world LOCAL_RANK=$rank LOCAL_WORLD_SIZE=$world MASTER_ADDR=127.0.0.1 \
    MASTER_PORT=$port TORCHELASTIC_ERROR_FILE=$PWD/error-$rank.json OMP_NUM_THREADS=1 \
    "$TEMPER" train "${small[@]}" --out "$directory" "$@" >"out-$rank.txt" 2>"err-$rank.txt" &
  pids[rank]=$!
}

# start WORLD DIR [OPTION...]: all of them.
start() {
  local world=$1 i
  shift
  port=$((15000 + (RANDOM % 10000)))
  pids=()
  rm -f error-*.json
  for ((i = 0; i < world; ++i)); do rank "$i" "$world" "$@"; done
}

# ends RANK STATUS: waits for a process, which must end with that exit status.
ends() {
  local status=0
  wait "${pids[$1]}" || status=$?
  ((status == $2)) || { head -50 out-*.txt err-*.txt; echo "rank $1: exit status $status, not $2"; exit 1; }
}

all_end() { # STATUS
  local i
  for ((i = 0; i < ${#pids[@]}; ++i)); do ends "$i" "$1"; done
}

says() { # FILE TEXT
  grep -qF -- "$2" "$1" || { cat "$1"; echo "$1 does not say: $2"; exit 1; }
}

checkpoints() { # DIR: their number
  compgen -G "$1/checkpoints/step-*/manifest.json" | wc -l
}

saved() { # DIR NUMBER: waits until there are so many
  local i
  for ((i = 0; i < 1200; ++i)); do
    (($(checkpoints "$1") >= $2)) && return
    sleep 0.02
  done
  head -50 out-*.txt err-*.txt
  echo "fewer than $2 checkpoints in $1"
  exit 1
}

same() { # DIR DIR
  local file
  for file in model.safetensors model-ema.safetensors predictions.safetensors; do
    cmp "$1/$file" "$2/$file"
  done
}

# Two processes give a run; rank 0 alone writes and prints.
start 2 whole
all_end 0
[[ ! -s out-1.txt ]]
says whole/metrics.jsonl "2 processes train together"
test -s whole/report.html

# A stop in one step, and the run goes on as if there had been none: the same bytes.
start 2 stopped --stop-at 10
all_end 75
says err-0.txt "stopped at step 10 of"
says err-1.txt "stopped at step 10 of"
start 2 stopped
all_end 0
same whole stopped

# One that is told to stop stops both. A process that is killed is named by the other, and the run goes on from its last
# checkpoint.
start 2 told
saved told 1
kill -TERM "${pids[1]}"
all_end 75
start 2 told
saved told "$(($(checkpoints told) + 1))"
kill -9 "${pids[1]}"
ends 0 4
says err-0.txt "rank 1 (on "
[[ ! -e error-0.json ]]
start 2 told
saved told "$(($(checkpoints told) + 1))"
kill -9 "${pids[0]}"
ends 1 4
says err-1.txt "rank 0"
start 2 told
all_end 0
same whole told

# Another number of processes goes on from the same checkpoint, and says so.
status=0
"$TEMPER" train "${small[@]}" --out moved --stop-at 5 >out.txt 2>err.txt || status=$?
((status == 75))
start 3 moved --stop-at 9
all_end 75
says moved/metrics.jsonl "in 3 processes now"

# Gradients in bf16; mixing without an exchange of images, also of what a stage of the network gives. The log says so.
start 2 apart --set comm_hook=bf16_compress --stop-at 3 \
  --set "mixing={methods=[{kind='manifold_mixup', stages=[1]}], across_ranks=false}"
all_end 75
says apart/metrics.jsonl "added up in bf16"
says apart/metrics.jsonl "images are mixed with those of their own process"

# Processes that divide the optimizer's state, also when stopped, give the bytes of those that do not.
start 2 divided --set shard_optimizer=true --stop-at 10
all_end 75
says divided/metrics.jsonl "of its own parameters alone"
start 2 divided --set shard_optimizer=true
all_end 0
same whole divided
last=$(cd whole/checkpoints && printf '%s\n' step-* | tail -1)
cmp "whole/checkpoints/$last/optimizer.safetensors" "divided/checkpoints/$last/optimizer.safetensors"

# As many images on each process as the recipe says: the run is one with the batch of all of them, and goes on as such.
whole=("${small[@]}")
grep -v '^ *batch_size' pictures.toml >each.toml
small=(each.toml --set threads=1)
while read -r edit; do small+=(--set "$edit"); done < <(grep -v batch_size= edits.txt)
start 2 each --set data.batch_per_rank=16 --stop-at 3
all_end 75
says each/metrics.jsonl "data.batch_per_rank = 16 gives batches of 32 images"
says each/recipe.toml "batch_size = 32"
start 3 each --set data.batch_per_rank=16
all_end 2
says err-0.txt "data.batch_size: 32 there, 48 now"
start 3 each --set data.batch_size=32 --stop-at 5
all_end 75
"$TEMPER" train "${small[@]}" --set data.batch_per_rank=8 --dry-run --ranks 4 --bandwidth 25G >out.txt 2>err.txt
says out.txt "batch           32 images, 8 on a rank"
small=("${whole[@]}")

# What does not belong together is refused on all ranks, and torchrun gets the reason.
port=$((15000 + (RANDOM % 10000)))
pids=()
rank 0 2 refused
rank 1 2 refused --set seed=7
all_end 2
says err-0.txt "rank 1 has another recipe than rank 0"
jq -e '.message.message | contains("another recipe")' error-0.json
start 2 refused --set data.batch_size=1
all_end 2
says err-1.txt "data.batch_size = 1 is the whole batch"
start 2 refused --set "mixing={methods=[{kind='manifold_mixup', stages=[1]}]}"
all_end 2
says err-1.txt "manifold_mixup mixes what a stage of the network gives for images of the whole batch, which 2 processes"
status=0
RANK=1 WORLD_SIZE=2 TORCHELASTIC_RUN_ID=none TORCHELASTIC_ERROR_FILE=$PWD/error-1.json \
  "$TEMPER" runs whole >out.txt 2>err.txt || status=$?
((status == 2))
says err.txt "torchrun has started 2 processes, and 'temper runs' is the work of one"
jq -e '.message.message | contains("without torchrun")' error-1.json
status=0
RANK=0 "$TEMPER" train "${small[@]}" --out refused >out.txt 2>err.txt || status=$?
((status == 2))
says err.txt "WORLD_SIZE is not set"
start 2 whole --set model.depth=14
all_end 2
says err-0.txt "model.depth: 8 there, 14 now"
says err-1.txt "model.depth: 8 there, 14 now"

# Without training, rank 0 does all the work.
start 2 dry --dry-run
all_end 0
says out-0.txt "Dry run"
[[ ! -s out-1.txt ]]

# What several processes would take, told by one.
"$TEMPER" train "${small[@]}" --dry-run --ranks 4 --bandwidth 25G >out.txt 2>err.txt
says out.txt "ranks           4, 1 on each machine, 25 Gbit/s between machines, 50 us latency"
says out.txt "batch           32 images, 8 on a rank"
says out.txt "scaling efficiency"
says out.txt "Dry run: nothing was written."
"$TEMPER" train "${small[@]}" --set sync_bn=true --dry-run --ranks 32 --local-ranks 2 --bandwidth 1G --latency 0.2ms --json \
  >out.json
jq -e ".rank_images == 1 and .efficiency < 1" out.json
jq -e '.ranks == 32 and .latency == 0.0002 and .sync_bn_sums > 0 and .step_seconds > .computation_seconds' out.json
"$TEMPER" train "${small[@]}" --set shard_optimizer=true --dry-run --ranks 4 --bandwidth 1G >out.txt 2>err.txt
says out.txt "from the ranks that update them"
refused_dry() { # TEXT OPTION...
  local status=0
  "$TEMPER" train "${small[@]}" "${@:2}" >out.txt 2>err.txt || status=$?
  ((status == 2)) || { cat err.txt; echo "exit status $status in place of 2: ${*:2}"; exit 1; }
  says err.txt "$1"
}
refused_dry "--ranks is for an estimate, together with --dry-run" --ranks 4 --bandwidth 25G
refused_dry "--bandwidth is for an estimate of several processes; give their number by --ranks" --dry-run --bandwidth 25G
refused_dry "--ranks needs the bandwidth of the network" --dry-run --ranks 4
refused_dry "--bandwidth is '25X'; expected bits per second" --dry-run --ranks 4 --bandwidth 25X
refused_dry "--latency is '50'; expected at most 10s" --dry-run --ranks 4 --bandwidth 25G --latency 50
refused_dry "--local-ranks is 5, of 4 ranks" --dry-run --ranks 4 --local-ranks 5 --bandwidth 25G
refused_dry "data.batch_size = 32 is the whole batch, which 33 processes share" --dry-run --ranks 33 --bandwidth 25G
