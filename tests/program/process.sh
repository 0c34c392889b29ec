# The program sets its environment variables once, and keeps those that the user has set.
set -euo pipefail

# environment NAME=VALUE...: the environment of a training process.
environment() {
  env -u GOMP_SPINCOUNT -u OMP_WAIT_POLICY -u GLIBC_TUNABLES "$@" "$TEMPER" train --set epochs=1 \
    --set data.limit=2000 --out run >log 2>&1 &
  local pid=$!
  for ((i = 0; i < 200; ++i)); do
    [[ -s run/metrics.jsonl ]] && break
    sleep 0.1
  done
  tr '\0' '\n' <"/proc/$pid/environ"
  kill "$pid"
  wait "$pid" || true
  rm -rf run
}

environment >settled
grep -qx 'GOMP_SPINCOUNT=5000' settled
grep -qx 'GLIBC_TUNABLES=glibc.malloc.hugetlb=1' settled

environment OMP_WAIT_POLICY=active GLIBC_TUNABLES=glibc.malloc.check=0 >chosen
if grep -q GOMP_SPINCOUNT chosen; then exit 1; fi
grep -qx 'GLIBC_TUNABLES=glibc.malloc.check=0' chosen
