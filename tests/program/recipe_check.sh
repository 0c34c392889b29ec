# What contradicts itself in a recipe is refused without its data as it is with them.
set -euo pipefail
# shellcheck source=tests/program/refused
source "$TEMPER_SOURCE_DIR/tests/program/refused"

python3 "$TEMPER_SOURCE_DIR/tests/program/pictures.py" pictures 12 4
cat >base.toml <<END
epochs = 2
threads = 1
data = { source = "pictures", batch_size = 8 }
model = { kind = "resnet", layers = [1, 1], width = 8 }
END
"$TEMPER" recipe check base.toml | grep -qx "base.toml is a valid recipe"

# both TEXT LINE...: a recipe with these lines is refused by both commands.
both() {
  local text=$1
  shift
  cp base.toml mine.toml
  printf '%s\n' "$@" >>mine.toml
  refused 2 "$text" "$TEMPER" recipe check mine.toml
  refused 2 "$text" "$TEMPER" train mine.toml --dry-run
}
both "mine.toml:6:15: consistency with adversarial: " 'adversarial = "pgd"' 'consistency = true'
both "sam with semi: " 'semi = { method = "mean_teacher" }' 'sam = true'
both "distillation.from: no teacher is given" 'distillation = true'
both "one of its milestones is after" 'optimizer.lr = { schedule = "multi_step", milestones = [1, 3] }'
both "freeze.stages is 9, and the network has 3, including the stem" 'freeze.stages = 9'
both "add form = \"sigmoid\"" 'loss = { kind = "focal", alpha = 0.25 }'

# What needs the data is left to the run; an edit counts.
cp base.toml mine.toml
echo 'loss = { kind = "cross_entropy", weight = [1, 2] }' >>mine.toml
"$TEMPER" recipe check mine.toml | grep -qx "mine.toml is a valid recipe"
refused 2 "loss.weight has 2 numbers and the data 10 classes" "$TEMPER" train mine.toml --dry-run
refused 2 "--set data.labels=10: data.labels = 10 and" "$TEMPER" recipe check base.toml --set data.labels=10 --set data.labelled=0.5
