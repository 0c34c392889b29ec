"""Pictures with known regression targets, with nothing but Python's standard library.

    values.py write FOLDER TRAIN TEST   Fashion-MNIST's images as FOLDER/*.png and FOLDER/table.csv with the mean and
                                        the standard deviation of their gray levels
    values.py shard SHARD TABLE         checks that a shard has the table's training targets, in any order
    values.py errors RUN                RMSE, MAE and R2 of each target from RUN/predictions.safetensors, as JSON
    values.py predicted RUN COUNT       its predictions for the first COUNT test images, one per line
"""

import csv
import json
import pathlib
import statistics
import sys
import tarfile

import pictures
import predict


def write(folder: pathlib.Path, train: int, test: int) -> None:
    rows = ["path,target_mean,target_spread,split"]
    for part, count, split in (("train", train, "train"), ("t10k", test, "test")):
        for i, (grey, _) in enumerate(pictures.fashion_mnist(part, count)):
            name = f"{split}-{i:04}.png"
            pictures.write_png(folder / name, pictures.SIDE, 1, grey)
            rows.append(f"{name},{statistics.fmean(grey)},{statistics.pstdev(grey)},{split}")
    (folder / "table.csv").write_text("\n".join(rows) + "\n")


def shard(archive: pathlib.Path, table: str) -> None:
    with open(table, newline="") as rows, tarfile.open(archive) as members:
        expected = [
            {"mean": float(row["target_mean"]), "spread": float(row["target_spread"])}
            for row in csv.DictReader(rows)
            if row["split"] == "train"
        ]
        found = [json.load(members.extractfile(m))["values"] for m in members if m.name.endswith(".json")]
    assert sorted(found, key=repr) == sorted(expected, key=repr), archive


def matrix(run: pathlib.Path, name: str) -> list[list[float]]:
    values, (rows, width) = predict.tensor(run / "predictions.safetensors", name, "d")
    return [list(values[i * width : (i + 1) * width]) for i in range(rows)]


def errors(predicted: list[float], targets: list[float]) -> dict[str, float]:
    differences = [p - t for p, t in zip(predicted, targets)]
    squares = sum(d * d for d in differences)
    mean = statistics.fmean(targets)
    return {
        "rmse": (squares / len(targets)) ** 0.5,
        "mae": sum(map(abs, differences)) / len(targets),
        "r2": 1 - squares / sum((t - mean) ** 2 for t in targets),
    }


if __name__ == "__main__":
    command, target = sys.argv[1], pathlib.Path(sys.argv[2])
    if command == "write":
        write(target, int(sys.argv[3]), int(sys.argv[4]))
    elif command == "shard":
        shard(target, sys.argv[3])
    else:
        predicted = matrix(target, "predicted")
        if command == "errors":
            columns = zip(zip(*predicted), zip(*matrix(target, "targets")))
            print(json.dumps([errors(list(p), list(t)) for p, t in columns]))
        else:
            for row in predicted[: int(sys.argv[3])]:
                print(json.dumps(row))
