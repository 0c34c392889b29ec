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
