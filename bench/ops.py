"""How long single image operations take on 224 x 224 pixels, by temper, Pillow, Pillow-SIMD, OpenCV and timm in
alternation; run by scripts/bench ops.

Every round measures each operation with each library; the figures are medians over the rounds, the ratios medians of
the rounds' ratios. A ratio to Pillow is printed only where both made the same bytes, which hashes show; where the
draws differ, as "random" says, there is no such proof beyond the golden tests. Where Pillow-SIMD's bytes are not
Pillow's, a remark says so. OpenCV's bytes are always others. build/bench/ops.json contains all of it.
"""

import argparse
import json
import pathlib
import statistics
import sys

import machine
from operations import OPERATIONS
from talker import Lines

# The libraries and their columns' titles. Pillow-SIMD is a Pillow in another Python.
LIBRARIES = {"temper": "us", "pillow": "Pillow", "pillow_simd": "SIMD", "opencv": "OpenCV", "timm": "timm"}


class Asked(Lines):
    def __call__(self, line):
        """Microseconds and a hash, or the reason for there being none."""
        answer = self.ask(line)
        if answer.startswith("error"):
            return answer.split(maxsplit=1)[1]
        time, pixels = answer.split()
        return float(time), pixels


class Comparison:
    def __init__(self, program, python, simd_python, picture, times):
        self.program = Asked([program, picture])
        peers = str(pathlib.Path(__file__).parent / "peers/ops.py")
        self.peers = Asked([python, peers, picture]) if python else None
        self.simd = Asked([simd_python, peers, picture]) if simd_python else None
        self.times = times

    def measure(self, name, library):
        operation = OPERATIONS[name]
        if library == "temper":
            return self.program(f"{self.times} {operation.form} {operation.recipe}")
        if library == "pillow_simd":
            return self.simd(f"{self.times} pillow {name}") if self.simd else "not asked"
        return self.peers(f"{self.times} {library} {name}") if self.peers else "not asked"


def ratio(theirs, ours):
    each = [a / b for a, b in zip(theirs, ours)]
    return {"median": statistics.median(each), "low": min(each), "high": max(each)}


def other_bytes(hashes, library):
    """The operations of which the library's bytes, for equal draws, are not temper's."""
    return [
        name
        for name, operation in OPERATIONS.items()
        if not operation.random and hashes.get((name, library), hashes[name, "temper"]) != hashes[name, "temper"]
    ]


def report(times, different):
    """Prints the table; returns what is written to ops.json."""
    ours_title, *titles = LIBRARIES.values()
    print(f"{ours_title:>8} " + " ".join(f"{title:>8} {'ratio':>7}" for title in titles))
    results = {}
    for name in OPERATIONS:
        ours = times[name, "temper"]
        row, cells = {"temper": ours, "ratios": {}}, [f"{statistics.median(ours):8.1f}"]
        remark = ""
        for library in list(LIBRARIES)[1:]:
            theirs = times.get((name, library))
            if theirs is None:
                cells += [f"{'-':>8}", f"{'':>7}"]
                continue
            row[library] = theirs
            cells.append(f"{statistics.median(theirs):8.1f}")
            if library == "pillow" and name in different[library]:
                cells.append(f"{'':>7}")
                remark += "  OTHER BYTES than Pillow's"
                continue
            row["ratios"][library] = ratio(theirs, ours)
            cells.append(f"{row['ratios'][library]['median']:7.2f}")
            if library == "pillow_simd" and name in different[library]:
                remark += "  other bytes by Pillow-SIMD"
            if library in different and row["ratios"][library]["median"] < 1:
                remark += f"  SLOWER than {LIBRARIES[library]}"
        print(" ".join(cells) + f"  {name}{remark}")
        results[name] = row
    return results


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--program", required=True)
    parser.add_argument("--python", help="Python that has the peers; without it, temper is measured alone")
    parser.add_argument("--simd-python", help="Python that has Pillow-SIMD")
    parser.add_argument("--pictures", type=pathlib.Path, required=True)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--times", type=int, default=200, help="images in each measurement")
    parser.add_argument("--smoke", action="store_true", help="one round of two images")
    options = parser.parse_args()
    rounds, count = (1, 2) if options.smoke else (options.rounds, options.times)
    picture = next(path for path in sorted(options.pictures.iterdir()) if path.suffix.lower() in (".jpg", ".jpeg"))
    comparison = Comparison(options.program, options.python, options.simd_python, str(picture), count)
    times, reasons, hashes = {}, {}, {}
    for number in range(rounds + 1):  # the first one warms up, and finds out what there is
        for name in OPERATIONS:
            for library in LIBRARIES:
                if (name, library) in reasons:
                    continue
                answer = comparison.measure(name, library)
                if isinstance(answer, str):
                    reasons[name, library] = answer
                    continue
                hashes[name, library] = answer[1]
                if number > 0:
                    times.setdefault((name, library), []).append(answer[0])
        if number > 0:
            print(f"round {number} of {rounds}", file=sys.stderr)
    if missing := [name for name in OPERATIONS if (name, "temper") in reasons]:
        sys.exit("\n".join(f"ops: temper's {name}: {reasons[name, 'temper']}" for name in missing))
    for (name, library), reason in reasons.items():
        if reason not in ("not asked", "no such operation"):
            print(f"{library}, {name}: {reason}", file=sys.stderr)
    different = {library: other_bytes(hashes, library) for library in ("pillow", "pillow_simd")}
    results = report(times, different)
    options.out.mkdir(parents=True, exist_ok=True)
    facts = {"machine": machine.facts(), "picture": picture.name, "times": count, "other_bytes": different,
             "microseconds": results}  # fmt: skip
    (options.out / "ops.json").write_text(json.dumps(facts, indent=2) + "\n")
    if different["pillow"]:
        sys.exit(f"ops: other bytes than Pillow's: {', '.join(different['pillow'])}")


main()
