"""Writes tests/golden/io/tar/: the same small shard written by Python 3.11's tarfile in ustar, GNU and
pax format, and by GNU tar 1.34 in the format of Unix V7. All but two of the zero blocks at the end are removed.

The fuzz targets use these files as seeds, too.
"""

import io
import pathlib
import subprocess
import tarfile
import tempfile

FOLDER = pathlib.Path(__file__).parents[2] / "tests/golden/io/tar"
LONG = "/".join(["a-long-folder-name-" + "x" * 30] * 3)
MEMBERS = [
    ("d/000001.jpg", b"first"),
    ("d/000001.cls", b"7\n"),
    (f"{LONG}/000002.png", b"second" * 100),
    (f"{LONG}/000002.json", b'{"label": "cat", "caption": "a cat"}'),
    ("d/\u00e4.webp", b""),
]


def trimmed(archive: bytes) -> bytes:
    return archive.rstrip(b"\0") + bytes(-len(archive.rstrip(b"\0")) % 512 + 1024)


def written(format: int, long: bool) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=format) as archive:
        folder = tarfile.TarInfo("d")
        folder.type = tarfile.DIRTYPE
        archive.addfile(folder)
        for name, content in MEMBERS:
            member = tarfile.TarInfo(name if long else name.replace(LONG, "long"))
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return trimmed(out.getvalue())


FOLDER.mkdir(parents=True, exist_ok=True)
(FOLDER / "ustar.tar").write_bytes(written(tarfile.USTAR_FORMAT, long=True))
(FOLDER / "gnu.tar").write_bytes(written(tarfile.GNU_FORMAT, long=True))
(FOLDER / "pax.tar").write_bytes(written(tarfile.PAX_FORMAT, long=True))
with tempfile.TemporaryDirectory() as place:
    for name, content in MEMBERS:
        file = pathlib.Path(place, name.replace(LONG, "long"))
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(content)
    archive = subprocess.run(
        ["tar", "--format=v7", "--mtime=@0", "--owner=0", "--group=0", "--sort=name", "-cf", "-", "./d", "./long"],
        cwd=place, check=True, capture_output=True,
    ).stdout
(FOLDER / "v7.tar").write_bytes(trimmed(archive))
