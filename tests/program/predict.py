"""The images and the comparison of predict.sh.

    predict.py write FOLDER            test images as PNG files, gray and RGB in turn
    predict.py compare RUN < ANSWERS   compares `temper predict --json --top 10` on them with the
                                       run's predictions.safetensors
"""

import array
import json
import math
import pathlib
import sys

import pictures

IMAGES = 60
TOLERANCE = 1e-5


def write(folder: pathlib.Path) -> None:
    for i, (grey, _) in enumerate(pictures.fashion_mnist("t10k", IMAGES)):
        colour = i % 2 == 1  # three equal channels are the same gray
        pixels = bytes(g for g in grey for _ in range(3)) if colour else grey
        pictures.write_png(folder / f"{i:02}.png", pictures.SIDE, 3 if colour else 1, pixels)


def tensor(path: pathlib.Path, name: str, typecode: str) -> tuple[array.array, list[int]]:
    """A tensor's values and shape from a safetensors file."""
    raw = path.read_bytes()
    size = int.from_bytes(raw[:8], "little")
    entry = json.loads(raw[8 : 8 + size])[name]
    begin, end = entry["data_offsets"]
    return array.array(typecode, raw[8 + size + begin : 8 + size + end]), entry["shape"]


def probabilities(logits: array.array) -> list[float]:
    exponentials = [math.exp(x - max(logits)) for x in logits]
    return [e / sum(exponentials) for e in exponentials]


def start_line(run: pathlib.Path) -> dict:
    lines = map(json.loads, (run / "metrics.jsonl").read_text().splitlines())
    return next(line for line in lines if line["event"] == "start")


def compare(run: pathlib.Path, answers: list[dict]) -> None:
    classes = start_line(run)["classes"]
    logits, shape = tensor(run / "predictions.safetensors", "logits", "f")
    assert shape == [10000, len(classes)], shape
    assert len(answers) == IMAGES, len(answers)
    for i, answer in enumerate(answers):
        expected = probabilities(logits[i * len(classes) : (i + 1) * len(classes)])
        found = {guess["class"]: guess["probability"] for guess in answer["top"]}
        order = [guess["probability"] for guess in answer["top"]]
        assert set(found) == set(classes), f"image {i}: {sorted(found)}"
        assert order == sorted(order, reverse=True), f"image {i}: not in descending order"
        assert answer["top"][0]["class"] == classes[expected.index(max(expected))], f"image {i}: another class"
        for name, probability in zip(classes, expected):
            assert abs(found[name] - probability) < TOLERANCE, f"image {i}, {name}: {found[name]}, {probability}"
    print(f"{IMAGES} images: the same classes and probabilities")


if __name__ == "__main__":
    if sys.argv[1] == "write":
        write(pathlib.Path(sys.argv[2]))
    else:
        compare(pathlib.Path(sys.argv[2]), [json.loads(line) for line in sys.stdin])
