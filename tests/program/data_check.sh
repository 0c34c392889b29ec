# A folder of images without a recipe: the output of the check, the recipe that is chosen, and a run
# that skips images that can't be read.
set -euo pipefail
# shellcheck source=tests/program/refused
source "$TEMPER_SOURCE_DIR/tests/program/refused"

python3 "$TEMPER_SOURCE_DIR/tests/program/pictures.py" pictures 40 5
"$TEMPER" data check pictures >check.txt
grep -q "^training  *[0-9]* pictures, .* per class" check.txt
grep -q "^good: " check.txt
grep -q "a small residual network that works at half resolution, for the CPU: images of 28 pixels" check.txt
"$TEMPER" data check pictures --json | jq -e '.good and (.sets | length) == 2 and (.recipe | length) > 100'

# A picture in two sets, and broken pictures.
class=pictures/train/class-0
cp pictures/test/class-0/0000.png $class/leaked.png
head -c 100 $class/0000.png >$class/short.png
echo "no picture" >$class/text.jpg
status=0
"$TEMPER" data check pictures >check.txt || status=$?
((status == 3))
grep -q "2 pictures of the training set can't be read:" check.txt
grep -q "$class/text.jpg: not a PNG, JPEG or WebP file" check.txt
grep -q "1 picture in more than one set" check.txt

# What is not read is named, and counted at the start of a run.
mkdir -p pictures/train/class-1/@eaDir pictures/more
cp pictures/test/class-0/0000.png pictures/train/class-1/@eaDir
cp pictures/test/class-0/0000.png pictures/more
"$TEMPER" data check pictures >check.txt || true
grep -q "^2 files are not read: " check.txt
grep -q "pictures/more: 1 file, not read: beside the sets train, test" check.txt

edits=(--set data.batch_size=32 --set epochs=1 --set threads=2)
refused 3 "$class/" "$TEMPER" train pictures "${edits[@]}"
refused 3 "add --set data.on_bad_image=skip" "$TEMPER" train pictures "${edits[@]}"
printf 'data = { source = "pictures", batch_size = 32, memory = 0 }\n' >streamed.toml
refused 3 "add --set data.on_bad_image=skip" "$TEMPER" train streamed.toml --dry-run
"$TEMPER" train pictures "${edits[@]}" --set data.on_bad_image=skip >out.txt 2>err.txt || { cat err.txt; exit 1; }
grep -q "^No recipe was given. Chosen for " err.txt
grep -q "warning: 2 files are not read: pictures/more (beside the sets train, test); " err.txt
grep -q "^Saved as runs/pictures.toml" err.txt
jq -se '[.[] | select(.event == "skipped_image") | .image] | sort == ["'$class'/short.png", "'$class'/text.jpg"]' \
  runs/pictures/metrics.jsonl
grep -q "2 images could not be read and were skipped" runs/pictures/report.html

# The chosen recipe can be edited like any other, and is used from now on.
"$TEMPER" recipe check runs/pictures.toml
sed -i 's/^epochs = .*/epochs = 1/; s/^batch_size = .*/batch_size = 64/; s/^on_bad_image = .*/on_bad_image = "skip"/' runs/pictures.toml
"$TEMPER" train pictures --out runs/pictures --fresh >out.txt 2>err.txt || { cat err.txt; exit 1; }
grep -q "^runs/pictures.toml: using the recipe that was chosen before" err.txt
grep -q "^batch_size = 64 " runs/pictures-2/recipe.toml

# The times of data loading.
"$TEMPER" bench data runs/pictures.toml --seconds 0.2 >bench.txt
grep -q "^decode  *[0-9.]* ms per image" bench.txt
grep -q "^wait  *[0-9.]* ms per image" bench.txt
"$TEMPER" bench data runs/pictures.toml --set data.memory=0 --seconds 0.2 --loading-only --json |
  jq -e '.images > 0 and .decode_seconds > 0 and .loading_images_per_second > 0 and .training_images_per_second == 0'
refused 2 "data.fold is 4; expected 0 to 3" "$TEMPER" bench data runs/pictures.toml --set data.folds=4 --set data.fold=4

# A fold with few labels, some of them wrong, with every kind of sampling.
for sampling in shuffle class_balanced repeated; do
  "$TEMPER" train pictures "${edits[@]}" --set data.on_bad_image=skip --set data.folds=4 --set data.fold=3 \
    --set data.labelled=0.5 --set data.label_noise=0.25 --set data.sampling=$sampling --set data.batch_size=16 \
    --out $sampling >out.txt 2>err.txt || { cat err.txt; exit 1; }
  (($(wc -l <$sampling/label_noise.csv) > 20))
done
if cmp -s shuffle/model.safetensors repeated/model.safetensors; then echo "sampling changed nothing"; exit 1; fi
refused 2 "data.fold is 4; expected 0 to 3" "$TEMPER" train pictures --set data.folds=4 --set data.fold=4 --out none

# A recipe's augmentation that harms these pictures, in the check and before a run.
rm "$class/leaked.png" "$class/short.png" "$class/text.jpg"
cat >mine.toml <<'END'
[data]
source = "pictures"
batch_size = 32
augment = [{ kind = "pad_crop", padding = 20 }]
END
"$TEMPER" data check mine.toml >check.txt
grep -q "^warning: data.augment.0 (pad_crop) moves pictures of 28 x 28 pixels by up to 20 pixels; " check.txt
grep -q "^good: " check.txt
"$TEMPER" data check mine.toml --json | jq -e '.good and (.warnings | length) == 1 and (has("recipe") | not)'
"$TEMPER" data check mine.toml --set data.augment.0.padding=4 --json | jq -e '.warnings == []'
status=0
"$TEMPER" train mine.toml --set epochs=1 --set data.limit=64 --stop-at 1 --out warned >out.txt 2>err.txt || status=$?
((status == 75))
grep -q "^warning: data.augment.0 (pad_crop) moves pictures of 28 x 28 pixels" err.txt
refused 2 "did you mean 'padding'" "$TEMPER" data check mine.toml --set data.augment.0.pading=4
refused 4 "none.toml" "$TEMPER" data check none.toml

# A run of few steps in an epoch is timed over several.
"$TEMPER" train pictures --dry-run --set data.batch_size=300 --set epochs=8 --set data.on_bad_image=skip >out.txt 2>err.txt ||
  { cat err.txt; exit 1; }
grep -q "over 8 steps" out.txt
