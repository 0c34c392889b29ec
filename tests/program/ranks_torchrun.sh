# torchrun starts ranks that were killed again, and they go on by themselves to the bytes of a run without a fault. It needs
# PyTorch's torchrun: the benchmark's, that beside the Python that TEMPER_BENCH_PYTHON names, or that on the PATH.
set -euo pipefail

torchrun=$(dirname "${TEMPER_BENCH_PYTHON:-$TEMPER_SOURCE_DIR/build/bench-env/bin/python}")/torchrun
[[ -x $torchrun ]] || torchrun=$(command -v torchrun || true)
if [[ -z $torchrun ]]; then
  echo "skipped: there is no torchrun; name a Python with PyTorch in TEMPER_BENCH_PYTHON"
  exit 77
fi

# shellcheck source=tests/program/ranks.bash
source "$TEMPER_SOURCE_DIR/tests/program/ranks.bash"
moments=${TEMPER_TEST_EVERYTHING:+20}

# launch DIR RESTARTS [OPTION...]
launch() {
  local directory=$1 restarts=$2
  shift 2
  new_port
  "$torchrun" --no-python --nproc-per-node 2 --max-restarts "$restarts" --master-port "$port" \
    "$TEMPER" train "${small[@]}" --out "$directory" "$@" >out-torchrun.txt 2>err-torchrun.txt &
  launcher=$!
}

launched() { # STATUS
  local status=0
  wait "$launcher" || status=$?
  ((status == $1)) || failed "torchrun: exit status $status, not $1"
}

process_of() { # RANK, or a pattern: that torchrun has started; nothing without one
  local processes process
  read -ra processes -d '' < <(cat /proc/"$launcher"/task/*/children 2>/dev/null) || true
  for process in "${processes[@]}"; do
    if tr '\0' '\n' 2>/dev/null <"/proc/$process/environ" | grep -x "RANK=$1" >/dev/null; then echo "$process"; fi
  done
}

# next_process RANK LAST: waits for one that is not the last one; nothing where torchrun has ended.
next_process() {
  local process
  while [[ -e /proc/$launcher/exe ]]; do
    process=$(process_of "$1")
    if [[ -n $process && $process != "$2" ]]; then
      echo "$process"
      return
    fi
    sleep 0.02
  done
}

start 2 whole
all_end 0

# kill -9 at random moments from the start of the processes on.
kills=0
killed=(none none)
runs=0
while ((kills < ${moments:-1})); do
  launch "killed-$runs" 100
  while ((kills < ${moments:-1})); do
    victim=$((kills % 2))
    process=$(next_process $victim "${killed[victim]}")
    [[ -n $process ]] || break
    sleep "$((RANDOM % 2)).$((RANDOM % 10))"
    killed[victim]=$process
    if kill -9 "$process" 2>/dev/null; then kills=$((kills + 1)); fi
  done
  launched 0
  same whole "killed-$runs"
  runs=$((runs + 1))
done
echo "kill -9: $kills times in $runs runs of torchrun"

# Two agents, as on two machines, which count restarts each for itself: ranks find each other all the same.
agent() { # DIR NUMBER: sets launcher
  GLOO_SOCKET_IFNAME=lo "$torchrun" --no-python --nnodes 2 --nproc-per-node 1 --rdzv-backend c10d --rdzv-id pair \
    --rdzv-endpoint "127.0.0.1:$port" --local-addr 127.0.0.1 --max-restarts 100 \
    "$TEMPER" train "${small[@]}" --out "$1" >"out-torchrun-$1-$2.txt" 2>"err-torchrun-$1-$2.txt" &
  launcher=$!
}

new_port
agent pair 0
other=$launcher
agent pair 1
process=none
kills=0
while ((kills < ${moments:-2})); do
  process=$(next_process '[01]' "$process")
  [[ -n $process ]] || break
  sleep "$((RANDOM % 2)).$((RANDOM % 10))"
  if kill -9 "$process" 2>/dev/null; then kills=$((kills + 1)); fi
done
for launcher in "$launcher" "$other"; do
  status=0
  wait "$launcher" || status=$?
  if ((status != 0)); then
    tail -30 err-torchrun-pair-*.txt
    failed "an agent: exit status $status"
  fi
done
same whole pair
echo "kill -9 of a rank of one of two agents: $kills times"

if [[ $moments ]]; then
  # A rank that is told to stop: torchrun takes it for a failure, and all go on. torchrun itself is told to stop: the next
  # start goes on.
  launch told 3
  saved told 1
  kill -TERM "$(process_of 1)"
  saved told 5
  kill -TERM "$launcher"
  status=0
  wait "$launcher" || status=$?
  ((status != 0)) || failed "torchrun: exit status 0 after SIGTERM"
  says err-torchrun.txt "stopped at step "
  before=$(checkpoints told)
  launch told 0
  launched 0
  (($(checkpoints told) > before))
  same whole told
fi

# torchrun shows the sentence of the rank that failed.
launch refused 0 --set data.batch_size=1
launched 1
sed -n '/FAILED/,$p' err-torchrun.txt >shown.txt
says shown.txt "data.batch_size = 1 is the whole batch"
