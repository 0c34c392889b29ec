# `temper predict` gives for a picture file what the run predicted for the same image of its test set.
set -euo pipefail
# shellcheck source=tests/program/refused
source "$TEMPER_SOURCE_DIR/tests/program/refused"
tests=$TEMPER_SOURCE_DIR/tests/program

"$TEMPER" train --out run --set data.limit=2000 --set data.batch_size=32 --set epochs=2 --set precision=fp32
python3 "$tests/predict.py" write images
"$TEMPER" predict run images/*.png --json --top 10 >answers.txt
python3 "$tests/predict.py" compare run <answers.txt

# Without --json it is the same prediction, rounded.
class=$(head -1 answers.txt | jq -r '.top[0].class')
"$TEMPER" predict run images/00.png | tee text.txt
grep -qF "images/00.png: $class " text.txt

# Folders and lists of paths give the same, whatever the threads and the batches.
"$TEMPER" predict run images --json --top 10 | cmp - answers.txt
printf '%s\n' images/*.png | "$TEMPER" predict run - --json --top 10 --threads 1 | cmp - answers.txt
printf '%s\0' images/*.png | "$TEMPER" predict run - --null --json --top 10 --threads 5 | cmp - answers.txt
for batch in 1 7 64; do
  "$TEMPER" predict run images --json --top 10 --batch $batch | python3 "$tests/predict.py" compare run
done
mkdir empty
refused 3 "no pictures (.png, .jpg, .jpeg, .webp)" "$TEMPER" predict run empty
refused 2 "expected paths on standard input" "$TEMPER" predict run - </dev/null
refused 2 "batch" "$TEMPER" predict run images --batch 0

# As a table.
"$TEMPER" predict run images --csv --top 2 >table.csv
test "$(head -1 table.csv)" = "image,class_1,probability_1,class_2,probability_2,error"
test "$(wc -l <table.csv)" = 61
test "$(sed -n 2p table.csv | cut -d , -f 1,2)" = "images/00.png,$class"
refused 2 "--csv" "$TEMPER" predict run images --csv --json

# Grad-CAM: an overlay of each picture, of the size of the network's input.
"$TEMPER" predict run images --json --cam maps >maps.txt
test "$(find maps -name '*.png' | wc -l)" = 60
test "$(head -1 maps.txt | jq -r .cam)" = maps/000001-00.png
python3 - <<'END'
import struct
header = open("maps/000060-59.png", "rb").read(26)
assert header[:8] == b"\x89PNG\r\n\x1a\n" and struct.unpack(">IIBB", header[16:]) == (28, 28, 8, 2), header
END
"$TEMPER" predict run images/00.png --cam bag --cam-class "$class" >bag.txt
cmp bag/000001-00.png maps/000001-00.png
refused 2 "the network has no class 'sandcastle'" "$TEMPER" predict run images/00.png --cam bag --cam-class sandcastle
refused 2 "--cam" "$TEMPER" predict run images/00.png --cam-class "$class"

# A file that can't be read is named, the others are predicted all the same, and the exit status says so.
echo "no picture" >broken.png
status=0
"$TEMPER" predict run images/00.png broken.png absent.png images/01.png >some.txt 2>err.txt || status=$?
test "$status" = 3
test "$(wc -l <some.txt)" = 4
grep -q "^broken.png: could not be read: " some.txt
grep -q "^absent.png: could not be read: " some.txt
grep -q "^images/01.png: " some.txt
grep -q "2 of 4 images could not be read; the first is broken.png: " err.txt
status=0
"$TEMPER" predict run absent.png images/00.png --json >some.txt 2>err.txt || status=$?
test "$status" = 4
jq -e -s '(.[0] | has("error") and (has("top") | not)) and (.[1] | has("top") and (has("error") | not))' some.txt
status=0
"$TEMPER" predict run absent.png images/00.png --csv --top 1 >some.csv 2>err.txt || status=$?
test "$status" = 4
grep -q "^absent.png,,,." some.csv
