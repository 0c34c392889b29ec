"""The comparison of onnx.sh.

    onnx_networks.py FOLDER   for every FOLDER/NAME.onnx: onnx.checker accepts it, and onnxruntime gives the outputs in
                     FOLDER/NAME.safetensors for the inputs there, of one image and of eight
"""

import pathlib
import sys

import numpy as np
import onnx
import onnxruntime

sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "scripts"))
import check_onnx

BATCHES = (1, 8)


def difference(path: pathlib.Path) -> float:
    """The largest of a model's outputs, relative to the outputs' own size where that is above 1."""
    onnx.checker.check_model(str(path), full_check=True)
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    tensors = check_onnx.safetensors(path.with_suffix(".safetensors"))
    worst = 0.0
    for batch in BATCHES:
        expected = tensors[f"output{batch}"]
        (found,) = session.run(None, {"images": tensors[f"input{batch}"]})
        assert found.shape == expected.shape, f"{path.name}: {found.shape} in place of {expected.shape}"
        scale = max(1.0, float(np.abs(expected).max()))
        worst = max(worst, float(np.abs(found - expected).max()) / scale)
    return worst


def main() -> None:
    paths = sorted(pathlib.Path(sys.argv[1]).glob("*.onnx"))
    assert len(paths) > 60, f"only {len(paths)} models"
    differences = {path.name: difference(path) for path in paths}
    name = max(differences, key=differences.get)
    print(f"{len(paths)} models: outputs within {differences[name]:.1e}, {name} the furthest")
    wrong = [f"{path}: {found:.2g}" for path, found in differences.items() if not found <= check_onnx.TOLERANCE]
    assert not wrong, "\n".join(wrong)


if __name__ == "__main__":
    main()
