"""temper's step in fp32 and in bf16, in alternation, and which of them precision = "auto" chooses. Called by
scripts/bench."""

import argparse
import json
import pathlib

import machine
import proof
import options
from talker import Refused, Talker, ratios, shown, spread, take_turns


def compare(network: str, asked: argparse.Namespace) -> dict:
    """One row: each format in a process of its own."""
    row = {"network": network, "batch": asked.batches[network]}
    sides = {name: Talker(asked.program, threads=asked.threads) for name in options.FORMATS}
    with sides["fp32"], sides["bf16"]:
        proofs = {
            name: side.ask("begin", network, name, row["batch"], asked.out / "formats.safetensors")
            for name, side in sides.items()
        }
        row["proof"] = proofs
        wrong = []
        for name, found in proofs.items():
            wrong += proof.unlike_asked(found, f"temper in {name}", name)
        # Everything except the format must be the same.
        of_fp32 = proofs["fp32"] | {"format": "bf16"}
        wrong = wrong or proof.differences(of_fp32, proofs["bf16"], ("temper in fp32", "temper in bf16"))
        if wrong:
            return row | {"refused": wrong}
        row["automatic"] = sides["fp32"].ask("automatic", network)["precision"]
        turns = {name: options.turn(side, asked) for name, side in sides.items()}
        found = take_turns(turns, asked.pairs)
    row |= {"milliseconds": found, "spread": {name: spread(values) for name, values in found.items()}}
    row["ratio"] = ratios(found["fp32"], found["bf16"])
    row["faster"] = "bf16" if row["ratio"]["median"] > 1 else "fp32"
    return row


def told(row: dict) -> str:
    if "refused" in row:
        return "\n    ".join(["REFUSED", *row["refused"]])
    verdict = "the faster one" if row["automatic"] == row["faster"] else "THE SLOWER ONE"
    return (
        f"ms a step: fp32 {shown(row['spread']['fp32'], 1)}, bf16 {shown(row['spread']['bf16'], 1)}; bf16 is "
        f"{shown(row['ratio'], 2, 'x')} as fast; auto chose {row['automatic']}, {verdict}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--networks", nargs="+", choices=options.BATCHES, default=list(options.BATCHES))
    asked = options.parse(parser)
    rows = []
    if not machine.has_bf16():
        with Talker(asked.program, threads=asked.threads) as temper:
            for network in asked.networks:
                row = {"network": network, "automatic": temper.ask("automatic", network)["precision"]}
                print(f"{network}: this processor has no bf16 arithmetic; auto chose {row['automatic']}")
                rows.append(row | {"left_out": "no bf16 arithmetic"})
    else:
        for network in asked.networks:
            rows.append(compare(network, asked))
            print(f"{network}, batch {rows[-1]['batch']}: {told(rows[-1])}", flush=True)
    report = {"machine": machine.facts(), "threads": asked.threads, "rows": rows}
    (asked.out / "formats.safetensors").unlink(missing_ok=True)
    (asked.out / "formats.json").write_text(json.dumps(report, indent=2) + "\n")
    if any("refused" in row for row in rows):
        raise SystemExit("formats: a comparison was refused")


if __name__ == "__main__":
    try:
        main()
    except Refused as error:
        raise SystemExit(f"formats: {error}") from error
