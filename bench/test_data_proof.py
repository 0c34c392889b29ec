"""Tests that each kind of difference between two loaders' work is refused and named.

python3 -m unittest discover --start-directory bench
"""

import copy
import unittest

import data_proof


def shown() -> dict:
    return {
        "images": 1000,
        "height": 224,
        "width": 224,
        "channels": 3,
        "format": "float32",
        "mean": -0.02,
        "deviation": 1.1,
        "policy": {
            "draws": "2",
            "chance": 1.0,
            "interpolation": "nearest",
            "fill": [0, 0, 0],
            "operations": {"identity": [], "rotate": [-9.0, 9.0], "posterize": [7.0]},
        },
    }


class Differences(unittest.TestCase):
    def refused(self, part: str, change) -> None:
        theirs = shown()
        change(theirs)
        found = data_proof.differences(shown(), theirs)
        self.assertEqual(len(found), 1, found)
        self.assertTrue(found[0].startswith(part), found)

    def test_equal(self) -> None:
        self.assertEqual(data_proof.differences(shown(), shown()), [])

    def test_rounding_and_order(self) -> None:
        theirs = shown()
        theirs["policy"]["operations"]["rotate"] = [9.0000003, -8.9999998]
        theirs["mean"] += 0.02
        self.assertEqual(data_proof.differences(shown(), theirs), [])

    def test_batches(self) -> None:
        for key, value in (("images", 1024), ("height", 160), ("channels", 1), ("format", "uint8")):
            self.refused(key, lambda proof: proof.update({key: value}))

    def test_no_normalization(self) -> None:
        self.refused("mean", lambda proof: proof.update(mean=0.45))
        self.refused("deviation", lambda proof: proof.update(deviation=float("nan")))

    def test_few_images_have_other_means(self) -> None:
        few = shown() | {"images": 12}
        self.assertEqual(data_proof.differences(few, few | {"mean": 0.3}), [])

    def test_policies(self) -> None:
        def policy(key, value):
            return lambda proof: proof["policy"].update({key: value})

        self.refused("draws", policy("draws", "1"))
        self.refused("chance", policy("chance", 0.5))
        self.refused("interpolation", policy("interpolation", "bilinear"))
        self.refused("fill", policy("fill", [128, 128, 128]))

    def test_operations(self) -> None:
        def operation(name, values):
            return lambda proof: proof["policy"]["operations"].update({name: values})

        self.refused("operations.rotate", operation("rotate", [-27.0, 27.0]))
        self.refused("operations.rotate", operation("rotate", [9.0]))
        self.refused("operations.invert", operation("invert", []))

    def test_translations_truncated_to_pixels(self) -> None:
        ours, theirs = shown(), shown()
        ours["policy"]["operations"]["translate_x"] = [-16.0, 16.0]
        theirs["policy"]["operations"]["translate_x"] = [-15.0, 15.0]
        self.assertEqual(data_proof.differences(ours, theirs), [])
        for other in ([-14.0, 14.0], [-15.5, 15.5]):
            theirs["policy"]["operations"]["translate_x"] = other
            self.assertEqual(len(data_proof.differences(ours, theirs)), 1)

    def test_no_policy(self) -> None:
        plain = copy.deepcopy(shown())
        del plain["policy"]
        self.assertEqual(data_proof.differences(plain, plain), [])
        self.assertEqual(len(data_proof.differences(shown(), plain)), 1)


if __name__ == "__main__":
    unittest.main()
