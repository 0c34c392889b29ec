"""How fast batches are made from images, by temper and by other loaders in alternation; run by scripts/bench data.

Before anything is measured each side shows what its batches are (data_proof.py); a ratio is printed only where both do
the same work. Every round measures one epoch of each loader; the figures are medians over the rounds, the ratios
medians of the rounds' ratios. build/bench/data.json contains all of them, and the proofs.
"""

import argparse
import json
import pathlib
import statistics
import sys
import typing

import data_proof
import machine
from talker import Lines


class Contender(typing.NamedTuple):
    who: str  # temper, peer, or newest: the peer with the newest torchvision
    what: str  # see data.cpp, peers/data.py
    threads: int

    def __str__(self):
        loader, _, policy = self.what.partition("+")
        if self.who == "temper" and not loader.startswith("jpeg"):
            loader = f"temper, {loader}"
        loader = loader.replace("small", "32 x 32").replace("_", " ")
        newest = " (newest)" if self.who == "newest" else ""
        threads = "1 thread" if self.threads == 1 else f"{self.threads} threads"
        return f"{loader}{newest}{f' + {policy}' if policy else ''}, {threads}"


class Bar(typing.NamedTuple):
    left: Contender
    right: Contender
    wanted: float | None
    proven: bool = True  # both make batches

    def __str__(self):
        return f"{self.left} by {self.right}"


# what temper does, who else does it, and the ratio that is wanted with one thread and with two
ROWS = [
    ("exact", "peer", "torchvision", 2.7, None),
    ("exact", "newest", "torchvision_v2", None, None),
    ("exact", "peer", "timm", None, None),
    ("exact", "peer", "albumentations", 1.9, None),
    ("exact", "peer", "dali", None, None),
    ("exact", "peer", "spdl", None, None),
    ("fast", "peer", "albumentations", 2.2, None),
    ("exact+rand_augment_timm", "peer", "timm+rand_augment_timm", 3, 3),
    ("exact+rand_augment", "peer", "torchvision_v2+rand_augment", 3, 3),
    ("exact+rand_augment", "peer", "torchvision_tensors+rand_augment", 3, 3),
    ("exact+rand_augment", "newest", "torchvision_v2+rand_augment", 3, 3),
    ("exact+rand_augment", "peer", "dali+rand_augment", 3, 3),
    ("exact+augmix", "peer", "torchvision_v2+augmix", 4, 4),
    ("exact+augmix", "newest", "torchvision_v2+augmix", 4, 4),
    ("exact+trivial_augment_wide", "peer", "torchvision_v2+trivial_augment_wide", 3, 3),
    ("exact+trivial_augment_wide", "newest", "torchvision_v2+trivial_augment_wide", 3, 3),
    ("small", "peer", "small", 30, None),
    ("small+rand_augment", "peer", "small+rand_augment", 20, 20),
    ("small+rand_augment", "newest", "small+rand_augment", 20, 20),
]


def bars():
    found = []
    for ours, who, theirs, *wanted in ROWS:
        for threads in (1, 2):
            found.append(Bar(Contender("temper", ours, threads), Contender(who, theirs, threads), wanted[threads - 1]))
    exact = [Contender("temper", "exact", threads) for threads in (1, 2)]
    found.append(Bar(exact[1], exact[0], 1.9))
    for threads in (1, 2):
        found.append(Bar(Contender("temper", "packed", threads), exact[threads - 1], 2.2))
    # The two views of semi-supervised training, from one decode, by the strong one alone: FixMatch's own views of images of
    # the network's size at most 1.3 times the work; and random resized crops, for which all of a photograph is decoded.
    for what, wanted in (("shifted+rand_augment", 0.77), ("exact+rand_augment", None)):
        for threads in (1, 2):
            strong = Contender("temper", what, threads)
            found.append(Bar(Contender("temper", f"two_{what}", threads), strong, wanted, False))
    decoding = (("jpeg_crop", 0.8), ("jpeg_full", None), ("jpeg_half", None))
    return found + [Bar(exact[0], Contender("temper", what, 1), wanted, False) for what, wanted in decoding]


class Asked(Lines):
    def __call__(self, contender):
        """Images per second, or the reason for there being none."""
        answer = self.ask(f"{contender.what} {contender.threads}")
        return answer if answer.startswith("error") else float(answer.split()[0])

    def prove(self, contender):
        """What the batches are, or the reason for there being none."""
        answer = self.ask(f"prove {contender.what} {contender.threads}")
        return answer if answer.startswith("error") else json.loads(answer)


