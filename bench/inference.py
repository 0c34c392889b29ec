"""Forward passes in evaluation mode of a network in temper, in PyTorch eager and, in fp32, of its ONNX model in
onnxruntime, in alternation. Called by scripts/bench.

Before anything is compared, both sides must show that they do the same work: the same parameters by name, multiply-adds
counted during execution, format, layout and threads, and the same logits. onnxruntime, which fuses and reorders on its
own, must give the same logits."""

import argparse
import json
import math
import pathlib

import machine
import options
import proof
from talker import Refused, Talker, ratios, shown, spread, take_turns

BATCHES = (1, 32)
# Largest difference of a logit, by the largest logit.
TOLERANCES = {"fp32": 1e-4, "bf16": 5e-2}


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--python", help="a Python that has torch; without one only temper runs")
    parser.add_argument("--onnx-python", help="a Python that has onnxruntime and torch")
    parser.add_argument("--networks", nargs="+", choices=options.BATCHES, default=["resnet50"])
    parser.add_argument("--formats", nargs="+", choices=options.FORMATS, default=list(options.FORMATS))
    parser.add_argument("--batches", nargs="+", type=int, dest="sizes")
    found = options.parse(parser)
    found.sizes = found.sizes or ((1, 2) if found.smoke else BATCHES)
    return found


def unlike(ours: list[float], theirs: list[float], number_format: str, names: tuple[str, str]) -> list[str]:
    """Where two lists of logits differ."""
    largest = max(map(abs, ours), default=0)
    if len(ours) != len(theirs) or not largest > 0:
        return [f"logits: {names[0]} has {len(ours)}, {names[1]} has {len(theirs)}; none may all be 0"]
    apart = max(abs(a - b) for a, b in zip(ours, theirs, strict=True)) / largest
    if math.isfinite(apart) and apart <= TOLERANCES[number_format]:
        return []
    return [f"logits: {names[0]} and {names[1]} are {apart:.2g} of the largest apart, above {TOLERANCES[number_format]:g}"]


def differences(ours: dict, theirs: dict, number_format: str, names: tuple[str, str]) -> list[str]:
    found = []
    for key in ("network", "batch", "format", "layout", "threads"):
        found += proof.unequal(key, (names[0], ours[key]), (names[1], theirs[key]))
    for key in ("parameters", "multiply_adds"):
        found += proof.tables(key, (names[0], ours[key]), (names[1], theirs[key]))
    return found + unlike(ours["logits"], theirs["logits"], number_format, names)


def turn(side: Talker, asked: argparse.Namespace):
    """As options.turn(), of forward passes."""
    single = side.ask("pass", 1 if asked.smoke else 3)["milliseconds"][-1]
    count = max(1, round(1000 * asked.seconds / single))
    return lambda: sum(side.ask("pass", count)["milliseconds"]) / count


class Comparisons:
    def __init__(self, asked: argparse.Namespace):
        self.asked = asked
        self.file = (asked.out / "inference.safetensors").resolve()
        self.model = (asked.out / "inference.onnx").resolve()
        self.rows = []

    def __call__(self) -> None:
        for network in self.asked.networks:
            for number_format in self.asked.formats:
                if number_format == "bf16" and not machine.has_bf16():
                    print(f"{network}, bf16: not compared: this processor has no bf16 arithmetic")
                    continue
                for batch in self.asked.sizes:
                    self.compare(network, number_format, batch)

    def compare(self, network: str, number_format: str, batch: int) -> None:
        row = {"network": network, "format": number_format, "batch": batch}
        print(f"\n{network}, {number_format}, batch {batch}, {self.asked.threads} threads", flush=True)
        with Talker(self.asked.program, threads=self.asked.threads) as temper:
            ours = temper.ask("infer", network, number_format, batch, self.file)
            wrong = proof.unlike_asked(ours, "temper", number_format)
            if wrong:
                return self.refuse(row, wrong)
            print(f"  temper: {ours['multiply_adds']['forward']:,} multiply-adds, {ours['format']}, {ours['layout']}")
            if self.asked.python:
                self.with_torch(temper, ours, dict(row))
            if self.asked.onnx_python and number_format == "fp32":
                self.with_onnxruntime(temper, ours, dict(row))
            if not self.asked.python:
                turn(temper, self.asked)()
                self.rows.append(row | {"left_out": "no Python with torch was given; only temper ran"})

    def with_torch(self, temper: Talker, ours: dict, row: dict) -> None:
        with Talker(self.asked.python, "bench/peers/step.py", threads=self.asked.threads) as peer:
            row["peer"] = f"torch {peer.ask('threads', self.asked.threads)['torch']} eager"
            theirs = peer.ask("infer", row["network"], row["format"], row["batch"], self.file)
            wrong = differences(ours, theirs, row["format"], ("temper", row["peer"]))
            self.measure(row, wrong, temper, peer)

    def with_onnxruntime(self, temper: Talker, ours: dict, row: dict) -> None:
        temper.ask("onnx", self.model)
        with Talker(self.asked.onnx_python, "bench/peers/ort.py", threads=self.asked.threads) as peer:
            row["peer"] = f"onnxruntime {peer.ask('threads', self.asked.threads)['onnxruntime']}"
            theirs = peer.ask("infer", self.model, self.file)["logits"]
            self.measure(row, unlike(ours["logits"], theirs, row["format"], ("temper", row["peer"])), temper, peer)

    def measure(self, row: dict, wrong: list[str], temper: Talker, peer: Talker) -> None:
        if wrong:
            return self.refuse(row, wrong)
        found = take_turns({"temper": turn(temper, self.asked), "peer": turn(peer, self.asked)}, self.asked.pairs)
        row |= {"milliseconds": found, "spread": {side: spread(values) for side, values in found.items()}}
        row["ratio"] = ratios(found["peer"], found["temper"])
        print(
            f"    the same logits; ms a pass: temper {shown(row['spread']['temper'], 1)}, {row['peer']} "
            f"{shown(row['spread']['peer'], 1)}; temper is {shown(row['ratio'], 2, 'x')} as fast",
            flush=True,
        )
        self.rows.append(row)

    def refuse(self, row: dict, wrong: list[str]) -> None:
        print(f"  REFUSED: {row.get('peer', 'temper')} does different work", *wrong, sep="\n    ", flush=True)
        self.rows.append(row | {"refused": wrong})


def main() -> None:
    asked = arguments()
    comparisons = Comparisons(asked)
    comparisons()
    report = {"machine": machine.facts(), "threads": asked.threads, "rows": comparisons.rows}
    file: pathlib.Path = asked.out / "inference.json"
    file.write_text(json.dumps(report, indent=2) + "\n")
    for made in (comparisons.file, comparisons.model):
        made.unlink(missing_ok=True)
    refused = sum("refused" in row for row in comparisons.rows)
    if refused:
        raise SystemExit(f"inference: {refused} comparisons were refused")


if __name__ == "__main__":
    try:
        main()
    except Refused as error:
        raise SystemExit(f"inference: {error}") from error
