"""A client of `temper watch`, with nothing but Python's standard library.

    watch.py until PORT TEXT   asks for the page until it has the text
    watch.py attack PORT PID   tries what must not work, and two hundred connections at once
"""

import http.client
import os
import pathlib
import socket
import sys
import time


def ask(port: int, request: str) -> tuple[http.client.HTTPResponse, str]:
    """The answer to one request, sent as it is."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(request.encode("latin-1"))
        answer = http.client.HTTPResponse(connection, method=request.split(" ")[0])
        answer.begin()
        return answer, answer.read().decode()


def request(method: str, target: str, host: str = "localhost", more: str = "") -> str:
    return f"{method} {target} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{more}\r\n"


def expect(port: int, status: int, text: str) -> http.client.HTTPResponse:
    answer, body = ask(port, text)
    if answer.status != status:
        sys.exit(f"status {answer.status} in place of {status}: {text!r}")
    if status != 200 and ("root:" in body or "[data]" in body):
        sys.exit(f"a file was served: {text!r}")
    return answer


def until(port: int, text: str) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        if text in ask(port, request("GET", "/"))[1]:
            return
        time.sleep(0.1)
    sys.exit(f"the page does not say: {text}")


def crowd(port: int, pid: int) -> None:
    """Two hundred connections at once, of which some stay silent."""
    connections = [socket.create_connection(("127.0.0.1", port), timeout=10) for _ in range(200)]
    asking = [connection for i, connection in enumerate(connections) if i % 5]
    for connection in asking:
        connection.sendall(request("GET", "/").encode())
    process = pathlib.Path("/proc") / str(pid)
    threads, files = len(os.listdir(process / "task")), len(os.listdir(process / "fd"))
    if threads > 4 or files > 100:
        sys.exit(f"{threads} threads and {files} open files for 200 connections")
    for connection in asking:
        answer = http.client.HTTPResponse(connection, method="GET")
        answer.begin()
        if answer.status != 200 or not answer.read().endswith(b"</html>\n"):
            sys.exit("a connection among many was not served")
    for connection in connections:
        connection.close()


def attack(port: int, pid: int) -> None:
    for method in ("POST", "PUT", "DELETE", "PATCH", "OPTIONS", "MKCOL"):
        for target in ("/", "/metrics.jsonl", "/new"):
            answer = expect(port, 405, request(method, target, more="Content-Length: 4\r\n") + "text")
            if answer.getheader("Allow") != "GET, HEAD":
                sys.exit("405 without the methods that are allowed")
    up = "/.." * 20
    for target in (
        f"{up}/etc/passwd",
        up.replace(".", "%2e") + "/etc/passwd",
        f"/{up.replace('/', '%2f')}/etc/passwd",
        "//etc/passwd",
        "/recipe.toml",
        "/metrics.jsonl",
        "/./recipe.toml",
        "/report.html",
        "/checkpoints/",
        "file:///etc/passwd",
    ):
        expect(port, 404, request("GET", target))
    for host in ("rebound.example.org", f"rebound.example.org:{port}", "192.0.2.1", "localhost.example.org"):
        expect(port, 421, request("GET", "/", host))
    expect(port, 400, "GET / HTTP/1.1\r\n\r\n")
    expect(port, 400, "no request\r\n\r\n")
    crowd(port, pid)
    answer = expect(port, 200, request("HEAD", "/", f"127.0.0.1:{port}"))
    if "frame-ancestors 'none'" not in answer.getheader("Content-Security-Policy", ""):
        sys.exit("no policy in the header")
    # Unless the run has gone on in between.
    known = f"If-None-Match: {answer.getheader('ETag')}\r\n"
    if ask(port, request("GET", "/", more=known))[0].status not in (200, 304):
        sys.exit("a known page is neither there nor unchanged")


if __name__ == "__main__":
    if sys.argv[1] == "until":
        until(int(sys.argv[2]), sys.argv[3])
    else:
        attack(int(sys.argv[2]), int(sys.argv[3]))
