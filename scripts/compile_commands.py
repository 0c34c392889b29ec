"""The compile commands of the tidy preset: clang, without precompiled headers."""

import json
import pathlib
import shlex
import subprocess

from remembered import ROOT

FOLDER = ROOT / "build/tidy"


def _configure() -> None:
    quiet = {"cwd": ROOT, "check": True, "stdout": subprocess.DEVNULL}
    subprocess.run(["cmake", "--preset", "tidy", "--log-level=WARNING"], **quiet)
    # Headers that the build makes must be there before a source can be read.
    targets = subprocess.run(["ninja", "-C", FOLDER, "-t", "targets", "all"], check=True, capture_output=True, text=True)
    made = [line.split(":")[0] for line in targets.stdout.splitlines() if "CUSTOM_COMMAND" in line]
    made = [name for name in made if name.startswith("generated/")]
    if made:
        subprocess.run(["ninja", "-C", FOLDER, *made], **quiet)


def load() -> dict[pathlib.Path, list[str]]:
    """For each source the compiler's arguments, without launcher, source and output."""
    _configure()
    commands = {}
    for entry in json.loads((FOLDER / "compile_commands.json").read_text()):
        words = shlex.split(entry["command"])
        words = words[next(i for i, word in enumerate(words) if "clang++" in word) :]
        commands[pathlib.Path(entry["file"])] = words[: words.index("-o")]
    return commands
