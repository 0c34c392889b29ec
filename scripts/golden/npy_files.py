"""Writes tests/golden/io/npy/: arrays that numpy 2.3.5 saves, named by their shapes."""

import pathlib

import numpy as np

folder = pathlib.Path(__file__).parents[2] / "tests/golden/io/npy"
folder.mkdir(parents=True, exist_ok=True)
for shape in ((3,), (2, 3), (0, 4), (2, 1, 3)):
    values = np.arange(np.prod(shape), dtype=np.float32).reshape(shape) / 4 - 1
    np.save(folder / ("x".join(map(str, shape)) + ".npy"), values)
