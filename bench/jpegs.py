"""JPEG files for smoke runs of benchmarks that need photographs: Fashion-MNIST's images, enlarged 16 times, colored,
and encoded by temper. Needs only Python's standard library.

    jpegs.py TEMPER FOLDER COUNT
"""

import pathlib
import shutil
import subprocess
import sys
import tarfile
import tempfile

from talker import ROOT

sys.path.insert(0, str(ROOT / "tests/program"))
import pictures  # noqa: E402  the module with which the end-to-end tests generate images

TIMES = 16
SHORT_SIDE = 400


def enlarged(grey: bytes, label: int) -> bytes:
    side = pictures.SIDE
    rows = (pictures.tinted(grey[y * side : (y + 1) * side], label) for y in range(side))
    wide = (b"".join(row[3 * x : 3 * x + 3] * TIMES for x in range(side)) for row in rows)
    return b"".join(row * TIMES for row in wide)


def main() -> None:
    temper, folder, count = sys.argv[1], pathlib.Path(sys.argv[2]), int(sys.argv[3])
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    with tempfile.TemporaryDirectory() as scratch:
        tree, packed = pathlib.Path(scratch, "tree"), pathlib.Path(scratch, "packed")
        for i, (grey, label) in enumerate(pictures.fashion_mnist("t10k", count)):
            file = tree / ("even", "odd")[i % 2] / f"{i}.png"
            pictures.write_png(file, TIMES * pictures.SIDE, 3, enlarged(grey, label))
        command = [temper, "data", "pack", str(tree), str(packed), "--short-side", str(SHORT_SIDE), "--quality", "90"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        for shard in packed.rglob("*.tar"):
            with tarfile.open(shard) as archive:
                for member in archive:
                    if member.name.endswith((".jpg", ".jpeg")):
                        name = member.name.replace("/", "-")
                        (folder / name).write_bytes(archive.extractfile(member).read())
    found = len(list(folder.iterdir()))
    if found != count:
        sys.exit(f"jpegs: {folder} contains {found} images instead of {count}")


main()
