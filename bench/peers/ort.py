"""Forward passes of a network by onnxruntime, on request through standard input; bench/inference.py drives it. Commands,
and the line of JSON that each prints:

    threads N           {"onnxruntime": its version}
    infer MODEL BATCH   {"logits": [...]} of the batch in the file BATCH
    pass N              {"milliseconds": [...]} for N forward passes
"""

import pathlib
import time

import onnxruntime
import tensors
from serve import serve


class Peer:
    def infer(self, model: str, batch: pathlib.Path) -> dict:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = self.threads
        self.session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
        self.images = {"images": tensors.load(batch)["batch.images"].contiguous().numpy()}
        return {"logits": self.session.run(None, self.images)[0].flatten().tolist()}

    def time(self, count: int) -> list[float]:
        times = []
        for _ in range(count):
            started = time.perf_counter()
            self.session.run(None, self.images)
            times.append(1000 * (time.perf_counter() - started))
        return times


def answer(peer: Peer, command: str, words: list[str]) -> dict:
    if command == "threads":
        peer.threads = int(words[0])
        return {"onnxruntime": onnxruntime.__version__}
    if command == "infer":
        return peer.infer(words[0], pathlib.Path(words[1]))
    if command == "pass":
        return {"milliseconds": peer.time(int(words[0]))}
    raise ValueError(f"there is no command {command}")


def main() -> None:
    peer = Peer()
    serve(lambda command, words: answer(peer, command, words))


if __name__ == "__main__":
    main()
