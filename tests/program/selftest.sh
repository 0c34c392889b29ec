# The tests that `temper selftest` runs include those of the JPEG decoder, which is in a room without methods,
# and not the others of that room.
set -euo pipefail

tests=$(dirname "$TEMPER")/temper-selftest
"$tests" --gtest_list_tests >list.txt
for suite in JpegScan Sgd Kill; do grep -qx "$suite\." list.txt; done
if grep -q '^Tar\.' list.txt; then exit 1; fi
