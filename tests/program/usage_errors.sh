# A user's mistakes end with one clear message and the right exit status, and lose nothing.
set -euo pipefail
# shellcheck source=tests/program/refused
source "$TEMPER_SOURCE_DIR/tests/program/refused"

printf 'optimiser.lr = 0.1\n' >spelling.toml
refused 2 "did you mean 'optimizer'" "$TEMPER" train spelling.toml
printf 'epochs = -3\n' >range.toml
refused 2 "range.toml:1:" "$TEMPER" train range.toml
printf '[optimizer]\nlr = "fast"\n' >type.toml
refused 2 "type.toml:2:" "$TEMPER" train type.toml
printf '[optimizer\n' >cut.toml
refused 2 "cut.toml:1:" "$TEMPER" train cut.toml
printf 'data.augment = ["rand-m9-imc1"]\n' >policy.toml
refused 2 "did you mean 'inc'?" "$TEMPER" train policy.toml
refused 2 "did you mean 'torchvision'" "$TEMPER" explain rand_augment --dialect torchvison
refused 2 "expected a number in [0, 30]" "$TEMPER" explain rand_augment --dialect torchvision --magnitude 31
for name in color horizontal_flip RandomPerspective; do
  printf 'data.augment = ["%s"]\n' "$name" >published.toml
  refused 2 "did you mean '" "$TEMPER" train published.toml
done
refused 2 "did you mean 'saturation'?" "$TEMPER" explain Color
refused 2 "character 1: unknown policy 'rnd': did you mean 'rand'?" "$TEMPER" explain rnd-m9
refused 2 "need the name of a policy" "$TEMPER" explain rand-m9 --size 32
refused 2 "nan" "$TEMPER" explain rand_augment --magnitude nan
refused 2 "'32x' is no size of images; expected pixels, as in 224" "$TEMPER" explain rand_augment --size 32x
"$TEMPER" explain rand_augment --size 32x48 | grep -q "images of 32 x 48 pixels"
refused 2 "temper train has no option --batch-size; an option of the recipe is set with --set data.batch_size=VALUE" \
  "$TEMPER" train --batch-size 32
refused 2 "temper eval has no option --size; an option of the recipe is set with --set evaluation.size=VALUE" \
  "$TEMPER" eval run --size 64
refused 2 "temper predict has no option --topk: did you mean '--top'?" "$TEMPER" predict run picture.png --topk=3
refused 2 "there is no command 'temper trian': did you mean 'train'?" "$TEMPER" trian
refused 4 "missing.toml" "$TEMPER" train missing.toml
mkdir empty
refused 3 "empty" "$TEMPER" train empty
refused 2 "not a run directory" "$TEMPER" predict empty picture.png
refused 4 "File name too long" "$TEMPER" predict "$(printf 'x%.0s' {1..300})" picture.png

mkdir cut
for file in /usr/share/datasets/fashion-mnist/*; do head -c 2000 "$file" >"cut/$(basename "$file")"; done
refused 3 "ubyte" env TEMPER_DATA_DIR="$PWD/cut" "$TEMPER" train --out none
test ! -e none
refused 4 "cannot" "$TEMPER" train --out /proc/none --set data.limit=256

# A loss that is not finite ends the run.
refused 5 "the training loss is" "$TEMPER" train --out diverged --set optimizer.lr=1e38 --set data.limit=512 \
  --set data.batch_size=32 --set model.depth=8 --set checkpoint.every_steps=1
