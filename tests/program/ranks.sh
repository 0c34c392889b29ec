# Training by several processes of this machine, started as a launcher starts them.
set -euo pipefail
# shellcheck source=tests/program/ranks.bash
source "$TEMPER_SOURCE_DIR/tests/program/ranks.bash"

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

# One that is told to stop while others are waited for stops those that are there.
joined() { # NUMBER: waits until there are so many connections to the ranks' store
  local i ends
  ends=":$(printf %04X "$port")\$"
  for ((i = 0; i < 1200; ++i)); do
    (($(awk -v ends="$ends" '$3 ~ ends && $4 == "01"' /proc/net/tcp /proc/net/tcp6 2>/dev/null | wc -l) >= $1)) && break
    sleep 0.05
  done
  sleep 0.5
}
for victim in 0 1; do
  new_port
  pids=()
  rank 0 3 early
  rank 1 3 early
  joined 2
  kill -TERM "${pids[victim]}"
  all_end 75
  says "err-$victim.txt" "stopped before all ranks were there"
  says "err-$((1 - victim)).txt" "rank $victim (on "
  [[ ! -e early ]]
done

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
says divided/metrics.jsonl "optimizer's state of a part of the parameters"
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
new_port
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
RANK=0 TORCHELASTIC_ERROR_FILE=$PWD/error.json "$TEMPER" train "${small[@]}" --out refused >out.txt 2>err.txt || status=$?
((status == 2))
says err.txt "WORLD_SIZE is not set"
jq -e '.message.message | contains("WORLD_SIZE is not set")' error.json
# One process that torchrun has started tells it any error, too.
tells() { # TEXT ARGUMENT...
  rm error.json
  status=0
  RANK=0 WORLD_SIZE=1 TORCHELASTIC_ERROR_FILE=$PWD/error.json "$TEMPER" "${@:2}" >out.txt 2>err.txt || status=$?
  ((status != 0))
  says err.txt "$1"
  jq -e --arg text "$1" '.message.message | contains($text)' error.json
}
tells "missing.toml" train missing.toml
tells "no-such-option" train --no-such-option
tells "stopped at step 1 of" train "${small[@]}" --out single --stop-at 1
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
