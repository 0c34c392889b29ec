# Features of pictures and data sets, and the accuracy of classifiers on them.
set -euo pipefail
# shellcheck source=tests/program/refused
source "$TEMPER_SOURCE_DIR/tests/program/refused"

python3 "$TEMPER_SOURCE_DIR/tests/program/pictures.py" pictures 40 12
"$TEMPER" train pictures --out run --set data.batch_size=32 --set epochs=2 --set model.depth=8 --set threads=2 \
  --set precision=fp32 >out.txt 2>err.txt || { cat err.txt; exit 1; }

# described FILE: the metadata and shapes of a safetensors file.
described() {
  python3 - "$1" <<'END'
import json, sys
raw = open(sys.argv[1], "rb").read()
header = json.loads(raw[8 : 8 + int.from_bytes(raw[:8], "little")])
about = header.pop("__metadata__")
print(json.dumps({"images": json.loads(about["temper.images"]), "classes": json.loads(about.get("temper.classes", "[]")),
                  **{name: entry["shape"] for name, entry in header.items()}}))
END
}

# Of the run's test set, with labels.
"$TEMPER" embed run --out test.safetensors | grep -qE "^test.safetensors: [0-9]+ features of 120 pictures$"
described test.safetensors >test.json
jq -e '.features[0] == 120 and .labels == [120] and (.classes | length) == 10 and
  (.images[0] | endswith("class-0/0000.png"))' test.json

# Of files: the same numbers; those that can't be read are left out and named.
"$TEMPER" embed run pictures/test --out files.safetensors
described files.safetensors | jq -e '.features[0] == 120 and (has("labels") | not) and
  .images[0] == "pictures/test/class-0/0000.png"'
echo "no picture" >broken.png
status=0
find pictures/test/class-1 -name '*.png' | sort |
  "$TEMPER" embed run broken.png - --out few.npy >out.txt 2>err.txt || status=$?
test $status = 3
grep -q "^broken.png: could not be read: " err.txt
width=$(jq '.features[1]' test.json)
test "$(stat -c %s few.npy)" = $((128 + 4 * 12 * width))
head -c 6 few.npy | cmp - <(printf '\x93NUMPY')

# Classifiers on the features of the training set.
"$TEMPER" embed run --knn 5 --probe | tee scores.txt
grep -qE "^5 nearest neighbors: test accuracy [0-9.]+% \(95% interval [0-9.]+ to [0-9.]+\), over 120 images$" scores.txt
grep -qE "^linear probe: test accuracy [0-9.]+% " scores.txt
"$TEMPER" embed run --knn 5 --probe --json >scores.json
jq -e '.split == "test" and .knn.k == 5 and .knn.accuracy > 0.3 and .probe.accuracy > 0.3 and .probe.c == 1 and
  .probe.accuracy_interval.low < .probe.accuracy and .probe.images == 120' scores.json
"$TEMPER" embed run --split train --knn 1 --json | jq -e '.knn.accuracy > 0.99' # each is nearest to itself

# Of another data set, with other classes.
mkdir -p other/train other/test
for class in 3 7; do
  for set in train test; do cp -r pictures/$set/class-$class other/$set/new-$class; done
done
"$TEMPER" embed run --data other --knn 3 --out other.safetensors --json | jq -e '.knn.images == 24 and .knn.accuracy > 0.5'
described other.safetensors | jq -e '.classes == ["new-3", "new-7"]'

refused 2 "nothing to do" "$TEMPER" embed run
refused 2 "leave them out, or the pictures" "$TEMPER" embed run pictures/test --knn 3
refused 2 ".safetensors or .npy" "$TEMPER" embed run --out test.csv
refused 3 "nearest neighbors among" "$TEMPER" embed run --knn 100000
refused 3 "none of the pictures could be read" "$TEMPER" embed run broken.png --out none.npy
test ! -e none.npy

# The logits of all training images, in place of a network, as the teacher of another run.
"$TEMPER" embed run --logits teacher.safetensors >out.txt
grep -qE "^teacher.safetensors: 10 logits of [0-9]+ training images$" out.txt
described teacher.safetensors | jq -e '.logits == [(.images | length), 10] and (.classes | length) == 10 and
  .images[0] == "class-0/0000.png"'
student=(--set data.batch_size=32 --set epochs=1 --set model.depth=8 --set threads=2 --set precision=fp32)
"$TEMPER" train pictures --out taught "${student[@]}" --set seed=7 --set distillation.from=teacher.safetensors
grep -qE '^teacher = "[0-9a-f]{32}"$' taught/recipe.toml
# The features of a network as the teacher, with a projection that is no part of the model.
"$TEMPER" train pictures --out narrow "${student[@]}" --set model.width=8 --set distillation.from=run \
  --set distillation.features=true
projections=(narrow/checkpoints/step-*/projection.safetensors)
test -e "${projections[0]}"
python3 -c 'import sys; sys.exit(b"distillation.projection" in open("narrow/model.safetensors", "rb").read())'
refused 2 "has no features to teach" "$TEMPER" train pictures --out none "${student[@]}" \
  --set distillation.from=teacher.safetensors --set distillation.features=true
refused 2 "the teacher needs the same classes" "$TEMPER" train other --out apart "${student[@]}" \
  --set data.batch_size=8 --set distillation.from=teacher.safetensors
refused 2 "ends in .safetensors" "$TEMPER" embed run --logits teacher.npy
refused 2 "leave them out, or the pictures" "$TEMPER" embed run pictures/test --logits teacher.safetensors
