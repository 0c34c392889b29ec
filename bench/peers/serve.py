"""The loop of a peer that answers commands on standard input with lines of JSON, and its clock."""

import json
import sys
import time
from collections.abc import Callable


def serve(answer: Callable[[str, list[str]], dict]) -> None:
    """Prints answer(command, words) for each line; for a command that fails {"error": the reason}, with which the driver
    reports what could not be compared."""
    for line in sys.stdin:
        command, *words = line.split()
        try:
            found = answer(command, words)
        except Exception as error:
            found = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(found), flush=True)


def milliseconds(count: int, call: Callable[[], object]) -> list[float]:
    times = []
    for _ in range(count):
        started = time.perf_counter()
        call()
        times.append(1000 * (time.perf_counter() - started))
    return times
