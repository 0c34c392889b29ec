"""A cable with a delay between two network namespaces: delay.py FILE FILE MILLISECONDS

Each namespace, named by its file, gets a TUN device "slow"; what is sent to one comes out of the other, later. Prints
"ready" when both are there, and goes on until it is killed.
"""

import collections
import ctypes
import fcntl
import os
import select
import struct
import sys
import time

TUNSETIFF = 0x400454CA
IFF_TUN = 0x0001
IFF_NO_PI = 0x1000
CLONE_NEWNET = 0x40000000


def device(namespace: str) -> int:
    with open(namespace) as file:
        if ctypes.CDLL(None, use_errno=True).setns(file.fileno(), CLONE_NEWNET) != 0:
            sys.exit(f"setns: {os.strerror(ctypes.get_errno())}")
    tun = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(tun, TUNSETIFF, struct.pack("16sH22x", b"slow", IFF_TUN | IFF_NO_PI))
    return tun


def forward(devices: list[int], delay: float) -> None:
    waiting = collections.deque()  # due time, device, packet
    while True:
        timeout = max(0.0, waiting[0][0] - time.monotonic()) if waiting else None
        for readable in select.select(devices, [], [], timeout)[0]:
            other = devices[1 - devices.index(readable)]
            try:
                while True:
                    waiting.append((time.monotonic() + delay, other, os.read(readable, 65536)))
            except BlockingIOError:
                pass
        while waiting and waiting[0][0] <= time.monotonic():
            _, other, packet = waiting.popleft()
            try:
                os.write(other, packet)
            except OSError:
                pass  # the device is down or full: a lost packet, which TCP sends again


if __name__ == "__main__":
    ends = [device(sys.argv[1]), device(sys.argv[2])]
    print("ready", flush=True)
    forward(ends, float(sys.argv[3]) / 1000)
