"""Measures how many requests a second the synthetic AWS serves: over connections kept alive, by raw sockets.

    python -m bench.load [REQUESTS [CONNECTIONS [QUESTIONS]]]

So many different questions in each of three protocols; what was asked before is kept by the endpoint.
"""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence

LENGTH = re.compile(rb"Content-Length: (\d+)")
SIGNED = (
    "AWS4-HMAC-SHA256 Credential=ASIA100000000001/20250101/us-east-1/{}/aws4_request, SignedHeaders=host, Signature="
)


def request(service: str, first: str, body: bytes = b"", target: str = "") -> bytes:
    """Write a request as botocore does, but for the signature, which nobody looks at."""
    lines = [
        f"{first} HTTP/1.1", "Host: 127.0.0.1", "User-Agent: Boto3/1.43.0 md/Botocore#1.43.0 ua/2.1 os/linux",
        f"Authorization: {SIGNED.format(service)}{'0' * 64}", "X-Amz-Date: 20250101T000000Z",
        "X-Amz-Security-Token: synthetic", "amz-sdk-request: attempt=1", f"Content-Length: {len(body)}",
    ]  # fmt: skip
    return "\r\n".join([*lines, *([f"X-Amz-Target: {target}"] if target else []), "", ""]).encode() + body


def questions(count: int) -> list[bytes]:
    """Ask for so many keys, security groups and buckets."""
    made = []
    for number in range(count):
        made.append(request("kms", "POST /", b'{"KeyId":"k%d"}' % number, "TrentService.DescribeKey"))
        form = b"Action=DescribeSecurityGroups&Version=2016-11-15&GroupId.1=sg-%d" % number
        made.append(request("ec2", "POST /", form))
        made.append(request("s3", f"GET /bucket-{number}?policy"))
    return made


async def _ask(port: int, asked: Sequence[bytes], count: int, answered: Counter[int]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for number in range(count):
        writer.write(asked[number % len(asked)])
        head = await reader.readuntil(b"\r\n\r\n")
        found = LENGTH.search(head)
        await reader.readexactly(int(found[1]) if found else 0)
        answered[int(head[9:12])] += 1
    writer.close()
    await writer.wait_closed()


async def load(port: int, count: int, connections: int, asked: Sequence[bytes]) -> Counter[int]:
    """Ask so often over so many connections; give the answers by status."""
    answered: Counter[int] = Counter()
    starts = [number * len(asked) // connections for number in range(connections)]
    rings = [[*asked[start:], *asked[:start]] for start in starts]
    await asyncio.gather(*(_ask(port, ring, count // connections, answered) for ring in rings))
    return answered


def main(given: Sequence[str]) -> None:
    """Measure and print."""
    count, connections, different = (*map(int, given), *(20_000, 32, 1_000)[len(given) :])
    command = [sys.executable, "-m", "bench.endpoint.server"]
    served = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert served.stdout is not None  # noqa: S101  it was asked for
        port = int(served.stdout.readline().rpartition(":")[2])
        for name in ("first", "again"):
            began = time.monotonic()
            answered = asyncio.run(load(port, count, connections, questions(different)))
            took = time.monotonic() - began
            print(f"{name}: {count:,} requests in {took:.2f} s, {count / took:,.0f} a second; {dict(answered)}")
    finally:
        served.terminate()
        _, _, used = os.wait4(served.pid, 0)
        served.returncode = 0
        if served.stdout is not None:
            served.stdout.close()
    print(f"the endpoint took {used.ru_utime + used.ru_stime:.2f} s of the processor, its start included")


if __name__ == "__main__":
    main(sys.argv[1:])
