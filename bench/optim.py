"""One update of ResNet-50's parameters by every optimizer and by its peer, in alternation. Called by scripts/bench.

Bandwidth is the number of bytes that an update must read and write divided by its time, as a share of that of a = b + 3
c over arrays larger than any cache. The triad counts three arrays, as in STREAM, although the processor also reads a
before writing it; an in-place update does not need that read, so its share may be above 100%."""

import argparse
import json
import os
import pathlib
import statistics

from talker import ROOT, Talker

FUSED = ("sgd", "adagrad", "adam", "adamw")  # optimizers for which torch has a fused kernel
SMOKE_PARAMETERS = 40
NORMS = ("lamb", "lars", "muon")  # optimizers that need norms or products of whole parameters


def shapes() -> list[list[int]]:
    """The shapes of ResNet-50's parameters."""
    expected = json.loads((ROOT / "bench/peers/expected.json").read_text())
    return list(expected["resnet50"]["parameters"].values())


def bar(kind: str, row: dict) -> str:
    """The target that the row misses; empty if none."""
    if kind in FUSED and row["bandwidth_share"] < 0.7:
        return "under 70% of the triad's bandwidth"
    wanted = 0.97 if kind in FUSED + NORMS else 1.5
    return f"under {wanted}x" if row["ratio"] < wanted else ""


def measure(kind: str, temper: Talker, eager: Talker | None, rounds: int, seconds: float) -> dict:
    sides = {"temper": temper} | ({"peer": eager} if eager else {})
    begun = eager.ask("begin", kind) if eager else {}
    # The first step allocates the memory.
    first = sum(side.ask("step", kind, 2)["milliseconds"][-1] for side in sides.values())
    answers, times = {}, {name: [] for name in (*sides, "triad")}
    for n in range(max(min(3, rounds), min(rounds, int(1000 * seconds / first)))):
        # Alternating order, so that a machine that slows down favors neither side.
        for name in times if n % 2 == 0 else reversed(times):
            answers[name] = temper.ask("triad", 1) if name == "triad" else sides[name].ask("step", kind, 1)
            times[name] += answers[name]["milliseconds"]
    middle = {name: statistics.median(found) for name, found in times.items()}
    speed = {name: answers[name]["bytes"] / middle[name] for name in ("temper", "triad")}
    row = {
        "temper_ms": middle["temper"],
        "triad_gb_per_s": speed["triad"] / 1e6,
        "bandwidth_share": speed["temper"] / speed["triad"],
        "times": times,
    }
    if eager:
        ratio = statistics.median(theirs / own for own, theirs in zip(times["temper"], times["peer"]))
        row |= {"peer": begun["peer"], "peer_ms": middle["peer"], "ratio": ratio, "tried_ms": begun["tried_ms"]}
        row["misses"] = bar(kind, row)
    return row


def told(kind: str, row: dict) -> str:
    share = f"{100 * row['bandwidth_share']:9.0f}%"
    if "peer" not in row:
        return f"{kind:22}{row['temper_ms']:7.1f} ms{'-':>10}{'-':>8} {share}"
    return (
        f"{kind:22}{row['temper_ms']:7.1f} ms{row['peer_ms']:7.1f} ms{row['ratio']:7.2f}x{share}  {row['peer']:20}"
        f"{row['misses']}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--program", required=True)
    parser.add_argument("--python", help="Python that has the peers; without it, temper is measured alone")
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--seconds", type=float, default=60, help="time limit per optimizer, after three rounds")
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--only", nargs="+", help="kinds of optimizers (default: all)")
    parser.add_argument("--smoke", action="store_true", help=f"one round with {SMOKE_PARAMETERS} parameters")
    options = parser.parse_args()
    options.rounds = 1 if options.smoke else options.rounds
    parameters = shapes()[: SMOKE_PARAMETERS if options.smoke else None]

    temper = Talker(options.program, threads=options.threads)
    for shape in parameters:
        temper.ask("parameter", *shape)
    eager = None
    if options.python:
        eager = Talker(options.python, "bench/peers/optim.py", threads=options.threads)
        theirs = eager.ask("parameters", len(parameters))["parameters"]
        if sorted(theirs) != sorted(parameters):
            raise SystemExit(f"optim: temper has parameters of {parameters}, the peer of {theirs}")
    known = eager.ask("kinds")["kinds"] if eager else []
    rows = {}
    print(f"{'optimizer':22}{'temper':>10}{'peer':>10}{'ratio':>8}{'of triad':>10}  peer")
    for kind in options.only or temper.ask("kinds")["kinds"]:
        rows[kind] = measure(kind, temper, eager if kind in known else None, options.rounds, options.seconds)
        print(told(kind, rows[kind]), flush=True)
    triad = statistics.median(row["triad_gb_per_s"] for row in rows.values())
    print(f"triad (a = b + 3 c): {triad:.1f} GB/s with {options.threads} threads; medians of up to {options.rounds} rounds")
    if not all(0 < row["temper_ms"] < 60_000 and row["bandwidth_share"] > 0 for row in rows.values()):
        raise SystemExit("optim: some of these times are implausible")
    report = {"threads": options.threads, "rounds": options.rounds, "triad_gb_per_s": triad, "optimizers": rows}
    (options.out / "optim.json").write_text(json.dumps(report, indent=2) + "\n")


main()
