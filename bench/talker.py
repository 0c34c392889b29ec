"""Programs that print a line for each line of their standard input, and functions to alternate between two."""

import contextlib
import json
import os
import pathlib
import statistics
import subprocess
import sys
from collections.abc import Callable

ROOT = pathlib.Path(__file__).resolve().parent.parent


class Refused(Exception):
    """A program could not execute a command; the message gives the reason."""


class Lines:
    """A running program that prints text."""

    def __init__(self, command: list[str]):
        self.command = command
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, line: str) -> str:
        try:
            self.process.stdin.write(line + "\n")
            self.process.stdin.flush()
            answer = self.process.stdout.readline()
        except BrokenPipeError:
            answer = ""
        if not answer:
            sys.exit(f"{line}: {self.command[0]} exited")
        return answer.strip()


class Talker:
    """A running program that prints JSON. Leaving its `with` block ends it."""

    def __init__(self, *command: str | pathlib.Path, threads: int, environment: dict[str, str] | None = None):
        self.command = [str(word) for word in command]
        self.asked = ""
        of_process = os.environ | {"OMP_NUM_THREADS": str(threads)} | (environment or {})
        self.process = subprocess.Popen(
            self.command, cwd=ROOT, env=of_process, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.ask("threads", threads)

    def ask(self, *words: str | int | pathlib.Path) -> dict:
        self.send(*words)
        return self.receive()

    def send(self, *words: str | int | pathlib.Path) -> None:
        """Begins to ask. What can't be written is noticed by receive()."""
        self.asked = " ".join(map(str, words))
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.write(self.asked + "\n")
            self.process.stdin.flush()

    def receive(self) -> dict:
        """Waits for the answer to what was sent."""
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit(f"{' '.join(self.command)} exited on the command: {self.asked}")
        answer = json.loads(line)
        if "error" in answer:
            raise Refused(answer["error"])
        return answer

    def __enter__(self) -> "Talker":
        return self

    def __exit__(self, *_: object) -> None:
        self.process.stdin.close()
        self.process.wait()


def take_turns(sides: dict[str, Callable[[], float]], pairs: int) -> dict[str, list[float]]:
    """The measurements of each side, `pairs` times. The order alternates, so that a machine that slows down favors
    none."""
    found = {name: [] for name in sides}
    for pair in range(pairs):
        for name in sides if pair % 2 == 0 else reversed(sides):
            found[name].append(sides[name]())
    return found


def spread(values: list[float]) -> dict[str, float]:
    return {"median": statistics.median(values), "lowest": min(values), "highest": max(values)}


def ratios(above: list[float], below: list[float]) -> dict[str, float]:
    """The spread of the ratios of the pairs."""
    return spread([a / b for a, b in zip(above, below, strict=True)])


def shown(found: dict[str, float], digits: int, unit: str = "") -> str:
    return (
        f"{found['median']:.{digits}f}{unit} ({found['lowest']:.{digits}f} to {found['highest']:.{digits}f})"
    )
