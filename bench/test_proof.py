"""Tests that each kind of difference is refused and named. Needs no torch: the proofs are recorded.

python3 -m unittest discover --start-directory bench
"""

import copy
import json
import pathlib
import tomllib
import unittest

import proof

PEERS = pathlib.Path(__file__).parent / "peers"
EXPECTED = json.loads((PEERS / "expected.json").read_text())["quickstart"]

# Recorded from the quickstart's network without pooling in the peer (peers/step.py --break pooling) at a batch
# size of 16; an earlier peer lacked the pooling and was four times as slow.
WITHOUT_POOLING = {"multiply_adds": {"forward": 541_319_168, "backward": 1_080_832_000}, "losses": [2.319647, 2.285]}


def shown() -> dict:
    """temper's proof, from expected.json."""
    batch = EXPECTED["batch"]
    return {
        "network": "quickstart",
        "batch": batch,
        "parameters": copy.deepcopy(EXPECTED["parameters"]),
        "multiply_adds": {key: batch * count for key, count in EXPECTED["multiply_adds_per_image"].items()},
        "losses": list(EXPECTED["losses"]),
        "format": "fp32",
        "layout": "channels_last",
        "threads": 2,
    }


class Differences(unittest.TestCase):
    def assert_refused(self, changes: dict, *words: str) -> None:
        """Asserts exactly one difference, whose message contains the words."""
        found = proof.differences(shown(), shown() | changes)
        self.assertEqual(len(found), 1, found)
        for word in words:
            self.assertIn(word, found[0])

    def test_the_same_work_is_not_refused(self):
        self.assertEqual(proof.differences(shown(), shown()), [])

    def test_a_peer_without_pooling_is_refused_at_the_multiply_adds(self):
        found = proof.differences(shown(), shown() | WITHOUT_POOLING)
        self.assertIn("multiply_adds.forward: temper has 150462464, the peer has 541319168", found)
        self.assertIn("multiply_adds.backward: temper has 299118592, the peer has 1080832000", found)

    def test_every_item(self):
        self.assert_refused({"network": "resnet18"}, "network", "quickstart", "resnet18")
        self.assert_refused({"batch": 32}, "batch", "16", "32")
        self.assert_refused({"format": "bf16"}, "format", "fp32", "bf16")
        self.assert_refused({"layout": "contiguous"}, "layout", "channels_last", "contiguous")
        self.assert_refused({"threads": 1}, "threads", "1", "2")

    def test_a_parameter_of_another_shape(self):
        parameters = shown()["parameters"] | {"fc.weight": [10, 64]}
        self.assert_refused({"parameters": parameters}, "parameters.fc.weight", "[10, 128]", "[10, 64]")

    def test_a_parameter_that_is_missing_or_of_another_name(self):
        parameters = shown()["parameters"]
        shape = parameters.pop("fc.bias")
        self.assert_refused({"parameters": parameters}, "parameters.fc.bias", "the peer has none")
        parameters["head.bias"] = shape
        found = proof.differences(shown(), shown() | {"parameters": parameters})
        self.assertEqual(len(found), 2, found)

    def test_one_multiply_add(self):
        counts = shown()["multiply_adds"]
        self.assert_refused({"multiply_adds": counts | {"backward": counts["backward"] + 1}}, "multiply_adds.backward")

    def test_losses(self):
        first, second = shown()["losses"]
        change = second - first
        self.assertEqual(proof.differences(shown(), shown() | {"losses": [first, first + 1.01 * change]}), [])
        moved = 1.00005 * first
        self.assertEqual(proof.differences(shown(), shown() | {"losses": [moved, moved + change]}), [])
        moved = 1.0002 * first
        self.assert_refused({"losses": [moved, moved + change]}, "loss of step 1", "0.0001")
        self.assert_refused({"losses": [first, first + 1.03 * change]}, "change of the loss", "0.02")
        self.assert_refused({"losses": [first, first]}, "change of the loss", "has 0")
        self.assert_refused({"losses": [first, float("nan")]}, "change of the loss", "nan")

    def test_losses_in_bf16_may_differ_more(self):
        ours = shown() | {"format": "bf16"}
        first, second = ours["losses"]
        change = second - first
        moved = 1.01 * first
        self.assertEqual(proof.differences(ours, ours | {"losses": [moved, moved + 1.05 * change]}), [])
        moved = 1.03 * first
        self.assertEqual(len(proof.differences(ours, ours | {"losses": [moved, moved + change]})), 1)


class Expectations(unittest.TestCase):
    def test_what_is_kept_of_a_proof_is_what_it_is_held_to(self):
        self.assertEqual(proof.expectation(shown()), EXPECTED)
        self.assertEqual(proof.unexpected(shown(), "temper", EXPECTED), [])

    def test_another_batch_has_other_counts_and_losses(self):
        counts = {key: 8 * count for key, count in shown()["multiply_adds"].items()}
        larger = shown() | {"batch": 128, "multiply_adds": counts, "losses": [1.0, 1.0]}
        self.assertEqual(proof.unexpected(larger, "temper", EXPECTED), [])

    def test_another_network_is_refused(self):
        found = proof.unexpected(shown() | WITHOUT_POOLING, "the peer", EXPECTED)
        self.assertTrue(any("multiply_adds.forward" in line and "expected.json" in line for line in found), found)
        self.assertTrue(any("loss of step 1" in line for line in found), found)

    def test_a_format_that_was_not_asked_for_is_refused(self):
        self.assertEqual(proof.unlike_asked(shown(), "temper", "fp32"), [])
        self.assertEqual(
            proof.unlike_asked(shown(), "temper", "bf16"), ["format: temper has fp32, what was asked for has bf16"]
        )


class Recipes(unittest.TestCase):
    def setUp(self):
        self.committed = tomllib.loads((PEERS / "quickstart.toml").read_text())
        self.resolved = copy.deepcopy(self.committed)

    def differences(self) -> list[str]:
        return proof.recipe_differences(self.resolved, self.committed)

    def test_what_changes_no_result_may_differ(self):
        self.resolved |= {"name": "other", "threads": 8, "precision": "bf16"}
        self.resolved["log"]["every_steps"] = 1
        self.assertEqual(self.differences(), [])

    def test_other_values_and_new_keys_are_named(self):
        self.resolved["model"]["stem"] = "cifar"
        self.resolved["model"]["dropout"] = [{"p": 0.1}]
        self.resolved["optimizer"]["lr"]["peak"] = 0.2
        self.resolved["parameters"]["bias"]["new_key"] = 1
        del self.resolved["clip"]
        self.assertEqual(
            [line.split(":")[0] for line in self.differences()],
            ["recipe.clip", "recipe.model.dropout", "recipe.model.stem", "recipe.optimizer.lr.peak",
             "recipe.parameters.bias.new_key"],
        )  # fmt: skip


if __name__ == "__main__":
    unittest.main()
