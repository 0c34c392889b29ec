"""Options of the benchmarks of training steps, and how they measure a step."""

import argparse
import pathlib
from collections.abc import Callable

import machine
from talker import Talker

BATCHES = {"quickstart": 128, "resnet18": 128, "resnet50": 32}
SMOKE_BATCHES = {"quickstart": 16, "resnet18": 8, "resnet50": 4}
FORMATS = ("fp32", "bf16")


def parse(parser: argparse.ArgumentParser, threads: int | None = None) -> argparse.Namespace:
    """Adds the common options and parses the command line. Without --threads there are `threads`, by default as many as
    the machine has."""
    parser.add_argument("--program", required=True, help="bench_step")
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--pairs", type=int, default=10)
    parser.add_argument("--seconds", type=float, default=2, help="approximate duration of one measurement of a side")
    parser.add_argument("--threads", type=int, default=threads or machine.threads())
    parser.add_argument("--smoke", action="store_true", help="small batches, one pair of single steps")
    options = parser.parse_args()
    options.batches = SMOKE_BATCHES if options.smoke else BATCHES
    if options.smoke:
        options.pairs, options.seconds = 1, 0
    options.out.mkdir(parents=True, exist_ok=True)
    return options


def turn(side: Talker, options: argparse.Namespace) -> Callable[[], float]:
    """Returns a function that measures the milliseconds of a step, the mean over the steps of one turn. Warms up
    first."""
    single = side.ask("step", 1 if options.smoke else 3)["milliseconds"][-1]
    steps = max(1, round(1000 * options.seconds / single))
    return lambda: sum(side.ask("step", steps)["milliseconds"]) / steps
