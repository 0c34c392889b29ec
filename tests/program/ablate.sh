# A study through the program: plan, table, page, formats, a terminal; killed and gone on with, shared by two processes;
# refusals.
set -euo pipefail
# shellcheck source=tests/program/refused
source "$TEMPER_SOURCE_DIR/tests/program/refused"

python3 "$TEMPER_SOURCE_DIR/tests/program/pictures.py" pictures 60 10
cat >study.toml <<END
description = "Do two changes help on 600 images?"
seeds = 2
figures = ["gap.loss", "seconds"]

[base]
epochs = 2
threads = 1
precision = "fp32"
data = { source = "$PWD/pictures", batch_size = 32, validation = 0.1, num_workers = 1 }
model = { kind = "resnet", stem = "strided", layers = [1, 1, 1], width = 8 }
optimizer = { kind = "sgd", lr = 0.1, momentum = 0.9 }

[[row]]
name = "wide"
tag = "architecture"
set.model.width = 12

[[row]]
name = "smoothing & co"
tag = "regularization"
set.loss.label_smoothing = { smoothing = 0.1 }
END

# ablate DIR [OPTION...]: must succeed.
ablate() {
  local directory=$1
  shift
  "$TEMPER" ablate study.toml --out "$directory" "$@" >out.txt 2>err.txt || { cat out.txt err.txt; exit 1; }
}

# What two complete studies have in common, whatever time their runs took.
table() { # DIR
  "$TEMPER" ablate study.toml --out "$1" --dry-run --format json 2>err.txt |
    jq -S 'walk(if type == "object" then del(.seconds, .pareto, .plan, .notes, .saved) else . end)'
}

ablate none --dry-run
cat err.txt
grep -q "Dry run: nothing was run." err.txt
test ! -e none/results.csv

# Four combinations (base, wide, both, smoothing alone) with two seeds.
ablate whole --jobs 2
cat out.txt err.txt
grep -q "^wide .*architecture" out.txt
grep -q "They cover other seeds on these images" out.txt
grep -qE "8 of 8 runs: .* finished" err.txt
test "$(wc -l <whole/results.csv)" -eq 9
for part in 'id="results"' 'id="forest"' 'id="curves"' 'id="cost"' 'smoothing &amp; co'; do
  grep -qF "$part" whole/study.html || { echo "no $part on the page"; exit 1; }
done
table whole >whole.json
jq -e '.complete and (.rows | length == 4) and (.rows | all(.finished == 2)) and .rows[1].against_base.difference.n == 2' \
  whole.json
jq -e '.rows[2].name == "smoothing & co" and .rows[2].left_out != null and (.rows[0].runs | length == 2)' whole.json

# Nothing is run again.
cp whole/results.csv results.csv
ablate whole
cmp whole/results.csv results.csv
ablate whole --format markdown
grep -qF '| smoothing & co | regularization |' out.txt
ablate whole --format latex
grep -qF 'smoothing \& co & regularization &' out.txt
ablate whole --format csv
head -n 1 out.txt | grep -q "^row,kind,length,"
test "$(wc -l <out.txt)" -eq 5

# With a third seed it has not finished: no format tells a p-value or a verdict.
ablate whole --set seeds=3 --dry-run --format json
jq -e '(.complete | not) and .rows[1].against_base.difference.n == 2 and .rows[1].figures["gap.loss"].against_base != null
  and ([.. | objects | select(has("adjusted_p")) |
        .adjusted_p == null and .adjusted_equivalence_p == null and .difference.p == null and .verdict == "undecided"] | all)' \
  out.txt
ablate whole --set seeds=3 --dry-run --format csv
python3 - <<END
import csv
rows = list(csv.DictReader(open("out.txt")))
assert rows[1]["against_base"] and rows[1]["gap.loss_against_base"], rows
for row in rows:
    for name, value in row.items():
        assert not (value and name.endswith("_p")), (name, value)
        assert not name.endswith("_verdict") or value in ("", "undecided"), (name, value)
END

# A fresh folder goes on from results.csv alone.
mkdir committed
cp results.csv committed/
ablate committed
cmp committed/results.csv results.csv

# Killed when some runs have ended, gone on with, equal.
"$TEMPER" ablate study.toml --out killed >out.txt 2>err.txt &
pid=$!
until [[ -e killed/results.csv ]] && (($(wc -l <killed/results.csv) >= 3)); do sleep 0.1; done
kill -9 $pid
wait $pid || true
ablate killed
table killed | diff - whole.json

# Two processes work on one study.
"$TEMPER" ablate study.toml --out shared --share 1/2 >first.txt 2>first.err &
pid=$!
ablate shared --share 2/2
wait $pid || { cat first.txt first.err; exit 1; }
test "$(wc -l <shared/results.csv)" -eq 9
table shared | diff - whole.json

# On a terminal a table fills in.
script -qec "'$TEMPER' ablate study.toml --out terminal --set seeds=[1,2,3]" /dev/null </dev/null >terminal.txt
grep -qaE "[0-9]+ of 12 runs, [0-9]+ running" terminal.txt
grep -qaF "smoothing & co" terminal.txt

# Everything that is wrong is found before anything runs, with file and line.
refused 2 "seeds is 0" "$TEMPER" ablate study.toml --set seeds=0 --out wrong
sed 's/set.model.width = 12/sett.model.width = 12/' study.toml >wrong.toml
refused 2 "wrong.toml:16" "$TEMPER" ablate wrong.toml --out wrong
grep -qF "'sett'" err.txt
sed 's/set.model.width = 12/set.model.width = 8/' study.toml >wrong.toml
refused 2 "changes nothing" "$TEMPER" ablate wrong.toml --out wrong
refused 2 "expected i/n" "$TEMPER" ablate study.toml --share 3/2 --out wrong
refused 2 "not a duration" "$TEMPER" ablate study.toml --budget soon --out wrong
refused 2 "--format" "$TEMPER" ablate study.toml --format tex --out wrong
refused 2 "--jobs: expected a number above 0, not '0'" "$TEMPER" ablate study.toml --jobs 0 --out wrong
refused 4 "missing.toml" "$TEMPER" ablate missing.toml --out wrong
test ! -e wrong/results.csv
