"""Training steps of temper in several processes and of PyTorch's DistributedDataParallel in as many, on one machine,
in alternation. Called by scripts/bench.

Gloo, one thread for each process; the ranks have equal parts of the whole batch. Before anything is compared, each rank
of both sides must show that it does the same work (bench/ranks_proof.py): a comparison that is refused reports the
differences and fails the benchmark. ranks.json contains the proof beside the figures."""

import argparse
import json
import math
import pathlib
import tomllib
from collections.abc import Callable

import machine
import options
import proof
import ranks_proof
from rows import Rows
from talker import ROOT, Refused, ratios, shown, spread, take_turns
from team import Team

NETWORKS = ("quickstart", "resnet18")
EXPECTED = ROOT / "bench/peers/expected.json"
RECIPE = ROOT / "bench/peers/quickstart.toml"
MODES = ("default", "local")  # of DistributedDataParallel, see bench/peers/ranks.py
BAR = 1.03  # temper's median time by DistributedDataParallel's


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--python", help="a Python that has torch; without one only temper runs")
    parser.add_argument("--networks", nargs="+", choices=NETWORKS, default=list(NETWORKS))
    parser.add_argument("--formats", nargs="+", choices=options.FORMATS, default=list(options.FORMATS))
    parser.add_argument("--peers", nargs="+", choices=MODES, default=list(MODES), help="options of the peer")
    parser.add_argument("--ranks", type=int, default=2, help="processes of each side")
    found = options.parse(parser, threads=1)
    if found.ranks < 2 or any(found.batches[name] % found.ranks for name in found.networks):
        parser.error("--ranks must be a divisor of the batches, and at least 2")
    return found


def turn(side: Team, asked: argparse.Namespace) -> Callable[[], float]:
    """As options.turn(): a step takes as long as the slowest rank."""

    def milliseconds(steps: int) -> list[list[float]]:
        return [answer["milliseconds"] for answer in side.ask("step", steps)]

    single = max(times[-1] for times in milliseconds(1 if asked.smoke else 3))
    steps = max(1, round(1000 * asked.seconds / single))
    return lambda: max(map(sum, milliseconds(steps))) / steps


class Comparisons(Rows):
    """The rows of the benchmark."""

    def __init__(self, asked: argparse.Namespace, temper: Team, peer: Team | None):
        super().__init__(asked)
        self.temper, self.peer = temper, peer
        self.expected = json.loads(EXPECTED.read_text())
        self.file = (asked.out / "ranks.safetensors").resolve()

    def compare(self, network: str, number_format: str) -> None:
        batch, ranks, threads = self.asked.batches[network], self.asked.ranks, self.asked.threads
        row = {"network": network, "format": number_format, "batch": batch, "ranks": ranks}
        print(f"\n{network}, {number_format}, batch {batch} on {ranks} ranks, threads of each: {threads}", flush=True)
        if number_format == "bf16" and not machine.has_bf16():
            return self.leave_out(row, "this processor has no bf16 arithmetic")
        ours = self.temper.ask("begin", network, number_format, batch, self.file)
        wrong = self.wrong(ours, "temper", network)
        for rank in ours:
            wrong += proof.unlike_asked(rank, ranks_proof.named("temper", rank), number_format)
        if network == "quickstart":
            wrong += self.recipe_differences()
        if wrong:
            return self.refuse(row | {"temper": ours}, wrong)
        print(f"  temper: {described(ours)}", flush=True)
        if self.peer is None:
            if not 0 < turn(self.temper, self.asked)() < math.inf:
                return self.refuse(row | {"temper": ours}, ["no time of a step"])
            return self.leave_out(row | {"temper": ours}, "no Python with torch was given; only temper ran")
        for mode in self.asked.peers:
            self.compare_with(mode, ours, dict(row))

    def wrong(self, ranks: list[dict], side: str, network: str) -> list[str]:
        """What contradicts itself, or expected.json."""
        found = ranks_proof.disagreements(ranks, side)
        for rank in ranks:
            found += ranks_proof.unexpected(rank, side, self.expected[network])
        return found

    def recipe_differences(self) -> list[str]:
        resolved = self.temper.ask("recipe", "quickstart")[0]["recipe"]
        return proof.recipe_differences(tomllib.loads(resolved), tomllib.loads(RECIPE.read_text()))

    def compare_with(self, mode: str, ours: list[dict], row: dict) -> None:
        name = row["peer"] = f"DistributedDataParallel, {mode}"
        theirs = self.peer.ask("begin", row["network"], row["format"], row["batch"], self.file, mode)
        row |= {"proof": {"temper": ours, "peer": theirs}}
        wrong = ranks_proof.differences(ours, theirs, ("temper", name))
        wrong = wrong or self.wrong(theirs, name, row["network"])
        if wrong:
            return self.refuse(row, wrong)
        print(f"  {name}: {described(theirs)}: the same work", flush=True)
        turns = {"temper": turn(self.temper, self.asked), "peer": turn(self.peer, self.asked)}
        found = take_turns(turns, self.asked.pairs)
        row["milliseconds"] = found
        row["spread"] = {side: spread(values) for side, values in found.items()}
        row["time_ratio"] = ratios(found["temper"], found["peer"])
        row["above_bar"] = row["time_ratio"]["median"] > BAR
        verdict = f", ABOVE {BAR}x" if row["above_bar"] and not self.asked.smoke else ""
        print(
            f"    ms a step: temper {shown(row['spread']['temper'], 1)}, {name} {shown(row['spread']['peer'], 1)}; "
            f"temper takes {shown(row['time_ratio'], 3, 'x')} of its time{verdict}",
            flush=True,
        )
        self.rows.append(row)


def described(ranks: list[dict]) -> str:
    first = ranks[0]
    count, buckets, others = first["multiply_adds"], ranks_proof.buckets(first), ranks_proof.others(first)
    sizes = ", ".join(f"{size:,}" for size in buckets)
    return (
        f"{len(first['parameters'])} parameters; on each rank {first['rows']} images, {count['forward']:,} "
        f"multiply-adds forward and {count['backward']:,} backward; bytes of gradients: {sum(buckets):,}, in buckets: "
        f"{len(buckets)} ({sizes}); in other messages: {sum(others):,}; losses {first['losses'][0]:.6f} and "
        f"{first['losses'][1]:.6f}, {first['format']}, {first['layout']}, threads: {first['threads']}"
    )


def compare(asked: argparse.Namespace) -> tuple[list[dict], str | None]:
    """The rows, and the version of the peer."""
    with Team(asked.program, ranks=asked.ranks, threads=asked.threads) as temper:
        if not asked.python:
            comparisons = Comparisons(asked, temper, None)
            comparisons()
            return comparisons.rows, None
        with Team(asked.python, "bench/peers/ranks.py", ranks=asked.ranks, threads=asked.threads) as peer:
            comparisons = Comparisons(asked, temper, peer)
            comparisons()
            return comparisons.rows, peer.joined[0]["torch"]


def main() -> None:
    asked = arguments()
    rows, torch = compare(asked)
    report = {"machine": machine.facts(), "threads": asked.threads, "torch": torch, "rows": rows}
    file: pathlib.Path = asked.out / "ranks.json"
    file.write_text(json.dumps(report, indent=2) + "\n")
    (asked.out / "ranks.safetensors").unlink(missing_ok=True)
    print(f"\n{file}")
    if refused := sum("refused" in row for row in rows):
        raise SystemExit(f"ranks: {refused} comparisons were refused")


if __name__ == "__main__":
    try:
        main()
    except Refused as error:
        raise SystemExit(f"ranks: {error}") from error
