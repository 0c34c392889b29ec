# Faults of processes that train together: kills, stops, jobs that get in each other's way. Whatever happens, all
# ranks end with one sentence, and the run goes on to the bytes of one without a fault. A sample of it, everything with
# TEMPER_TEST_EVERYTHING; kills and SIGTERM are in ranks.sh as well.
set -euo pipefail

# shellcheck source=tests/program/ranks.bash
source "$TEMPER_SOURCE_DIR/tests/program/ranks.bash"
small+=(--set log.every_steps=1)
host=$(hostname)
steps=36 # of a run
everything=${TEMPER_TEST_EVERYTHING:+yes}
moments=20
times=() # from kills to the end of the other ranks, in milliseconds

ended_training() { # DIR
  grep -qs '"event":"end"' "$1/metrics.jsonl"
}

# broken RANK DIR: a rank has ended because of another one; or without an error, where training had just ended.
broken() {
  local status=0
  wait "${pids[$1]}" || status=$?
  ((status == 4 || (status == 0 && $(ended_training "$2" && echo 1 || echo 0)))) ||
    failed "rank $1: exit status $status, not 4"
  ((status == 4))
}

# names RANK VICTIM: what a rank says of one that was killed.
names() {
  sentences "$1" 1
  if (($2 == 0)); then
    says "err-$1.txt" "rank 0, which has the ranks' store at 127.0.0.1:$port, can't be reached any more"
  else
    says "err-$1.txt" "rank $2 (on $host), process ${pids[$2]}, after step "
    says "err-$1.txt" "has ended without a message: it was killed"
  fi
}

# kills WORLD VICTIM: a rank is killed at several moments of a run, which goes on each time, or begins anew where it was
# near its end.
kills() {
  local world=$1 victim=$2 run=killed-$1-$2 i other from
  for ((i = 0; i < moments; ++i)); do
    (($(last_step "$run") + 0 < steps - 3)) || rm -r "$run"
    start "$world" "$run"
    reached $((1 + i * (steps - 1) / moments))
    sleep "0.0$((RANDOM % 10))"
    from=$(now)
    kill -9 "${pids[victim]}"
    for ((other = 0; other < world; ++other)); do
      if ((other != victim)) && broken "$other" "$run"; then names "$other" "$victim"; fi
    done
    times+=($(($(now) - from)))
    wait "${pids[victim]}" 2>/dev/null || true
  done
  start "$world" "$run"
  all_end 0
  same "whole-$world" "$run"
}

worlds=(2)
[[ ! $everything ]] || worlds=(2 3)
for world in "${worlds[@]}"; do
  start "$world" "whole-$world"
  all_end 0
done
whole="whole-2"

# These are waited for five minutes, and end last.
mkdir waits
ln -s ../pictures ../pictures.toml waits/
waiting=()
if [[ $everything ]]; then
  cd waits
  new_port
  rank 0 3 missing
  rank 1 3 missing
  placed() { place=(env MASTER_ADDR=nowhere.invalid); }
  rank 2 3 missing
  waiting=("${pids[@]}")
  cd ..
  placed() { place=(env LOCAL_RANK="$1" LOCAL_WORLD_SIZE="$2" MASTER_ADDR=127.0.0.1); }
fi

if [[ $everything ]]; then
  for world in "${worlds[@]}"; do
    for ((victim = 0; victim < world; ++victim)); do kills "$world" "$victim"; done
  done
  echo "kill -9: ${#times[@]} times; milliseconds until the other ranks had ended:"
  printf '%s\n' "${times[@]}" | sort -n | tr '\n' ' '
  echo
fi

first_victim=$([[ $everything ]] && echo 0 || echo 1)

# A rank that is halted is named after the time that was given; when it runs again, it ends as well.
for ((victim = first_victim; victim < 2; ++victim)); do
  start 2 halted --rank-timeout 2s
  reached $((5 + 10 * victim))
  from=$(now)
  kill -STOP "${pids[victim]}"
  ends $((1 - victim)) 4
  echo "SIGSTOP of rank $victim: the other one ended after $(($(now) - from)) ms"
  sentences $((1 - victim)) 1
  if ((victim == 0)); then
    says err-1.txt "rank 0, which has the ranks' store at 127.0.0.1:$port, can't be reached any more"
  else
    says err-0.txt "no sign of life for 2 s: rank 1 (on $host), process ${pids[1]}, after step "
  fi
  kill -CONT "${pids[victim]}"
  ends "$victim" 4
  sentences "$victim" 1
