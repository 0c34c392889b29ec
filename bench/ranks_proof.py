"""Checks whether the ranks of two sides do the same work. Pure functions over the proofs of all ranks.

The proof of a rank is that of a training step, see proof.py, with its own multiply-adds, the losses of the whole batch,
and:

    rank, ranks, rows   its place, and the images of the batch that it has
    messages            [{"operation": ..., "format": ..., "bytes": ...}] that it sent in the third step: before,
                        DistributedDataParallel has not arranged its buckets
"""

import math

import proof

# Gradients are in fp32 also where the network computes in bf16. temper begins each of them at a multiple of 64 bytes,
# and sends along which of them are defined: the share that may be added to their own bytes.
ADDED = 0.01


def buckets(rank: dict) -> list[int]:
    """Bytes of each message with gradients, the largest first."""
    sizes = [m["bytes"] for m in rank["messages"] if m["operation"] == "all_reduce" and m["format"] == "fp32"]
    return sorted(sizes, reverse=True)


def others(rank: dict) -> list[int]:
    """Bytes of each other message, the largest first: running statistics, losses and counts."""
    left = [m["bytes"] for m in rank["messages"]]
    for size in buckets(rank):
        left.remove(size)
    return sorted(left, reverse=True)


def gradients(rank: dict) -> int:
    """Bytes of the gradients of all parameters."""
    return 4 * sum(math.prod(shape) for shape in rank["parameters"].values())


def wrong_sum(rank: dict, side: str) -> list[str]:
    """Whether a rank sent other bytes than those of its gradients."""
    needed, sent = gradients(rank), sum(buckets(rank))
    if needed <= sent <= (1 + ADDED) * needed:
        return []
    return [f"bytes of gradients: {side} sends {sent:,} in {len(buckets(rank))} buckets, and has {needed:,}"]


def named(side: str, rank: dict) -> str:
    return f"{side}, rank {rank['rank']}"


def disagreements(ranks: list[dict], side: str) -> list[str]:
    """Each item in which the ranks of one side are no ranks of one training."""
    found = []
    if [rank["rank"] for rank in ranks] != list(range(len(ranks))):
        found.append(f"ranks: {side} has {[rank['rank'] for rank in ranks]}")
    if (rows := sum(rank["rows"] for rank in ranks)) != ranks[0]["batch"]:
        found.append(f"rows: {side} has {rows} on all ranks, of a batch of {ranks[0]['batch']}")
    for rank in ranks:
        for key in ("ranks", "network", "batch", "parameters", "format", "layout", "threads", "losses"):
            found += proof.unequal(key, (named(side, ranks[0]), ranks[0][key]), (named(side, rank), rank[key]))
        sizes = [(named(side, one), buckets(one)) for one in (ranks[0], rank)]
        found += proof.unequal("buckets", *sizes)
        found += wrong_sum(rank, named(side, rank))
    return found


def unexpected(rank: dict, side: str, expected: dict) -> list[str]:
    """Each item in which a rank's proof differs from expected.json, whose losses are those of a process on its own."""
    return proof.unexpected(rank | {"batch": rank["rows"]}, named(side, rank), expected | {"batch": None})


def differences(ours: list[dict], theirs: list[dict], names: tuple[str, str] = ("temper", "the peer")) -> list[str]:
    """Each item in which the proofs of two sides differ; empty if they do the same work."""
    if len(ours) != len(theirs):
        return proof.unequal("ranks", (names[0], len(ours)), (names[1], len(theirs)))
    found = disagreements(theirs, names[1])
    for left, right in zip(ours, theirs, strict=True):
        of_rank = (named(names[0], left), named(names[1], right))
        found += proof.unequal("rows", (of_rank[0], left["rows"]), (of_rank[1], right["rows"]))
        found += proof.differences(left, right, of_rank)
    return found
