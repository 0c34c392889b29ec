# `temper predict` gives the same predictions for an image file as the run for that test image.
set -euo pipefail
tests=$TEMPER_SOURCE_DIR/tests/program

"$TEMPER" train --out run --set data.limit=2000 --set data.batch=32 --set epochs=2 --set precision=fp32
python3 "$tests/predict.py" write images
"$TEMPER" predict run images/*.png --json --top 10 >answers.txt
python3 "$tests/predict.py" compare run <answers.txt

# Without --json it prints the same prediction, rounded.
class=$(head -1 answers.txt | jq -r '.top[0].class')
"$TEMPER" predict run images/00.png | tee text.txt
grep -qF "images/00.png: $class " text.txt
