# Names that are not UTF-8: those of data are refused before anything runs, those of runs, recipes and
# pictures that are classified are carried. Control characters in names reach no terminal.
set -euo pipefail
# shellcheck source=tests/program/refused
source "$TEMPER_SOURCE_DIR/tests/program/refused"

python3 "$TEMPER_SOURCE_DIR/tests/program/pictures.py" pictures 40 5
edits=(--set data.batch_size=32 --set epochs=1 --set threads=2)

# Whether a file is UTF-8, without control characters other than line feeds.
plain() { iconv -f utf8 -t utf8 "$1" >/dev/null && ! LC_ALL=C grep -qP '[\x00-\x09\x0b-\x1f\x7f]|\xc2[\x80-\x9f]' "$1"; }

# A class in Latin-1.
cp -r pictures latin
mv latin/train/class-1 $'latin/train/B\xe4r'
mv latin/test/class-1 $'latin/test/B\xe4r'
refused 3 'latin/train/B\xe4r: the name is not UTF-8; rename it' "$TEMPER" train latin "${edits[@]}"
plain err.txt
test ! -e runs
refused 3 'convmv -f latin1 -t utf8 -r --notest' "$TEMPER" data pack latin packed
test ! -e packed
status=0
"$TEMPER" data check latin >check.txt || status=$?
((status == 3))
grep -qF 'latin/train/B\xe4r: the name is not UTF-8' check.txt
plain check.txt
"$TEMPER" data check latin --json >check.json || true
jq -e '.good == false and (.error | contains("not UTF-8"))' check.json

# The folder of the data, and the folder that a person is in.
cp -r pictures $'B\xe4r'
refused 3 'B\xe4r: the name is not UTF-8' "$TEMPER" train $'B\xe4r' "${edits[@]}"
refused 2 'not UTF-8' "$TEMPER" train --set data.source=$'B\xe4r' --out none
(cd $'B\xe4r' && "$TEMPER" train . "${edits[@]}" >out.txt 2>err.txt) || { cat $'B\xe4r/err.txt'; exit 1; }
test -e $'B\xe4r/runs/B\\xe4r/report.html'

# Control characters in the names of classes and pictures.
mv pictures/train/class-1 $'pictures/train/a\nb\e[31m\tc'
mv pictures/test/class-1 $'pictures/test/a\nb\e[31m\tc'
mv pictures/train/class-2/0000.png $'pictures/train/class-2/\e]0;x\a.png'
printf 'no picture' >$'pictures/train/class-2/\r\e[2J.png'
"$TEMPER" data check pictures >check.txt || true
grep -qF 'a\nb\x1b[31m\tc' check.txt
plain check.txt

# The run's own folder and recipe in Latin-1.
"$TEMPER" recipe new pictures --out $'M\xfcnchen.toml' >out.txt
plain out.txt
"$TEMPER" train $'M\xfcnchen.toml' --out $'runs/M\xfcnchen' "${edits[@]}" --set data.on_bad_image=skip >out.txt 2>err.txt ||
  { cat err.txt; exit 1; }
plain out.txt
plain err.txt
run=$'runs/M\xfcnchen'
for file in recipe.toml metrics.jsonl environment.json; do plain "$run/$file"; done
if LC_ALL=C grep -q $'\e' "$run/report.html"; then echo "the report has an escape character"; exit 1; fi
jq -e '.command | any(contains("\\xfc"))' "$run/environment.json"
"$TEMPER" eval "$run" --per-class >eval.txt
grep -qF 'a\nb\x1b[31m\tc' eval.txt
plain eval.txt
"$TEMPER" eval "$run" --json | jq -e '.run | contains("\\xfc")'
"$TEMPER" report "$run" --json >report.json
plain report.json
"$TEMPER" diff "$run" "$run" --json | jq -e .

# A picture to classify may have any name.
cp pictures/test/class-2/0000.png $'\xe4\e.png'
"$TEMPER" predict "$run" $'\xe4\e.png' >predict.txt
grep -qF '\xe4\x1b.png' predict.txt
plain predict.txt
"$TEMPER" predict "$run" $'\xe4\e.png' --json >predict.json
plain predict.json
jq -e . predict.json
