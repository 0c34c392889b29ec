"""The files changed in the working tree or in the last 30 commits. A clone with fewer commits counts those it has; the
oldest commit of a shallow clone counts as a change of every file."""

import pathlib
import subprocess

from remembered import ROOT

COMMITS = 30


def _git(*arguments: str) -> list[str]:
    done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(f"git {arguments[0]}: {done.stderr.splitlines()[0]}")
    return done.stdout.splitlines()


def files() -> list[pathlib.Path]:
    """The newest changes first. A file may be gone since."""
    names = _git("diff", "--name-only", "HEAD") + _git("ls-files", "--others", "--exclude-standard")
    names += _git("log", f"--max-count={COMMITS}", "--name-only", "--format=", "HEAD")
    return [ROOT / name for name in dict.fromkeys(names)]
