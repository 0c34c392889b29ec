"""The compile commands of the tidy preset: clang, without precompiled headers."""

import json
import pathlib
import shlex
import subprocess
import sys

from remembered import ROOT

FOLDER = ROOT / "build/tidy"


def _output(*command) -> str:
    """The output of a command; it is printed only if the command fails."""
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode != 0:
        sys.exit(f"{done.stdout}{' '.join(map(str, command))} failed")
    return done.stdout


def _configure() -> None:
    _output("cmake", "--preset", "tidy")
    # Generated headers must exist before a source can be parsed.
    targets = _output("ninja", "-C", FOLDER, "-t", "targets", "all").splitlines()
    made = [line.split(":")[0] for line in targets if "CUSTOM_COMMAND" in line]
    made = [name for name in made if name.startswith("generated/")]
    if made:
        _output("ninja", "-C", FOLDER, *made)


def load() -> dict[pathlib.Path, list[str]]:
    """The compiler's arguments for each source in C++, without launcher, source and output."""
    _configure()
    commands = {}
    for entry in json.loads((FOLDER / "compile_commands.json").read_text()):
        if not entry["file"].endswith((".cpp", ".cc")):
            continue
        words = shlex.split(entry["command"])
        words = words[next(i for i, word in enumerate(words) if "clang++" in word) :]
        commands[pathlib.Path(entry["file"])] = words[: words.index("-o")]
    return commands
