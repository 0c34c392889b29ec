"""temper's training of the quickstart's network alone and with another process that computes on one of its cores, in
alternation. Called by scripts/bench."""

import argparse
import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator

import machine
import options
from talker import Refused, Talker, ratios, shown, spread, take_turns

NETWORK = "quickstart"
# Also exits when its parent process is gone.
COMPUTING = """
import os, sys
while os.getppid() == int(sys.argv[1]): sum(range(100_000))
"""


@contextlib.contextmanager
def neighbour() -> Iterator[None]:
    """A process that computes in a loop on one core until the block is left."""
    core = max(os.sched_getaffinity(0))
    program = [sys.executable, "-c", COMPUTING, str(os.getpid())]
    process = subprocess.Popen(["taskset", "--cpu-list", str(core), *program])
    try:
        yield
    finally:
        process.kill()
        process.wait()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--format", choices=options.FORMATS, default="fp32")
    asked = options.parse(parser)
    batch = asked.batches[NETWORK]
    with Talker(asked.program, threads=asked.threads) as temper:
        found = temper.ask("begin", NETWORK, asked.format, batch, asked.out / "neighbour.safetensors")
        measure = options.turn(temper, asked)

        def disturbed() -> float:
            with neighbour():
                return measure()

        times = take_turns({"undisturbed": measure, "disturbed": disturbed}, asked.pairs)
    row = {
        "proof": found,
        "milliseconds": times,
        "spread": {name: spread(values) for name, values in times.items()},
        "throughput_kept": ratios(times["undisturbed"], times["disturbed"]),
    }
    print(
        f"{NETWORK}, {found['format']}, batch {batch}, {asked.threads} threads: ms a step "
        f"{shown(row['spread']['undisturbed'], 1)} alone, {shown(row['spread']['disturbed'], 1)} with another "
        f"process on one of {machine.threads()} cores; relative throughput {shown(row['throughput_kept'], 2)}"
    )
    report = {"machine": machine.facts(), "threads": asked.threads} | row
    (asked.out / "neighbour.safetensors").unlink(missing_ok=True)
    (asked.out / "neighbour.json").write_text(json.dumps(report, indent=2) + "\n")


if __name__ == "__main__":
    try:
        main()
    except Refused as error:
        raise SystemExit(f"neighbour: {error}") from error