done
start 2 halted
all_end 0
same "$whole" halted

# SIGTERM to all ranks, and to each one.
stops=("0 1" 0 1 "0 1" 0 1 "0 1" 0 1 "0 1")
[[ $everything ]] || stops=()
between=() # steps of stops between those with a checkpoint
for i in "${!stops[@]}"; do
  start 2 told
  reached $((4 + i * 2))
  for victim in ${stops[i]}; do kill -TERM "${pids[victim]}"; done
  all_end 75
  step=$(sed -n 's/.*stopped at step \([0-9]*\) of .*/\1/p' err-0.txt)
  says err-1.txt "stopped at step $step of $steps"
  [[ $(last_step told) == "$step" && -s told/checkpoints/step-$(printf %08d "$step")/manifest.json ]]
  ((step % 3 == 0)) || between[step]=yes
  (($(checkpoints told) == step / 3 + ${#between[@]})) || failed "more than one checkpoint"
done
if [[ $everything ]]; then
  start 2 told
  all_end 0
  same "$whole" told
fi

# A second job at the port of another one ends with a sentence, and the first one does not notice. That one trains until it
# is stopped, and could otherwise have ended before the second one begins.
start 2 first --set epochs=1000
reached 2
first=("${pids[@]}")
pids=()
mkdir second
ln -s ../pictures ../pictures.toml second/
cd second
rank 0 2 run
rank 1 2 run
rank 2 3 run
all_end 2
says err-0.txt "rank 0 can't open the ranks' store at port $port"
says err-0.txt "the port may be that of another job: choose another MASTER_PORT"
says err-1.txt "two processes say that they are rank 1 at 127.0.0.1:$port; perhaps two jobs use one port"
says err-2.txt "rank 2 belongs to a job of 3 processes, temper "
says err-2.txt "and rank 0 at 127.0.0.1:$port to one of 2 processes, temper "
for i in 0 1 2; do sentences $i 1; done
[[ ! -e run ]]
cd ..
pids=("${first[@]}")
reached $(($(last_step first) + 2))
kill -TERM "${pids[@]}"
all_end 75
start 2 alone --set epochs=1000
reached 100
kill -TERM "${pids[@]}"
all_end 75
losses() { # DIR: of the first 100 steps
  jq -c 'select(.event == "step" and .step <= 100) | [.step, .loss]' "$1/metrics.jsonl"
}
cmp <(losses first) <(losses alone)

# Ranks that don't belong together: both say why.
different() { # TEXT
  all_end 2
  says err-0.txt "$1"
  says err-1.txt "$1"
  sentences 0 1
  sentences 1 1
  [[ ! -e mixed ]]
}
new_port
pids=()
rank 0 2 mixed
rank 1 3 mixed
different "start all ranks with the same launcher and the same program"
mkdir others
cp -r pictures others/
mv others/pictures/train/class-3/0000.png others/pictures/train/class-4/0000-too.png
new_port
pids=()
rank 0 2 mixed
rank 1 2 mixed --set data.source=others/pictures
different "rank 1 has another data set than rank 0"
commit=$("$TEMPER" --version | sed -n 's/.*(\(.*\))$/\1/p')
sed "s/$commit/$(tr 0-9a-f 1-9a-f0 <<<"$commit")/g" "$TEMPER" >other-temper
chmod +x other-temper
if [[ $(./other-temper --version) != "$("$TEMPER" --version)" ]]; then
  new_port
  pids=()
  rank 0 2 mixed
  TEMPER=./other-temper rank 1 2 mixed
  different "start all ranks with the same launcher and the same program"
fi

# Ranks that don't come, and a host that there is not. The rank that gives up first tells the others.
if [[ $everything ]]; then
  cd waits
  pids=("${waiting[@]}")
  statuses=(0 0 0)
  for i in 0 1 2; do
    wait "${pids[i]}" || statuses[i]=$?
    sentences $i 1
  done
  [[ ${statuses[*]} == "2 2 2" ]] || failed "exit statuses ${statuses[*]}"
  for i in 0 1; do
    grep -qE "1 of 3 ranks have not come to 127.0.0.1:[0-9]* within 300 s: rank 2; check their output, and that they have the" \
      err-$i.txt || failed "rank $i does not say which rank has not come"
  done
  says err-2.txt "the host 'nowhere.invalid' of MASTER_ADDR can't be reached from this machine: "
fi
