# shellcheck shell=bash
# Several processes of this machine that train together, started as a launcher starts them. To be sourced by tests, which
# begin in an empty folder.

python3 "$TEMPER_SOURCE_DIR/tests/program/pictures.py" pictures 64 5
small=(pictures.toml --set threads=1) # what all of them train
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

# placed RANK WORLD: sets `place`, the beginning of the command of a rank. A test may define another one.
placed() {
  place=(env LOCAL_RANK="$1" LOCAL_WORLD_SIZE="$2" MASTER_ADDR=127.0.0.1)
}

# rank RANK WORLD DIR [OPTION...]: one process of several, in the background.
rank() {
  local rank=$1 world=$2 directory=$3 place
  placed "$rank" "$world"
  shift 3
  RANK=$rank WORLD_SIZE=$world MASTER_PORT=$port TORCHELASTIC_ERROR_FILE=$PWD/error-$rank.json OMP_NUM_THREADS=1 \
    "${place[@]}" "$TEMPER" train "${small[@]}" --out "$directory" "$@" >"out-$rank.txt" 2>"err-$rank.txt" &
  pids[rank]=$!
}

new_port() { # one that is free
  port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
}

# start WORLD DIR [OPTION...]: all of them.
start() {
  local world=$1 i
  shift
  new_port
  pids=()
  rm -f error-*.json out-*.txt err-*.txt
  for ((i = 0; i < world; ++i)); do rank "$i" "$world" "$@"; done
}

failed() { # TEXT
  head -50 out-*.txt err-*.txt
  echo "$1"
  exit 1
}

# ends RANK STATUS: waits for a process, which must end with that exit status.
ends() {
  local status=0
  wait "${pids[$1]}" || status=$?
  ((status == $2)) || failed "rank $1: exit status $status, not $2"
}

all_end() { # STATUS
  local i
  for i in "${!pids[@]}"; do ends "$i" "$1"; done
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
  failed "fewer than $2 checkpoints in $1"
}

same() { # DIR DIR
  local file
  for file in model.safetensors model-ema.safetensors predictions.safetensors; do
    cmp "$1/$file" "$2/$file"
  done
}

now() { # in milliseconds
  echo $((${EPOCHREALTIME/[.,]/} / 1000))
}

last_step() { # DIR: of the log
  { tail -n 400 "$1/metrics.jsonl" 2>/dev/null || true; } | sed -n 's/.*"event":"step".*"step":\([0-9]*\).*/\1/p' | tail -1
}

reached() { # STEP: waits until the processes that were started have made it
  local i step
  for ((i = 0; i < 1500; ++i)); do
    step=$({ cat err-0.txt 2>/dev/null || true; } | sed -n 's/^epoch .* step \([0-9]*\)\/.*/\1/p' | tail -1)
    ((${step:-0} >= $1)) && return
    sleep 0.02
  done
  failed "step $1 has not been reached"
}

sentences() { # RANK NUMBER: that a rank has said, each on a line
  if (($(grep -c '^temper: ' "err-$1.txt") != $2)) || grep -q '^\[[A-Z][0-9]\|^frame #\|^terminate' "err-$1.txt"; then
    failed "rank $1 has not said $2 sentences, and nothing else"
  fi
}