def prove(asked, programs):
    """The proofs of all contenders that make batches; and the contenders that can't be measured, with the reason."""
    proofs, failed = {}, {}
    for bar in asked:
        for contender in (bar.left, bar.right) if bar.proven else ():
            if contender in proofs or contender in failed:
                continue
            answer = programs[contender.who].prove(contender) if contender.who in programs else "not asked"
            (failed if isinstance(answer, str) else proofs)[contender] = answer
    return proofs, failed


def measure(asked, programs, failed, rounds):
    """Images per second in every round. The first round, which warms up, is left out."""
    contenders = list(dict.fromkeys(c for bar in asked for c in (bar.left, bar.right)))
    rates = {}
    for number in range(rounds + 1):
        for contender in contenders:
            if contender in failed:
                continue
            answer = programs[contender.who](contender)
            if isinstance(answer, str):
                failed[contender] = answer
                rates.pop(contender, None)
            elif number > 0:
                rates.setdefault(contender, []).append(answer)
        if number > 0:
            print(f"round {number} of {rounds}", file=sys.stderr)
    return rates


def report(asked, rates, failed, unequal):
    """Prints the tables; returns the ratios."""
    print(f"{'images/s':>10}")
    for contender, each in rates.items():
        print(f"{statistics.median(each):10.0f}  {contender}")
    for contender, reason in failed.items():
        print(f"{'-':>10}  {contender}: {reason}")
    ratios = {}
    print(f"\n{'ratio':>7} {'wanted':>7}")
    for bar in asked:
        wanted = bar.wanted if bar.wanted else ""
        if str(bar) in unequal:
            print(f"{'-':>7} {wanted:>7}  {bar}  OTHER WORK: {'; '.join(unequal[str(bar)])}")
        elif bar.left in rates and bar.right in rates:
            each = [a / b for a, b in zip(rates[bar.left], rates[bar.right])]
            median = statistics.median(each)
            ratios[str(bar)] = {"median": median, "low": min(each), "high": max(each), "wanted": bar.wanted}
            slow = "  TOO SLOW" if bar.wanted and median < bar.wanted else ""
            print(f"{median:7.2f} {wanted:>7}  {bar} ({min(each):.2f} to {max(each):.2f}){slow}")
    return ratios


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--program", required=True)
    parser.add_argument("--python", help="Python that has the peers; without it, temper is measured alone")
    parser.add_argument("--newest-python", help="Python that has the newest torchvision")
    parser.add_argument("--pictures", required=True)
    parser.add_argument("--packed", required=True)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--only", nargs="+", help="only ratios whose names contain one of these, such as augmix")
    parser.add_argument("--smoke", action="store_true", help="one round")
    options = parser.parse_args()
    asked = [bar for bar in bars() if not options.only or any(word in str(bar) for word in options.only)]
    peers = str(pathlib.Path(__file__).parent / "peers/data.py")
    programs = {"temper": Asked([options.program, options.pictures, options.packed])}
    for who, python in (("peer", options.python), ("newest", options.newest_python)):
        if python:
            programs[who] = Asked([python, peers, options.pictures])
    proofs, failed = prove(asked, programs)
    unequal = {}
    for bar in asked:
        if bar.left in proofs and bar.right in proofs:
            found = data_proof.differences(proofs[bar.left], proofs[bar.right], (str(bar.left), str(bar.right)))
            if found:
                unequal[str(bar)] = found
    rates = measure(asked, programs, failed, 1 if options.smoke else options.rounds)
    wanting = [c for bar in asked for c in (bar.left, bar.right) if c.who == "temper" and min(rates.get(c, [0])) <= 0]
    if wanting:
        sys.exit(f"data: temper produced no batches for {', '.join(str(c) for c in wanting)}: {failed}")
    ratios = report(asked, rates, failed, unequal)
    options.out.mkdir(parents=True, exist_ok=True)
    facts = {
        "machine": machine.facts(),
        "proofs": {str(contender): proof for contender, proof in proofs.items()},
        "left_out": {str(contender): reason for contender, reason in failed.items()},
        "images_per_second": {str(contender): each for contender, each in rates.items()},
        "ratios": ratios,
    }
    (options.out / "data.json").write_text(json.dumps(facts, indent=2) + "\n")
    if unequal:
        sys.exit(f"data: {len(unequal)} comparisons are of other work, see above")


main()
