"""Writes tests/golden/io/images/: small files of every format that decode_image reads, and their
pixels decoded by Pillow 11.3.0 (numpy 2.3.5, safetensors 0.8.0).

And tests/golden/io/regions/: larger files, with several blocks in each direction, of which parts are decoded.

pixels.safetensors has "<file> RGB" and "<file> L", the results of convert() to that mode; for 16-bit grayscale
the high byte is used instead, because Pillow clips it at 255 (see temper/io/image/image.h).
"""

import io
import pathlib
import struct
import zlib

import numpy as np
from PIL import Image
from safetensors.numpy import save_file

FOLDER = pathlib.Path(__file__).parents[2] / "tests/golden/io/images"
HEIGHT, WIDTH = 19, 23
random = np.random.RandomState(1)


def picture(channels):
    """Smooth colors, an edge, and some noise."""
    y, x, c = np.meshgrid(range(HEIGHT), range(WIDTH), range(channels), indexing="ij")
    wave = 128 + 100 * np.sin(x / 5 + c) * np.cos(y / 4 - c) + np.where(x > y, 27, -27)
    return np.clip(wave + random.randint(-9, 10, wave.shape), 0, 255).astype(np.uint8)


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def raw_png(colour, depth, rows, *extra):
    """A PNG of a type that Pillow cannot write; rows of packed samples."""
    header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, depth, colour, 0, 0, 0)
    data = zlib.compress(b"".join(b"\0" + row for row in rows))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        [chunk(b"IHDR", header), *extra, chunk(b"IDAT", data), chunk(b"IEND", b"")]
    )


def packed(samples, depth):
    """Rows of samples below eight bits, most significant first."""
    bits = (samples[..., None] >> np.arange(depth - 1, -1, -1)) & 1
    return [np.packbits(row).tobytes() for row in bits.reshape(HEIGHT, -1).astype(np.uint8)]


def interlaced(samples):
    """Adam7, eight-bit grayscale."""
    starts = [(0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2), (0, 1, 2, 2), (1, 0, 2, 1)]
    rows = b"".join(b"\0" + row.tobytes() for y, x, dy, dx in starts for row in samples[y::dy, x::dx] if row.size)
    header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 0, 0, 0, 1)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def saved(image, kind, **options):
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


grey, colour, four = picture(1)[..., 0], picture(3), picture(4)
wide = (picture(1)[..., 0].astype(np.uint16) << 8) + random.randint(0, 256, (HEIGHT, WIDTH))
wide_colour = (picture(3).astype(np.uint16) << 8) + random.randint(0, 256, (HEIGHT, WIDTH, 3))
L, RGB = Image.fromarray(grey), Image.fromarray(colour)
palette_alpha = bytes(random.randint(0, 256, 16).astype(np.uint8))
alpha = Image.fromarray(four, "RGBA")

files = {
    "grey.png": saved(L, "PNG"),
    "colour.png": saved(RGB, "PNG"),
    "alpha.png": saved(alpha, "PNG"),
    "grey-alpha.png": saved(Image.fromarray(picture(2), "LA"), "PNG"),
    "palette.png": saved(RGB.quantize(16), "PNG"),
    "palette-transparent.png": saved(RGB.quantize(16), "PNG", transparency=palette_alpha),
    "colour-transparent.png": saved(RGB, "PNG", transparency=tuple(int(v) for v in colour[3, 3])),
    "bits-1.png": raw_png(0, 1, packed(grey >> 7, 1)),
    "bits-2.png": raw_png(0, 2, packed(grey >> 6, 2)),
    "bits-4.png": raw_png(0, 4, packed(grey >> 4, 4)),
    "grey-16.png": raw_png(0, 16, [row.astype(">u2").tobytes() for row in wide]),
    "colour-16.png": raw_png(2, 16, [row.astype(">u2").tobytes() for row in wide_colour]),
    "interlaced.png": interlaced(grey),
    "gamma.png": raw_png(0, 8, [row.tobytes() for row in grey], chunk(b"gAMA", struct.pack(">I", 100000))),
    "grey.jpg": saved(L, "JPEG", quality=80),
    "colour.jpg": saved(RGB, "JPEG", quality=80),
    "colour-444.jpg": saved(RGB, "JPEG", quality=95, subsampling=0),
    "colour-422.jpg": saved(RGB, "JPEG", quality=60, subsampling=1),
    "progressive.jpg": saved(RGB, "JPEG", quality=80, progressive=True),
    "stored-rgb.jpg": saved(RGB, "JPEG", quality=90, keep_rgb=True),
    "inks.jpg": saved(Image.fromarray(four, "CMYK"), "JPEG", quality=90),
    "turned.jpg": saved(RGB, "JPEG", quality=80, exif=b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0"),
    "lossy.webp": saved(RGB, "WEBP", quality=80),
    "lossless.webp": saved(RGB, "WEBP", lossless=True),
    "alpha.webp": saved(alpha, "WEBP", quality=80),
    "alpha-lossless.webp": saved(alpha, "WEBP", lossless=True, exact=True),
}
animated = saved(RGB, "WEBP", save_all=True, append_images=[RGB.transpose(Image.FLIP_TOP_BOTTOM)])

FOLDER.mkdir(parents=True, exist_ok=True)
pixels = {}
for name, data in files.items():
    (FOLDER / name).write_bytes(data)
    for mode in ("RGB", "L"):
        pixels[f"{name} {mode}"] = np.asarray(Image.open(io.BytesIO(data)).convert(mode))
high = (wide >> 8).astype(np.uint8)
pixels["grey-16.png L"] = high
pixels["grey-16.png RGB"] = np.ascontiguousarray(np.repeat(high[..., None], 3, 2))
save_file(pixels, FOLDER / "pixels.safetensors")
(FOLDER / "animated.webp").write_bytes(animated)

HEIGHT, WIDTH = 83, 101
random = np.random.RandomState(2)
large = Image.fromarray(picture(3))
exif = Image.Exif()
exif[0x0112] = 6
regions = {
    "420.jpg": saved(large, "JPEG", quality=85),
    "422.jpg": saved(large, "JPEG", quality=85, subsampling="4:2:2"),
    "444.jpg": saved(large, "JPEG", quality=85, subsampling="4:4:4"),
    "progressive.jpg": saved(large, "JPEG", quality=85, progressive=True),
    "grey.jpg": saved(large.convert("L"), "JPEG", quality=85),
    "inks.jpg": saved(large.convert("CMYK"), "JPEG", quality=85, subsampling="4:2:0"),
    "turned.jpg": saved(large, "JPEG", quality=85, exif=exif),
    "turned.png": saved(large.quantize(32), "PNG", exif=exif),
    "turned.webp": saved(large, "WEBP", quality=80, exif=exif),
    "lossless.webp": saved(large.quantize(32).convert("RGB"), "WEBP", lossless=True),
}
(FOLDER.parent / "regions").mkdir(exist_ok=True)
for name, data in regions.items():
    (FOLDER.parent / "regions" / name).write_bytes(data)
