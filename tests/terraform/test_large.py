"""A plan of a hundred megabytes: read in bounded memory."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.plans import change

pytestmark = pytest.mark.long

READ = """
import sys
from pathlib import Path
from scanner import terraform
from scanner.engine.redact import Redactor
from scanner.engine.registry import kinds
def peak():
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))
known = kinds()
before = peak()
given = terraform.read(Path(sys.argv[1]), "plan", kinds=known, redactor=Redactor(b"k" * 32))
print(len(given.after.resources), peak() - before)
"""
MEGABYTE = 1_000_000
MOST = 5
"""How many times its own size a plan may take while it is read."""


def _write(file: Path, size: int) -> int:
    """Write a plan of about `size` bytes, half of it resources that are no kind of ours; give how many are."""
    one = change("a", True, True)
    strange = {**one, "type": "aws_no_such_type", "address": "aws_no_such_type.a"}
    texts = [json.dumps(each).replace('"description": "a"', '"description": "' + "x" * 2000 + '"') for each in (
        one, strange,
    )]  # fmt: skip
    count = size // (len(texts[0]) + len(texts[1]))
    with file.open("w", encoding="utf-8") as out:
        out.write('{"format_version": "1.2", "terraform_version": "1.9.5", "planned_values": {}, "resource_changes": [')
        for number in range(count):
            for text in texts:
                name = f"k{number}"
                told = text.replace('.a"', f'.{name}"').replace('"name": "a"', f'"name": "{name}"')
                told = told.replace('"id": "a"', f'"id": "{name}"').replace('"key_id": "a"', f'"key_id": "{name}"')
                out.write(("," if number or text is texts[1] else "") + told.replace(":key/a", f":key/{name}"))
        out.write("]}")
    return count


@pytest.mark.skipif(not Path("/proc/self/status").is_file(), reason="the peak is read as Linux tells it")
@pytest.mark.parametrize(
    "size", [10 * MEGABYTE, pytest.param(100 * MEGABYTE, marks=pytest.mark.drill)], ids=["10MB", "100MB"]
)
def test_a_large_plan_is_read_in_bounded_memory(tmp_path: Path, size: int) -> None:
    file = tmp_path / "tfplan.json"
    count = _write(file, size)
    done = subprocess.run([sys.executable, "-c", READ, str(file)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    found, peak = map(int, done.stdout.split())
    assert found == count
    assert peak * 1024 < MOST * size, f"{peak // 1024} MB for {size // MEGABYTE} MB"
