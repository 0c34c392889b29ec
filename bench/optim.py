"""One update of ResNet-50's parameters by every optimizer against its peer, in turn. Called by scripts/bench.

Bandwidth is what an update must read and write, by its time, as a share of that of a = b + 3 c over arrays that no cache
holds. As STREAM counts it: three arrays, though the processor reads a too before it writes it; an update in place is
spared that, so its share may be above 100%."""

import argparse
import json
import os
import pathlib
import statistics
import subprocess

ROOT = pathlib.Path(__file__).resolve().parent.parent
FUSED = ("sgd", "adagrad", "adam", "adamw")  # those that torch has a kernel for
NORMS = ("lamb", "lars", "muon")  # those that look at whole parameters


class Talker:
    """A program that answers each line with one of JSON."""

    def __init__(self, *command: str, threads: int):
        environment = os.environ | {"OMP_NUM_THREADS": str(threads)}
        self.process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.ask("threads", threads)

    def ask(self, *words) -> dict:
        self.process.stdin.write(" ".join(map(str, words)) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit(f"{self.process.args[0]} ended at {words}")
        return json.loads(line)


def bar(kind: str, row: dict) -> str:
    """What the row misses."""
    if kind in FUSED and row["bandwidth_share"] < 0.7:
        return "under 70% of the triad's bandwidth"
    wanted = 0.97 if kind in FUSED + NORMS else 1.5
    return f"under {wanted}x" if row["ratio"] < wanted else ""


def measure(kind: str, temper: Talker, eager: Talker, rounds: int, seconds: float) -> dict:
    peer = eager.ask("begin", kind)
    # The first step finds the memory.
    first = temper.ask("step", kind, 2)["milliseconds"][-1] + eager.ask("step", kind, 2)["milliseconds"][-1]
    times = {"temper": [], "peer": [], "triad": []}
    for n in range(max(3, min(rounds, int(1000 * seconds / first)))):
        # Turn about: a machine that slows down favours neither.
        order = ["temper", "peer", "triad"] if n % 2 == 0 else ["triad", "peer", "temper"]
        for side in order:
            if side == "temper":
                answer = ours = temper.ask("step", kind, 1)
            elif side == "peer":
                answer = eager.ask("step", kind, 1)
            else:
                answer = triad = temper.ask("triad", 1)
            times[side] += answer["milliseconds"]
    middle = {side: statistics.median(found) for side, found in times.items()}
    ratios = [theirs / own for own, theirs in zip(times["temper"], times["peer"])]
    speed = {"temper": ours["bytes"] / middle["temper"], "triad": triad["bytes"] / middle["triad"]}
    return {
        "peer": peer["peer"],
        "temper_ms": middle["temper"],
        "peer_ms": middle["peer"],
        "ratio": statistics.median(ratios),
        "triad_gb_per_s": speed["triad"] / 1e6,
        "bandwidth_share": speed["temper"] / speed["triad"],
        "tried_ms": peer["tried_ms"],
        "times": times,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--program", required=True)
    parser.add_argument("--python", required=True, help="of the environment with the peers")
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--seconds", type=float, default=60, help="of one optimizer, after three rounds")
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--only", nargs="+", help="kinds; all of them without")
    options = parser.parse_args()

    eager = Talker(options.python, "bench/peers/optim.py", threads=options.threads)
    temper = Talker(options.program, threads=options.threads)
    for shape in eager.ask("parameters")["parameters"]:
        temper.ask("parameter", *shape)
    rows = {}
    print(f"{'optimizer':22}{'temper':>10}{'peer':>10}{'ratio':>8}{'of triad':>10}  peer")
    for kind in options.only or temper.ask("kinds")["kinds"]:
        row = rows[kind] = measure(kind, temper, eager, options.rounds, options.seconds)
        row["misses"] = bar(kind, row)
        print(
            f"{kind:22}{row['temper_ms']:7.1f} ms{row['peer_ms']:7.1f} ms{row['ratio']:7.2f}x"
            f"{100 * row['bandwidth_share']:9.0f}%  {row['peer']:20}{row['misses']}",
            flush=True,
        )
    triad = statistics.median(row["triad_gb_per_s"] for row in rows.values())
    print(f"triad (a = b + 3 c): {triad:.1f} GB/s with {options.threads} threads; medians of up to {options.rounds} rounds")
    report = {"threads": options.threads, "rounds": options.rounds, "triad_gb_per_s": triad, "optimizers": rows}
    (options.out / "optim.json").write_text(json.dumps(report, indent=2) + "\n")


main()
