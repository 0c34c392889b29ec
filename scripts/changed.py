"""The files that differ from the merge base with the upstream branch; from the previous commit, if there is no upstream
or HEAD is the merge base."""

import pathlib
import subprocess

from remembered import ROOT


def _git(*arguments: str) -> list[str]:
    done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True)
    return done.stdout.split() if done.returncode == 0 else []


def files() -> set[pathlib.Path]:
    head = _git("rev-parse", "HEAD")
    base = _git("merge-base", "HEAD", "@{upstream}")
    if not base or base == head:
        base = _git("rev-parse", "HEAD~1") or head
    names = _git("diff", "--name-only", *base) + _git("ls-files", "--others", "--exclude-standard")
    return {ROOT / name for name in names}
