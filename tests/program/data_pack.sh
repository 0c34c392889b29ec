# A folder of pictures is packed into shards, which Python's tarfile reads, and training on them gives the same
# weights whether or not they are in memory; hostile archives are refused with a one-line message.
set -euo pipefail
# shellcheck source=tests/program/refused
source "$TEMPER_SOURCE_DIR/tests/program/refused"
tests=$TEMPER_SOURCE_DIR/tests/program

python3 "$tests/pictures.py" pictures 12 3
"$TEMPER" data pack pictures packed --shard-size 1 | tee out.txt
grep -qF "packed: 120 training images in 1 shard, 30 test images in 1" out.txt
python3 "$tests/shards.py" check packed/train/train-000000.tar pictures/train
python3 "$tests/shards.py" check packed/test/test-000000.tar pictures/test

"$TEMPER" data pack pictures again
diff -r packed again
"$TEMPER" data pack packed twice # shards from shards
python3 "$tests/shards.py" check twice/train/train-000000.tar pictures/train
refused 2 "packed exists already" "$TEMPER" data pack pictures packed
refused 3 "no such file or folder" "$TEMPER" data pack nothing other
cp -r pictures damaged
echo "no picture" >damaged/train/class-0/text.png
refused 3 "add --skip-bad to skip such images" "$TEMPER" data pack damaged other
test ! -e other

small=(--set model.depth=8 --set data.batch_size=20 --set epochs=1 --set threads=1 --set data.validation=0 --set data.size=24)
"$TEMPER" train packed "${small[@]}" --out memory >out.txt 2>err.txt || { cat err.txt; exit 1; }
"$TEMPER" train packed "${small[@]}" --set data.memory=0 --out disk >out.txt 2>err.txt ||
  { cat err.txt; exit 1; }
cmp memory/model.safetensors disk/model.safetensors

python3 "$tests/shards.py" hostile hostile
hostile() { # NAME TEXT
  refused 3 "$2" "$TEMPER" train "hostile/$1.tar" --out none
  test ! -e none
}
hostile dots "'../../escaped.jpg' leads out of the archive by '..'"
hostile absolute "'/tmp/escaped.jpg' is absolute"
hostile link "'1.jpg' is a link"
hostile hard "'1.jpg' is a link"
hostile pipe "'1.jpg' is a pipe"
hostile device "'1.jpg' is a device"
hostile huge "'1.jpg' has 1000000000000 bytes"
hostile huge-pax "'1.jpg' has 1000000000000 bytes"
hostile cut "cut short"
hostile text "not a tar archive"
hostile empty "the file is empty"
mkfifo hostile/fifo.tar
hostile fifo "a pipe"
test ! -e ../escaped.jpg && test ! -e /tmp/escaped.jpg
