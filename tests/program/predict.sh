# `temper predict` gives for a picture file what the run predicted for the same image of its test set.
set -euo pipefail
tests=$TEMPER_SOURCE_DIR/tests/program

"$TEMPER" train --out run --set data.limit=2000 --set data.batch_size=32 --set epochs=2 --set precision=fp32
python3 "$tests/predict.py" write images
"$TEMPER" predict run images/*.png --json --top 10 >answers.txt
python3 "$tests/predict.py" compare run <answers.txt

# Without --json it is the same prediction, rounded.
class=$(head -1 answers.txt | jq -r '.top[0].class')
"$TEMPER" predict run images/00.png | tee text.txt
grep -qF "images/00.png: $class " text.txt

# A file that can't be read is named, the others are predicted all the same, and the exit status says so.
echo "no picture" >broken.png
status=0
"$TEMPER" predict run images/00.png broken.png absent.png images/01.png >some.txt 2>err.txt || status=$?
test "$status" = 3
test "$(wc -l <some.txt)" = 4
grep -q "^broken.png: could not be read: " some.txt
grep -q "^absent.png: could not be read: " some.txt
grep -q "^images/01.png: " some.txt
grep -q "2 of 4 images could not be read" err.txt
status=0
"$TEMPER" predict run absent.png images/00.png --json >some.txt 2>err.txt || status=$?
test "$status" = 4
jq -e -s '(.[0] | has("error") and (has("top") | not)) and (.[1] | has("top") and (has("error") | not))' some.txt
