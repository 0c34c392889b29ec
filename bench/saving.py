"""What saving costs: the quickstart's network with and without checkpoints, in turn. Called by scripts/bench."""

import argparse
import json
import pathlib
import shutil
import statistics
import subprocess

ROOT = pathlib.Path(__file__).resolve().parent.parent
STEPS = 110
WARMUP = 10  # steps that are not counted


def seconds(program: pathlib.Path, every: int, run: pathlib.Path) -> float:
    """Of the steps between the warm-up and the last, by the run's own clock."""
    shutil.rmtree(run, ignore_errors=True)
    command = [str(program), "train", "recipes/fashion-mnist.toml", "--out", str(run), "--stop-at", str(STEPS)]
    for setting in (f"checkpoint.every_steps={every}", f"log.every_steps={WARMUP}", "log.norms_every=0"):
        command += ["--set", setting]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    if done.returncode != 75:
        raise SystemExit(f"{' '.join(command)} ended with {done.returncode}:\n{done.stderr[-2000:]}")
    lines = map(json.loads, (run / "metrics.jsonl").read_text().splitlines())
    clock = {line["step"]: line["seconds"] for line in lines if line["event"] == "step"}
    return clock[STEPS] - clock[WARMUP]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--program", type=pathlib.Path, required=True)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--pairs", type=int, default=30)
    parser.add_argument("--every", type=int, default=50)
    options = parser.parse_args()
    run = options.out / "saving-run"
    pairs = []
    for n in range(options.pairs):
        order = (options.every, 0) if n % 2 == 0 else (0, options.every)
        measured = {every: seconds(options.program, every, run) for every in order}
        pairs.append((measured[options.every], measured[0]))
        print(f"pair {n + 1:2}  saving {pairs[-1][0]:.3f} s  not saving {pairs[-1][1]:.3f} s", flush=True)
    ratios = [with_ / without for with_, without in pairs]
    quartiles = statistics.quantiles(ratios, n=4)
    result = {
        "every_steps": options.every,
        "pairs": pairs,
        "median_ratio": statistics.median(ratios),
        "quartiles": [quartiles[0], quartiles[2]],
    }
    (options.out / "saving.json").write_text(json.dumps(result, indent=2) + "\n")
    print(
        f"saving every {options.every} steps takes {100 * (result['median_ratio'] - 1):+.2f}% of the time "
        f"(median of {len(pairs)} pairs; quartiles {100 * (quartiles[0] - 1):+.2f}% to {100 * (quartiles[2] - 1):+.2f}%)"
    )


main()
