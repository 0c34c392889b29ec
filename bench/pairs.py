"""Measures what settings cost: the quickstart's recipe with and without them, in alternation. Used by saving.py and
extras.py."""

import argparse
import json
import pathlib
import shutil
import statistics
import subprocess

ROOT = pathlib.Path(__file__).resolve().parent.parent
STEPS, SMOKE_STEPS = 110, 20
WARMUP = 10  # steps that are not counted


def arguments(description: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--program", type=pathlib.Path, required=True)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--pairs", type=int, default=30)
    parser.add_argument("--smoke", action="store_true", help=f"one pair of {SMOKE_STEPS} steps")
    return parser


def seconds(program: pathlib.Path, settings: list[str], run: pathlib.Path, steps: int) -> float:
    """Seconds of the steps from the warm-up to the last, by the run's own clock."""
    shutil.rmtree(run, ignore_errors=True)
    command = [str(program), "train", "recipes/fashion-mnist.toml", "--out", str(run), "--stop-at", str(steps)]
    for setting in (*settings, f"log.every_steps={WARMUP}", "log.norms_every=0"):
        command += ["--set", setting]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    if done.returncode != 75:
        raise SystemExit(f"{' '.join(command)} ended with {done.returncode}:\n{done.stderr[-2000:]}")
    lines = map(json.loads, (run / "metrics.jsonl").read_text().splitlines())
    clock = {line["step"]: line["seconds"] for line in lines if line["event"] == "step"}
    return clock[steps] - clock[WARMUP]


def compare(name: str, what: str, options: argparse.Namespace, with_it: list[str], without: list[str], **facts) -> None:
    """Writes <name>.json, including the facts, and prints the cost of the settings."""
    run = options.out / f"{name}-run"
    steps = SMOKE_STEPS if options.smoke else STEPS
    pairs = []
    for n in range(1 if options.smoke else options.pairs):
        measured = {}
        for side in ("with", "without") if n % 2 == 0 else ("without", "with"):
            measured[side] = seconds(options.program, with_it if side == "with" else without, run, steps)
        pairs.append((measured["with"], measured["without"]))
        print(f"pair {n + 1:2}  {name} {pairs[-1][0]:.3f} s  without {pairs[-1][1]:.3f} s", flush=True)
    if not all(0 < each < 600 for pair in pairs for each in pair):
        raise SystemExit(f"{name}: implausible times for {steps - WARMUP} steps: {pairs}")
    ratios = [with_ / without_ for with_, without_ in pairs]
    quartiles = statistics.quantiles(ratios, n=4) if len(ratios) > 1 else 3 * ratios
    median = statistics.median(ratios)
    result = facts | {"pairs": pairs, "median_ratio": median, "quartiles": [quartiles[0], quartiles[2]]}
    (options.out / f"{name}.json").write_text(json.dumps(result, indent=2) + "\n")
    print(
        f"{what} {100 * (median - 1):+.2f}% of the time (median of {len(pairs)} pairs; "
        f"quartiles {100 * (quartiles[0] - 1):+.2f}% to {100 * (quartiles[2] - 1):+.2f}%)"
    )
