# Weights of an earlier training: a run's, in timm's folder, in a file; and what does not fit.
set -euo pipefail
# shellcheck source=tests/program/refused
source "$TEMPER_SOURCE_DIR/tests/program/refused"

python3 "$TEMPER_SOURCE_DIR/tests/program/pictures.py" pictures 12 6
mkdir half
for class in 0 1 2; do cp -r "pictures/train/class-$class" half/; done
small=(--set data.batch_size=8 --set epochs=1 --set threads=1 --set precision=fp32)
"$TEMPER" train pictures "${small[@]}" --set model.depth=18 --set model.stem=imagenet --set model.width=0 \
  --set 'model.layers=[]' --set model.width_factor=1 --set data.size=32 --set evaluation.crop_ratio=0.9 \
  --set evaluation.interpolation=bicubic --set optimizer.lr=0.01 --out run >train.txt 2>err.txt ||
  { cat err.txt; exit 1; }

# A folder that timm and temper read, with the run's classes and reading of pictures.
"$TEMPER" export run --to timm folder >exported.txt
grep -q "^folder: resnet18" exported.txt
jq -e '.architecture == "resnet18" and .num_classes == 10 and .label_names[0] == "class-0" and
  .pretrained_cfg.input_size == [3, 32, 32] and .pretrained_cfg.crop_pct == 0.9 and
  .pretrained_cfg.interpolation == "bicubic" and .pretrained_cfg.classifier == "fc" and
  .pretrained_cfg.first_conv == "conv1"' folder/config.json
