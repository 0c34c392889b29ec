"""Fashion-MNIST's images as PNG files, with nothing but Python's standard library: the end-to-end
tests use them as input.

    pictures.py FOLDER TRAIN TEST   FOLDER/train/CLASS/*.png with TRAIN images per class, FOLDER/test/
                                    with TEST, in red, green and blue
"""

import gzip
import os
import pathlib
import struct
import sys
import zlib

CLASSES = 10
SIDE = 28


def _open(name: str) -> bytes:
    folder = pathlib.Path(os.environ.get("TEMPER_DATA_DIR", "/usr/share/datasets"))
    for path in (folder / "fashion-mnist" / name, folder / name):
        for packed in (path.with_name(name + ".gz"), path):
            if packed.exists():
                return gzip.decompress(packed.read_bytes()) if packed.suffix == ".gz" else packed.read_bytes()
    sys.exit(f"no {name} under {folder}")


def fashion_mnist(part: str, count: int) -> list[tuple[bytes, int]]:
    """The first images of "train" or "t10k", each as gray pixels and a label."""
    pixels = _open(f"{part}-images-idx3-ubyte")[16:]
    labels = _open(f"{part}-labels-idx1-ubyte")[8:]
    size = SIDE * SIDE
    return [(pixels[i * size : (i + 1) * size], labels[i]) for i in range(count)]


def write_png(path: pathlib.Path, width: int, channels: int, pixels: bytes) -> None:
    """Eight bits per sample, 1 or 3 channels, rows unfiltered."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    row = width * channels
    rows = b"".join(b"\0" + pixels[i : i + row] for i in range(0, len(pixels), row))
    header = struct.pack(">IIBBBBB", width, len(pixels) // row, 8, {1: 0, 3: 2}[channels], 0, 0, 0)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    )


def tinted(grey: bytes, label: int) -> bytes:
    """The same picture in color: no two channels are equal."""
    return b"".join(bytes((g, 255 - g, (g + 25 * label) % 256)) for g in grey)


def write_folder(folder: pathlib.Path, part: str, each: int) -> None:
    written = [0] * CLASSES
    for grey, label in fashion_mnist(part, 100 * each):
        if written[label] < each:
            name = f"{written[label]:04}.png"
            write_png(folder / f"class-{label}" / name, SIDE, 3, tinted(grey, label))
            written[label] += 1


if __name__ == "__main__":
    target = pathlib.Path(sys.argv[1])
    write_folder(target / "train", "train", int(sys.argv[2]))
    write_folder(target / "test", "t10k", int(sys.argv[3]))
