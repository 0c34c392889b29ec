"""Tests that each kind of difference between the work of two sides' ranks is refused and named.

python3 -m unittest discover --start-directory bench
"""

import copy
import json
import pathlib
import unittest

import ranks_proof

PEERS = pathlib.Path(__file__).parent / "peers"
EXPECTED = json.loads((PEERS / "expected.json").read_text())["quickstart"]
ROWS = 8


def message(operation: str, number_format: str, size: int) -> dict:
    return {"operation": operation, "format": number_format, "bytes": size}


def shown(sizes: tuple[int, ...] = (1_001_064, 214_400)) -> list[dict]:
    """The proofs of two ranks of the quickstart's network, whose gradients have 1,215,464 bytes."""
    return [
        {
            "network": "quickstart",
            "batch": 2 * ROWS,
            "rank": rank,
            "ranks": 2,
            "rows": ROWS,
            "parameters": copy.deepcopy(EXPECTED["parameters"]),
            "multiply_adds": {key: ROWS * count for key, count in EXPECTED["multiply_adds_per_image"].items()},
            "losses": [2.5, 2.4],
            "format": "fp32",
            "layout": "channels_last",
            "threads": 1,
            "messages": [*(message("all_reduce", "fp32", size) for size in sizes), message("broadcast", "fp32", 4000)],
        }
        for rank in range(2)
    ]


class Messages(unittest.TestCase):
    def test_buckets_are_the_sums_in_fp32(self):
        rank = shown()[0]
        rank["messages"].append(message("all_reduce", "Double", 24))
        self.assertEqual(ranks_proof.buckets(rank), [1_001_064, 214_400])
        self.assertEqual(ranks_proof.others(rank), [4000, 24])
        self.assertEqual(ranks_proof.gradients(rank), 1_215_464)

    def test_the_bytes_of_gradients_may_be_padded_a_little(self):
        self.assertEqual(ranks_proof.disagreements(shown((1_215_464,)), "temper"), [])
        self.assertEqual(ranks_proof.disagreements(shown((1_225_000,)), "temper"), [])
        for size in (1_215_460, 1_240_000, 2 * 1_215_464):
            found = ranks_proof.disagreements(shown((size,)), "temper")
            self.assertEqual(len(found), 2, found)
            self.assertIn(f"temper, rank 1 sends {size:,} in 1 buckets, and has 1,215,464", found[1])


class Disagreements(unittest.TestCase):
    def assert_refused(self, changes: dict, *words: str) -> None:
        ranks = shown()
        ranks[1] |= changes
        found = ranks_proof.disagreements(ranks, "temper")
        self.assertEqual(len(found), 1, found)
        for word in words:
            self.assertIn(word, found[0])

    def test_none(self):
        self.assertEqual(ranks_proof.disagreements(shown(), "temper"), [])

    def test_every_item(self):
        self.assert_refused({"losses": [2.5, 2.3]}, "losses", "rank 0", "rank 1")
        self.assert_refused({"threads": 2}, "threads")
        self.assert_refused({"rank": 0}, "ranks", "[0, 0]")
        self.assert_refused({"rows": 16}, "rows", "24", "16")
        self.assert_refused({"messages": shown((1_215_464,))[0]["messages"]}, "buckets", "[1215464]")


class Differences(unittest.TestCase):
    def assert_refused(self, changes: dict, *words: str) -> None:
        """The same change on all ranks of the peer."""
        theirs = [rank | copy.deepcopy(changes) for rank in shown()]
        found = ranks_proof.differences(shown(), theirs)
        self.assertEqual(len(found), 2, found)
        for rank, text in enumerate(found):
            for word in (*words, f"rank {rank}"):
                self.assertIn(word, text)

    def test_other_buckets_of_the_same_gradients_are_the_same_work(self):
        self.assertEqual(ranks_proof.differences(shown(), shown((800_000, 415_464))), [])

    def test_every_item(self):
        counts = shown()[0]["multiply_adds"]
        self.assert_refused({"multiply_adds": counts | {"backward": 1}}, "multiply_adds.backward")
        self.assert_refused({"losses": [2.5, 2.2]}, "change of the loss")
        self.assert_refused({"format": "bf16"}, "format")
        self.assert_refused({"threads": 2}, "threads")
        self.assert_refused({"messages": []}, "bytes of gradients", "sends 0 in 0 buckets")

    def test_other_ranks(self):
        found = ranks_proof.differences(shown(), shown()[:1])
        self.assertEqual(found, ["ranks: temper has 2, the peer has 1"])


class Expectations(unittest.TestCase):
    def test_multiply_adds_are_those_of_a_ranks_rows(self):
        for rank in shown():
            self.assertEqual(ranks_proof.unexpected(rank, "temper", EXPECTED), [])
        whole = shown()[1]
        whole["multiply_adds"] = {key: 2 * count for key, count in whole["multiply_adds"].items()}
        found = ranks_proof.unexpected(whole, "temper", EXPECTED)
        self.assertEqual(len(found), 2, found)
        self.assertIn("temper, rank 1", found[0])


if __name__ == "__main__":
    unittest.main()
