# The same mistake ends every command with the same exit status.
set -euo pipefail
# shellcheck source=tests/program/refused
source "$TEMPER_SOURCE_DIR/tests/program/refused"

# all STATUS TEXT COMMAND...: as `refused`, for commands of temper that are one text each.
all() {
  local status=$1 text=$2 command words
  shift 2
  for command in "$@"; do
    read -ra words <<<"$command"
    refused "$status" "$text" "$TEMPER" "${words[@]}"
  done
}

python3 "$TEMPER_SOURCE_DIR/tests/program/pictures.py" pictures 12 4
"$TEMPER" train pictures --set data.batch_size=8 --set epochs=1 --set model.depth=8 --set threads=1 --out run \
  >out.txt 2>err.txt || { cat err.txt; exit 1; }
picture=$(find pictures -name '*.png' -print -quit)
cp "$picture" picture.png
printf 'epochs = 1\ndata = { source = "pictures", batch_size = 8 }\n' >recipe.toml
mkdir empty
cp -r run damaged
sed -i '2s/.*/no JSON/' damaged/metrics.jsonl

# What is named is no run directory.
for named in missing empty picture.png recipe.toml; do
  all 2 "expected a run directory" "eval $named" "predict $named picture.png" "embed $named --knn 3" \
    "export $named --to onnx" "report $named" "replay $named --step 1" "diff $named run" "diff run $named" \
    "compare $named run" "compare run $named"
  all 2 "no run to resume" "train recipe.toml --resume --out $named"
  all 2 "run directory" "train recipe.toml --weights $named"
done
refused 2 "expected a run directory" "$TEMPER" watch empty
refused 2 "no such folder" "$TEMPER" runs missing
mkdir runs
cp -r run runs/mine
refused 2 "did you mean 'runs/mine'?" "$TEMPER" report mine

# A recipe, study or search that is not there.
all 4 "missing." "train missing.toml" "preview missing.toml" "inspect missing.toml" "recipe show missing.toml" \
  "recipe check missing.toml" "recipe lint missing.toml" "data check missing.toml" "bench data missing.toml" \
  "why missing.toml recipe.toml" "why recipe.toml missing.toml" "ablate missing.toml" "tune missing.toml" \
  "tune lr missing.toml" "tune augment missing.toml" "watch missing.toml" "import missing.yaml"

# Data that is not there.
printf 'data.source = "nowhere"\n' >nowhere.toml
all 3 "nowhere" "train nowhere.toml" "preview nowhere.toml" "inspect nowhere.toml" "tune lr nowhere.toml" \
  "recipe new nowhere.csv" "data pack nowhere.csv packed" "train nowhere.csv" "preview nowhere.csv" \
  "train nowhere" "preview nowhere" "tune lr nowhere"
for source in nowhere.csv nowhere.toml; do
  status=0
  "$TEMPER" data check $source >out.txt || status=$?
  ((status == 3))
  grep -q "nowhere" out.txt
done

# A picture that is not there, and one that is none.
all 4 "missing.png" "predict run missing.png" "embed run missing.png --out features.npy" \
  "embed run missing.png picture.png --out features.npy"
all 3 "recipe.toml" "predict run recipe.toml" "embed run recipe.toml --out features.npy" \
  "embed run recipe.toml missing.png --out features.npy"

# A log that is damaged, and a file that can't be written.
all 3 "metrics.jsonl" "report damaged" "diff damaged run" "compare run damaged" "watch damaged"
all 4 "/proc/" "train pictures --set data.batch_size=8 --out /proc/none" "export run --to onnx /proc/none/net.onnx" \
  "recipe new pictures --out /proc/none.toml" "import timm --out /proc/none.toml -- --model resnet18" \
  "data pack pictures /proc/none" "preview pictures --set data.batch_size=8 --out /proc/none/page.html" \
  "compare run runs/mine --out /proc/none/page.html"

# One file in place of another says what is expected, and what to do.
all 2 "picture.png: this is a picture; expected a recipe (.toml). \`temper train FOLDER\`" "train picture.png" \
  "preview picture.png" "inspect picture.png" "recipe check picture.png" "recipe lint picture.png" "tune lr picture.png" \
  "ablate picture.png" "tune picture.png" "why picture.png recipe.toml"
refused 2 "\`temper predict RUN picture.png\` classifies a picture" "$TEMPER" train picture.png
refused 2 "recipe.toml: this is a recipe; expected a study file, which has \`base = \"recipe.toml\"\`" "$TEMPER" ablate recipe.toml
refused 2 "this is a recipe; expected a study file" "$TEMPER" watch recipe.toml
refused 2 "\`temper tune lr recipe.toml\` searches for a learning rate" "$TEMPER" tune recipe.toml

# An argument that is missing is named, with what it is.
refused 2 "temper eval needs RUN (the run directory; with --data also a folder with config.json and weights, as timm writes it); see 'temper eval --help'" "$TEMPER" eval
refused 2 " and --to (" "$TEMPER" export
refused 2 "temper export needs --to (" "$TEMPER" export run
refused 2 "temper recipe needs one of its commands: new, show, check, lint; see" "$TEMPER" recipe
refused 2 "there is one run to compare; name at least two" "$TEMPER" compare run
refused 2 "'optimizer' is a category of techniques: \`temper list optimizer\` shows them" "$TEMPER" explain optimizer
refused 2 "'nesterov' is an option of lars, muon, sgd: \`temper explain lars\` describes it" "$TEMPER" explain nesterov
refused 2 "the categories are recipe, averaging," "$TEMPER" list nosuch

# The same command after the end says that there is nothing to do.
"$TEMPER" train run/recipe.toml --out run >out.txt 2>err.txt
grep -qF "run: this run is already finished, and nothing was trained; --fresh starts a new one" err.txt
