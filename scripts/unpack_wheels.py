"""Unpacks the C++ parts of LibTorch's wheels: unpack_wheels.py [--cuda] WHEELS_DIR INTO_DIR"""

import pathlib
import re
import sys
import zipfile

HEADERS = r"torch/include/(ATen|c10|caffe2|torch)/"
LIBRARIES = r"torch/lib/lib(c10|c10_cuda|torch_cpu|torch_global_deps|gomp)\.so[.\d]*$"
CUDA_LIBRARIES = r"torch/lib/lib(torch_cuda\w*|torch_nvshmem|caffe2_nvrtc)\.so$"
NVIDIA = r"nvidia/.*/(include|lib)/|[^/]+\.dist-info/(licenses/.*|LICENSE.*|METADATA)$"


def main() -> None:
    cuda = "--cuda" in sys.argv
    wheels, into = (pathlib.Path(argument) for argument in sys.argv[-2:])
    patterns = [HEADERS, LIBRARIES, NVIDIA] + [CUDA_LIBRARIES] * cuda
    wanted = re.compile("|".join(patterns))
    for wheel in sorted(wheels.glob("*.whl")):
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(into, [name for name in archive.namelist() if wanted.match(name)])


main()
