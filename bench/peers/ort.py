"""Forward passes of a network by onnxruntime, on request through standard input; bench/inference.py drives it. Commands,
and the line of JSON that each prints:

    threads N           {"onnxruntime": its version}
    infer MODEL BATCH   {"logits": [...]} of the batch in the file BATCH
    pass N              {"milliseconds": [...]} for N forward passes
"""

import functools
import pathlib

import onnxruntime
import tensors
from serve import milliseconds, serve


class Peer:
    def infer(self, model: str, batch: pathlib.Path) -> dict:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = self.threads
        self.session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
        self.images = {"images": tensors.load(batch)["batch.images"].contiguous().numpy()}
        return {"logits": self.run()[0].flatten().tolist()}

    def run(self) -> list:
        return self.session.run(None, self.images)


def answer(peer: Peer, command: str, words: list[str]) -> dict:
    if command == "threads":
        peer.threads = int(words[0])
        return {"onnxruntime": onnxruntime.__version__}
    if command == "infer":
        return peer.infer(words[0], pathlib.Path(words[1]))
    if command == "pass":
        return {"milliseconds": milliseconds(int(words[0]), peer.run)}
    raise ValueError(f"there is no command {command}")


if __name__ == "__main__":
    serve(functools.partial(answer, Peer()))
