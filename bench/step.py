"""Training steps of three networks in temper and in PyTorch, in alternation. Called by scripts/bench.

Before anything is compared, both sides must show that they do the same work (bench/proof.py), and both are checked
against bench/peers/expected.json. A comparison that is refused reports the differences and fails the benchmark;
step.json contains the proof beside the figures.
"""

import argparse
import json
import pathlib
import re
import tomllib

import machine
import options
import proof
from options import BATCHES, FORMATS, SMOKE_BATCHES, turn
from rows import Rows
from talker import ROOT, Refused, Talker, ratios, shown, spread, take_turns

PEERS = ROOT / "bench/peers"
EXPECTED = PEERS / "expected.json"
RECIPE = PEERS / "quickstart.toml"
MODES = ("eager", "compile")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--python", action="append", default=[], help="a Python that has torch; may be repeated")
    parser.add_argument("--networks", nargs="+", choices=BATCHES, default=list(BATCHES))
    parser.add_argument("--formats", nargs="+", choices=FORMATS, default=list(FORMATS))
    parser.add_argument("--peers", nargs="+", choices=MODES, help="modes of PyTorch (default: both)")
    parser.add_argument("--write-expected", action="store_true", help="write the expected values, from temper")
    parser.add_argument("--break", dest="broken", choices=("pooling",), help="change the peers' networks, for tests")
    found = options.parse(parser)
    found.peers = found.peers or (MODES[:1] if found.smoke else MODES)
    return found


class Comparisons(Rows):
    """The rows of the benchmark."""

    def __init__(self, asked: argparse.Namespace):
        super().__init__(asked)
        self.expected = json.loads(EXPECTED.read_text())
        self.weights = (asked.out / "step.safetensors").resolve()

    def temper(self) -> Talker:
        return Talker(self.asked.program, threads=self.asked.threads)

    def peer(self, python: str, mode: str) -> Talker:
        changed = ["--break", self.asked.broken] if self.asked.broken else []
        return Talker(python, "bench/peers/step.py", "--mode", mode, *changed, threads=self.asked.threads)

    def compare(self, network: str, number_format: str) -> None:
        """Compares a network in a format with every peer."""
        row = {"network": network, "format": number_format, "batch": self.asked.batches[network]}
        print(f"\n{network}, {number_format}, batch {row['batch']}, {self.asked.threads} threads", flush=True)
        if number_format == "bf16" and not machine.has_bf16():
            return self.leave_out(row, "this processor has no bf16 arithmetic")
        with self.temper() as temper:
            ours = self.begin(temper, row)
            wrong = proof.unlike_asked(ours, "temper", number_format)
            wrong += proof.unexpected(ours, "temper", self.expected[network])
            if network == "quickstart":
                wrong += recipe_differences(temper)
            if wrong:
                return self.refuse(row | {"temper": ours}, wrong)
            print(f"  temper: {described(ours)}")
            if not self.asked.python:
                return self.leave_out(row | {"temper": ours}, "no Python with torch was given; only temper was checked")
            for python in self.asked.python:
                for mode in self.asked.peers:
                    self.compare_with(python, mode, temper, ours, dict(row))

    def compare_with(self, python: str, mode: str, temper: Talker, ours: dict, row: dict) -> None:
        with self.peer(python, mode) as peer:
            name = row["peer"] = f"torch {peer.ask('threads', self.asked.threads)['torch']} {mode}"
            theirs = self.begin(peer, row)
            row |= {"proof": {"temper": ours, "peer": theirs}}
            wrong = proof.differences(ours, theirs, ("temper", name))
            wrong = wrong or proof.unexpected(theirs, name, self.expected[row["network"]])
            if wrong:
                return self.refuse(row, wrong)
            print(f"  {name}: {described(theirs)}: the same work", flush=True)
            turns = {"temper": turn(temper, self.asked), "peer": turn(peer, self.asked)}
            found = take_turns(turns, self.asked.pairs)
        row["milliseconds"] = found
        row["spread"] = {side: spread(values) for side, values in found.items()}
        row["ratio"] = ratios(found["peer"], found["temper"])
        print(
            f"    ms a step: temper {shown(row['spread']['temper'], 1)}, {name} {shown(row['spread']['peer'], 1)}; "
            f"temper is {shown(row['ratio'], 2, 'x')} as fast",
            flush=True,
        )
        self.rows.append(row)

    def begin(self, side: Talker, row: dict) -> dict:
        return side.ask("begin", row["network"], row["format"], row["batch"], self.weights)


def described(found: dict) -> str:
    count = found["multiply_adds"]
    return (
        f"{len(found['parameters'])} parameters, {count['forward']:,} multiply-adds forward and {count['backward']:,} "
        f"backward, losses {found['losses'][0]:.6f} and {found['losses'][1]:.6f}, {found['format']}, "
        f"{found['layout']}, {found['threads']} threads"
    )


def recipe_differences(temper: Talker) -> list[str]:
    resolved = tomllib.loads(temper.ask("recipe", "quickstart")["recipe"])
    return proof.recipe_differences(resolved, tomllib.loads(RECIPE.read_text()))


HEAD = """# The resolved recipe of the quickstart, which peers/networks.py and peers/quickstart.py implement. Written by
# scripts/bench step --write-expected.
"""


def without_comments(toml: str) -> str:
    lines = (re.sub(r"\s+# .*", "", line) for line in toml.splitlines() if not line.startswith("#"))
    return "\n".join(lines) + "\n"


def write_expected(asked: argparse.Namespace) -> None:
    expected = {}
    with Talker(asked.program, threads=asked.threads) as temper:
        RECIPE.write_text(HEAD + without_comments(temper.ask("recipe", "quickstart")["recipe"]))
        for network, batch in SMOKE_BATCHES.items():
            found = temper.ask("begin", network, "fp32", batch, asked.out / "step.safetensors")
            expected[network] = proof.expectation(found)
    text = json.dumps(expected, indent=2)
    numbers_on_one_line = re.sub(r"\[[^\[\]{}]+\]", lambda found: " ".join(found[0].split()), text)
    EXPECTED.write_text(numbers_on_one_line.replace("[ ", "[").replace(" ]", "]") + "\n")
    print(f"{EXPECTED.relative_to(ROOT)} and {RECIPE.relative_to(ROOT)} have been written from temper")


def main() -> None:
    asked = arguments()
    if asked.write_expected:
        return write_expected(asked)
    comparisons = Comparisons(asked)
    try:
        comparisons()
    except Refused as error:
        raise SystemExit(f"step: {error}") from error
    report = {"machine": machine.facts(), "threads": asked.threads, "rows": comparisons.rows}
    file = asked.out / "step.json"
    file.write_text(json.dumps(report, indent=2) + "\n")
    (asked.out / "step.safetensors").unlink(missing_ok=True)
    print(f"\n{file}")
    if comparisons.refused():
        raise SystemExit(f"step: {comparisons.refused()} comparisons were refused")


if __name__ == "__main__":
    main()
