"""Runs a command on files and records which of them passed: a file is checked again only when it, a
header of the project that it includes, or the command has changed."""

import concurrent.futures
import hashlib
import os
import pathlib
import re
import subprocess
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
INCLUDE = re.compile(r'^\s*#\s*include\s*"([^"]+)"', re.M)


def closure(path: pathlib.Path, seen: set[pathlib.Path]) -> set[pathlib.Path]:
    """The file and the project's files that it includes, transitively."""
    if path not in seen:
        seen.add(path)
        for name in INCLUDE.findall(path.read_text()):
            for candidate in (ROOT / name, path.parent / name):
                if candidate.is_file():
                    closure(candidate.resolve(), seen)
                    break
    return seen


def key(path: pathlib.Path, command: list[str], salt: str) -> str:
    digest = hashlib.sha256(f"{command}{salt}".encode())
    for part in sorted(closure(path, set())):
        digest.update(str(part).encode() + part.read_bytes())
    return digest.hexdigest()


def run(
    files: list[pathlib.Path], command_of, memory: pathlib.Path, salt: str = "", minutes: float | None = None
) -> int:
    """Returns the number of files that fail. The output of failing commands is printed. With `minutes`, no command
    starts after that time, and the files left out are printed."""
    end = None if minutes is None else time.monotonic() + 60 * minutes
    memory.mkdir(parents=True, exist_ok=True)
    todo = []
    for path in files:
        command = command_of(path)
        stamp = memory / key(path, command, salt)
        if not stamp.exists():
            todo.append((path, command, stamp))

    left_out = set()

    def one(item) -> int:
        path, command, stamp = item
        if end is not None and time.monotonic() >= end:
            left_out.add(path)
            return 0
        start = time.monotonic()
        done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        passed = done.returncode == 0
        seconds = time.monotonic() - start
        print(f"{'ok  ' if passed else 'FAIL'} {path.relative_to(ROOT)} ({seconds:.0f} s)", flush=True)
        if passed:
            stamp.touch()
        else:
            print(done.stdout, flush=True)
        return 0 if passed else 1

    with concurrent.futures.ThreadPoolExecutor(int(os.environ.get("JOBS", os.cpu_count()))) as pool:
        failed = sum(pool.map(one, todo))
    print(f"{len(files)} files, {len(files) - len(todo)} known to pass, {failed} failed")
    if left_out:
        print(f"{len(files) - len(left_out)} of {len(files)} looked at in {minutes:g} minutes; left out:")
        print("\n".join(str(path.relative_to(ROOT)) for path in files if path in left_out))
    return failed
