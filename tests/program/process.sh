# The program asks for huge pages once, unless the user has set the variable, and keeps its name.
set -euo pipefail

# environment NAME=VALUE...: the environment of a training process.
environment() {
  env -u GLIBC_TUNABLES "$@" "$TEMPER" train --set epochs=1 \
    --set data.limit=2000 --out run >log 2>&1 &
  local pid=$!
  for ((i = 0; i < 200; ++i)); do
    [[ -s run/metrics.jsonl ]] && break
    sleep 0.1
  done
  tr '\0' '\n' <"/proc/$pid/environ"
  grep -qx temper "/proc/$pid/comm"
  kill "$pid"
  wait "$pid" || true
  rm -rf run
}

environment >settled
grep -qx 'GLIBC_TUNABLES=glibc.malloc.hugetlb=1' settled

environment GLIBC_TUNABLES=glibc.malloc.check=0 >chosen
grep -qx 'GLIBC_TUNABLES=glibc.malloc.check=0' chosen
