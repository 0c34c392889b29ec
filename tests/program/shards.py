"""Shards, read and written with Python's tarfile, for data_pack.sh.

    shards.py check SHARD FOLDER    checks that SHARD has the files of FOLDER's class folders, byte for byte, each with
                                    the index of its class, in WebDataset's layout
    shards.py hostile FOLDER        writes archives that must be refused
"""

import collections
import io
import pathlib
import sys
import tarfile


def check(shard: str, folder: str) -> None:
    samples = collections.defaultdict(dict)
    last = None
    with tarfile.open(shard) as archive:
        for member in archive:
            assert member.isfile() and member.mtime == 0 and member.uid == 0, member
            key, ending = member.name.split(".", 1)
            assert ending not in samples[key], member.name
            assert key == last or len(samples[key]) == 0, f"{member.name} is separated from its sample"
            samples[key][ending] = archive.extractfile(member).read()
            last = key
    classes = sorted(path.name for path in pathlib.Path(folder).iterdir())
    expected = sorted(
        (str(label).encode(), file.read_bytes())
        for label, name in enumerate(classes)
        for file in pathlib.Path(folder, name).iterdir()
    )
    found = sorted((sample["cls"], sample["png"]) for sample in samples.values())
    assert found == expected, f"{shard}: other images or labels than {folder}"


def hostile(folder: str) -> None:
    place = pathlib.Path(folder)
    place.mkdir()

    def write(name: str, format: int = tarfile.PAX_FORMAT, content: bytes = b"picture", **fields) -> bytes:
        out = io.BytesIO()
        with tarfile.open(fileobj=out, mode="w", format=format) as archive:
            member = tarfile.TarInfo(fields.pop("path", "1.jpg"))
            member.size = len(content)
            for key, value in fields.items():
                setattr(member, key, value)
            archive.addfile(member, io.BytesIO(content))
        (place / f"{name}.tar").write_bytes(out.getvalue())
        return out.getvalue()

    write("dots", path="../../escaped.jpg")
    write("absolute", path="/tmp/escaped.jpg")
    write("link", type=tarfile.SYMTYPE, linkname="/etc/passwd", content=b"")
    write("hard", type=tarfile.LNKTYPE, linkname="/etc/passwd", content=b"")
    write("pipe", type=tarfile.FIFOTYPE, content=b"")
    write("device", type=tarfile.CHRTYPE, content=b"")
    large = tarfile.TarInfo("1.jpg")
    large.size = 10**12
    (place / "huge.tar").write_bytes(large.tobuf(tarfile.GNU_FORMAT) + bytes(4096))
    (place / "huge-pax.tar").write_bytes(large.tobuf(tarfile.PAX_FORMAT) + bytes(4096))
    whole = write("cut", content=bytes(5000))
    (place / "cut.tar").write_bytes(whole[:3000])
    (place / "text.tar").write_bytes(b"this is no archive\n" * 100)
    (place / "empty.tar").write_bytes(b"")


if __name__ == "__main__":
    {"check": check, "hostile": hostile}[sys.argv[1]](*sys.argv[2:])
