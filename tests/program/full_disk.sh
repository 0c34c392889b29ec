# A disk that is full at any moment ends a run with one clear message and exit status 4, and nothing is
# lost: with free space the same command gives the same bytes.
set -euo pipefail
tests=$TEMPER_SOURCE_DIR/tests/program

# Mounting a small disk needs a separate mount namespace.
if [[ -z ${TEMPER_INSIDE:-} ]]; then
  if ! unshare --map-root-user --mount mount -t tmpfs none "$PWD" 2>reason.txt; then
    echo "skipped: a small disk cannot be mounted here: $(tail -1 reason.txt)"
    exit 77
  fi
  TEMPER_INSIDE=yes exec unshare --map-root-user --mount bash "$0"
fi

train() { # DIR STEPS: with a checkpoint every STEPS steps
  "$TEMPER" train pictures --set model.depth=8 --set data.batch_size=20 --set epochs=2 --set checkpoint.every_steps="$2" \
    --set checkpoint.keep=1 --set log.every_steps=1 --set threads=1 --out "$1" >out.txt 2>err.txt
}

# on_full_disk COMMAND...: true if it succeeds; otherwise it must fail with the right status and message.
on_full_disk() {
  local status=0
  "$@" 2>err.txt || status=$?
  ((status == 0)) && return 0
  if ((status != 4)) || (($(grep -c '^temper: ' err.txt) != 1)) ||
    ! tail -1 err.txt | grep -q '^temper: .*disk/run.*: cannot .*: No space left on device\.'; then
    cat err.txt
    echo "exit status $status, or not one message about the disk: $*"
    exit 1
  fi
  if find disk -name '*.temper-tmp' | grep .; then
    echo "these were left behind"
    exit 1
  fi
  return 1
}

# leave KIB: fills the disk except for KIB kibibytes.
leave() {
  rm -f disk/ballast
  local free
  free=$(df --output=avail --block-size=1024 disk | tail -1)
  head -c $(((free - $1) * 1024)) /dev/zero >disk/ballast
}

# Starts without free space and adds a little each time, so that the runs fail at different files: the
# recipe, the logs, a checkpoint, the weights, the report.
until_it_fits() { # DIR STEPS
  local kib=0 file
  until leave $kib && on_full_disk train "$@"; do
    sed -n 's/^temper: \(.*: cannot [^:]*\):.*/\1/p' err.txt
    kib=$((kib < 16 ? kib + 4 : kib + 100))
  done
  ((kib > 0)) || { echo "the disk was never full"; exit 1; }
  for file in model.safetensors model-ema.safetensors predictions.safetensors; do
    cmp whole/$file "$1/$file"
  done
}

python3 "$tests/pictures.py" pictures 20 2
train whole 0
mkdir disk
mount -t tmpfs -o size=16m none disk
until_it_fits disk/run-often 3
until_it_fits disk/run-once 0

# An existing report is kept.
cp disk/run-once/report.html before.html
leave 0
if on_full_disk "$TEMPER" report disk/run-once; then echo "it wrote a page on a full disk"; exit 1; fi
cmp before.html disk/run-once/report.html