refused 2 "this exists" "$TEMPER" export run --to timm folder
"$TEMPER" predict run pictures/test/class-3/*.png --json >from_run.txt
"$TEMPER" predict folder pictures/test/class-3/*.png --json >from_folder.txt
diff from_run.txt from_folder.txt
"$TEMPER" inspect folder >of_folder.txt
"$TEMPER" inspect run | diff - of_folder.txt

# Other data than the run's: classes are found by their names, and without a test set the training set is evaluated.
"$TEMPER" eval run --json >own.json
"$TEMPER" eval folder --data pictures --json >of_folder.json
jq -e --slurpfile own own.json '.data == "pictures" and .split == "test" and .gap == null and
  .accuracy == $own[0].accuracy and .loss == $own[0].loss' of_folder.json
mkdir few
cp -r pictures/test/class-7 pictures/test/class-3 few/
"$TEMPER" eval run --data few --json >few.json
jq -e --slurpfile own own.json 'def both: [.classes[] | select(.class == "class-3" or .class == "class-7") | .correct];
  .count == 12 and (.classes | map(.images)) == [0, 0, 0, 6, 0, 0, 0, 6, 0, 0] and both == ($own[0] | both)' few.json
"$TEMPER" eval run --data few --per-class | grep -q "^test accuracy .*over 12 images"
refused 2 "has no data of its own; expected --data" "$TEMPER" eval folder
refused 2 "leave out --data" "$TEMPER" eval run --data few --temperature fit
mv few/class-7 few/klass-7
refused 2 "few: the data has a class that the network does not have: 'klass-7' (did you mean 'class-7'?)" \
  "$TEMPER" eval run --data few

# Descriptions of its classes are shown beside their names.
cp -r folder described
jq '.label_descriptions = {"class-3": "the fourth, a class"}' folder/config.json >described/config.json
"$TEMPER" predict described pictures/test/class-3/*.png --top 10 >described.txt
grep -q "class-3 (the fourth, a class) [0-9.]*%" described.txt
grep -q " class-4 [0-9.]*%" described.txt
"$TEMPER" predict described pictures/test/class-3/0000.png --cam maps --cam-class "the fourth, a class" >/dev/null
"$TEMPER" export described --to timm described-again >/dev/null
jq -e '.label_descriptions["class-3"] == "the fourth, a class"' described-again/config.json

# A run that starts from it: the recipe is chosen for fine-tuning, and says what it took.
"$TEMPER" train half --weights folder "${small[@]}" --out tuned >tuned.txt 2>err.txt || { cat err.txt; exit 1; }
grep -q "resnet18, which starts from the weights in folder" err.txt
grep -q "the last layer (fc) starts from a linear probe: the weights have 10 outputs, this data 3" err.txt
grep -q "^Linear probe on .* images with 512 features: .*% of .* validation images" err.txt
jq -e -s 'map(select(.event == "linear_probe")) | length == 1 and .[0].converged' tuned/metrics.jsonl >/dev/null
grep -q '^interpolation = "bicubic"' tuned/recipe.toml
test -s tuned/MODEL_CARD.md
# Resumed or evaluated, it is the same run; with other weights it is another one.
"$TEMPER" train half --weights folder "${small[@]}" --out tuned >again.txt 2>&1
grep -q "already finished" again.txt
mv folder elsewhere
"$TEMPER" eval tuned --split validation >/dev/null
mv elsewhere folder

# The recipe that was chosen for these weights is not used with others.
refused 2 "starts from the weights in folder; train it by its own name, remove it to choose one for the weights in run" \
  "$TEMPER" train half --weights run --out tuned
refused 2 "remove it to choose one for random weights" "$TEMPER" train half --weights none --out tuned
"$TEMPER" train tuned/recipe.toml --weights none --set data.batch_size=2 --dry-run 2>notes.txt >dry.txt
if grep "weights in folder\|the last layer" notes.txt; then exit 1; fi

# Other commands choose the same recipe.
"$TEMPER" recipe new half --weights folder | diff - tuned.toml
"$TEMPER" data check half --weights folder >checked.txt
grep -q "resnet18, which starts from the weights in folder" checked.txt
"$TEMPER" preview half --weights folder --out sheet.png --pictures 1 2>notes.txt
grep -q "note: the last layer (fc)" notes.txt
"$TEMPER" inspect half --weights folder --classes 10 --json 2>notes.txt | jq .parameters >of_data.txt
"$TEMPER" inspect folder --json | jq .parameters | diff - of_data.txt
refused 2 "is for a recipe or data" "$TEMPER" inspect resnet --weights folder
refused 2 "is for a recipe or data" "$TEMPER" inspect folder --weights run
refused 2 "is for a recipe or data" "$TEMPER" inspect folder/model.safetensors --weights run

# From a run and from a file of tensors alone.
"$TEMPER" train half --weights run "${small[@]}" --set data.batch_size=2 --out from_run --dry-run >dry.txt 2>notes.txt
grep -q "note: the last layer (fc)" notes.txt
cp run/model.safetensors plain.safetensors
"$TEMPER" train half --weights plain.safetensors "${small[@]}" --set data.batch_size=2 --out from_file --dry-run 2>notes.txt >dry.txt

# With a last layer of zeros, trained alone at first, as chosen without a probe.
"$TEMPER" train half --weights folder "${small[@]}" --set data.batch_size=2 --set pretrained.head=auto --out zero --dry-run 2>notes.txt >dry.txt
grep -q "the last layer (fc) starts from zero: the weights have 10 outputs, this data 3" notes.txt

refused 2 "there is no such file or folder" "$TEMPER" train half --weights nowhere
refused 3 "the tensors are not those of this network" "$TEMPER" train half --weights folder --set model.depth=34
inside=$TEMPER_SOURCE_DIR/tests/golden/io/torch/inside.pth
refused 3 "it would run posix.system" "$TEMPER" train half --weights "$inside" --out hostile
sed 's/"resnet18"/"resnet81"/' folder/config.json >changed.json
mkdir other
cp folder/model.safetensors other/
mv changed.json other/config.json
refused 2 "did you mean 'resnet18'?" "$TEMPER" predict other pictures/test/class-3/0000.png

# A config.json that is nested without end, and one of a size for which timm resizes pictures otherwise.
printf '{"architecture": "resnet18", "mean": %s%s}\n' "$(printf '%200000s' "" | tr ' ' '[')" \
  "$(printf '%200000s' "" | tr ' ' ']')" >other/config.json
refused 3 "nested more than 100 levels deep" "$TEMPER" predict other pictures/test/class-3/0000.png
refused 3 "nested more than 100 levels deep" "$TEMPER" train half --weights other --out nested
jq '.pretrained_cfg.input_size = [3, 32, 64]' folder/config.json >other/config.json
refused 3 '"input_size" is 32 x 64 pixels' "$TEMPER" predict other pictures/test/class-3/0000.png
refused 3 '"input_size" is 32 x 64 pixels' "$TEMPER" eval other --data pictures
refused 3 '"input_size" is 32 x 64 pixels' "$TEMPER" embed other pictures/test --out features.safetensors
refused 2 "set data.size to the side of the square" "$TEMPER" train half --weights other --out oblong

# The size and crop of timm's evaluation are those of evaluation.
jq '.pretrained_cfg.test_input_size = [3, 48, 48] | .pretrained_cfg.test_crop_pct = 1' folder/config.json >other/config.json
"$TEMPER" predict other pictures/test/class-3/*.png --json >at_48.txt
"$TEMPER" predict folder pictures/test/class-3/*.png --json --set evaluation.size=48 --set evaluation.crop_ratio=1 | diff - at_48.txt
"$TEMPER" recipe new half --weights other >chosen.toml
grep -q '^size = 32' chosen.toml
grep -q '^size = 48' chosen.toml
