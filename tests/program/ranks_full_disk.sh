# The disk of rank 0 of several processes is full: its message is that of both, and the run goes on to the bytes of one
# without a fault.
set -euo pipefail

# Mounting a small disk needs a separate mount namespace.
if [[ -z ${TEMPER_INSIDE:-} ]]; then
  if ! unshare --map-root-user --mount mount -t tmpfs none "$PWD" 2>reason.txt; then
    echo "skipped: a small disk cannot be mounted here: $(tail -1 reason.txt)"
    exit 77
  fi
  TEMPER_INSIDE=yes exec unshare --map-root-user --mount bash "$0"
fi

# shellcheck source=tests/program/ranks.bash
source "$TEMPER_SOURCE_DIR/tests/program/ranks.bash"
small+=(--set log.every_steps=1)
host=$(hostname)
everything=${TEMPER_TEST_EVERYTHING:+yes}
start 2 whole
all_end 0

mkdir disk
mount -t tmpfs -o size=96m none disk
for kib in ${everything:+0} 300; do
  start 2 disk/run
  reached $((4 + kib / 30))
  head -c $((($(df --output=avail --block-size=1024 disk | tail -1) - kib) * 1024)) /dev/zero 2>/dev/null >disk/ballast || true
  all_end 4
  sentences 0 1
  sentences 1 1
  for i in 0 1; do says "err-$i.txt" "No space left on device"; done
  says err-1.txt "rank 0 (on $host) has ended after step "
  jq -e '.message.message | contains("No space left on device")' error-0.json >/dev/null
  if find disk -name '*.temper-tmp' | grep .; then failed "these were left behind"; fi
  rm disk/ballast
done
start 2 disk/run
all_end 0
same whole disk/run
umount disk
