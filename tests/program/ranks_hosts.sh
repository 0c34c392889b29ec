# Two ranks on hosts of their own: network namespaces with a cable between them. The same bits as without it, whatever its
# speed; a cable that is cut is named by both. A sample of it, everything with TEMPER_TEST_EVERYTHING.
set -euo pipefail

if [[ -z ${TEMPER_INSIDE:-} ]]; then
  tools() { type ip tc nsenter >/dev/null; }
  spaces() {
    unshare --map-root-user --net --mount --uts bash -c \
      'mount -t tmpfs none /run && ip netns add try && ip link add one type veth peer name two && tc qdisc add dev one root tbf rate 1gbit burst 1mb latency 1s'
  }
  if ! tools 2>reason.txt || ! spaces 2>reason.txt; then
    echo "skipped: hosts of their own can't be made here: $(tail -1 reason.txt)"
    exit 77
  fi
  TEMPER_INSIDE=yes exec unshare --map-root-user --net --mount --uts bash "$0"
fi

# shellcheck source=tests/program/ranks.bash
source "$TEMPER_SOURCE_DIR/tests/program/ranks.bash"
small+=(--set log.every_steps=1)
everything=${TEMPER_TEST_EVERYTHING:+yes}

ip link set lo up
start 2 whole
all_end 0

on() { # HOST COMMAND...
  nsenter --net="/run/netns/host-$1" "${@:2}"
}

mount -t tmpfs none /run
for i in 0 1; do ip netns add host-$i; done
ip link add cable-0 netns host-0 type veth peer name cable-1 netns host-1
for i in 0 1; do
  on $i ip address add 10.99.0.$((i + 1))/24 dev cable-$i
  on $i ip link set lo up
  on $i ip link set cable-$i up
done

speed() { # RATE BURST: of the cable, in both directions
  local i
  for i in 0 1; do on $i tc qdisc replace dev cable-$i root tbf rate "$1" burst "$2" latency 400ms; done
}

out_for() { # SECONDS: takes the cable out
  on 1 ip link set cable-1 down
  sleep "$1"
  on 1 ip link set cable-1 up
}

address=10.99.0.1 # of rank 0's host
placed() {        # RANK WORLD
  # shellcheck disable=SC2016 # for the shell that is started
  place=(nsenter --net="/run/netns/host-$1" unshare --uts bash -c 'hostname "$0" && exec "$@"' "host-$1"
    env LOCAL_RANK=0 LOCAL_WORLD_SIZE=1 MASTER_ADDR="$address")
}

speed 1gbit 1mb
from=$(now)
start 2 fast
all_end 0
echo "1 Gbit/s: $(($(now) - from)) ms"
same whole fast

# A cable that is cut, in the middle of a run.
start 2 cut --rank-timeout 2s
reached 8
from=$(now)
on 1 ip link set cable-1 down
all_end 4
echo "a cut cable: both have ended after $(($(now) - from)) ms"
sentences 0 1
sentences 1 1
says err-0.txt "no sign of life for 2 s: rank 1 (on host-1), process ${pids[1]}, after step "
says err-1.txt "rank 0, which has the ranks' store at $address:$port, can't be reached any more"
on 1 ip link set cable-1 up
if [[ $everything ]]; then
  # One that is out for less than the time that is given does no harm.
  start 2 cut --rank-timeout 20s
  reached 14
  out_for 2
  all_end 0
else
  start 2 cut
  all_end 0
fi
same whole cut
[[ $everything ]] || exit 0

# 1 Mbit/s: a step takes seconds, and nobody is taken for lost.
speed 1mbit 16kb
from=$(now)
start 2 slow --rank-timeout 5s --stop-at 2
all_end 75
echo "1 Mbit/s: $(($(now) - from)) ms for 2 steps"
speed 1gbit 1mb
start 2 slow
all_end 0
same whole slow

# A delay of 10 ms in each direction; tc's netem is not in every kernel.
python3 "$TEMPER_SOURCE_DIR/tests/program/delay.py" /run/netns/host-0 /run/netns/host-1 10 >delay.txt 2>reason.txt &
delay=$!
for ((i = 0; i < 200; ++i)); do
  if [[ -s delay.txt || ! -e /proc/$delay/exe ]]; then break; fi
  sleep 0.05
done
if [[ -s delay.txt ]]; then
  for i in 0 1; do
    on $i ip address add 10.99.1.$((i + 1))/24 dev slow
    on $i ip link set slow up
  done
  address=10.99.1.1
  from=$(now)
  start 2 late
  all_end 0
  echo "10 ms of delay: $(($(now) - from)) ms"
  same whole late
  kill "$delay"
else
  echo "without a delay: there can be no TUN devices here: $(tail -1 reason.txt)"
fi
