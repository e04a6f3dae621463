"""The measured scan is the real one, and its figures hold together."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench import scan
from bench.scan import Dose, Row, measure, table


@pytest.fixture(scope="module")
def row() -> Row:
    return measure(Dose(scale=0, latency=0.0))


def test_a_scan_is_measured_from_within_and_without(row: Row) -> None:
    inside, served = row.inside, row.served
    assert row.code == 1
    assert (served["unknown"], served["broken"], inside["gaps"]) == ({}, {}, {})
    assert served["total"] == sum(served["calls"].values()) == sum(row.services().values())
    assert inside["resources"]["AWS::KMS::Key"] == served["calls"]["kms.DescribeKey"]
    assert 0 < inside["judging"] < inside["cpu"] < 60
    assert 0 < inside["store"] < row.wall
    moments = [inside["moments"][name][0] for name in ("store.begin", "store.add", "judging", "judged", "end")]
    assert moments == sorted(moments)
    assert moments[-1] < row.wall
    assert row.rate == pytest.approx(sum(inside["verdicts"].values()) / inside["judging"])


def test_the_table_stands_between_its_marks(row: Row, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scan, "DOC", tmp_path / "performance.md")
    text = table([row])
    scan.write(text, 0.06)
    first = scan.DOC.read_text()
    assert first.startswith("# Performance\n")
    scan.DOC.write_text(f"{first}\nWhat bounds it.\n".replace(text, "old"))
    scan.write(text, 0.06)
    second = scan.DOC.read_text()
    assert text in second
    assert "old" not in second
    assert second.endswith("<!-- /bench -->\n\nWhat bounds it.\n")
    assert f"| {sum(row.inside['resources'].values())} | 1 | none |" in text
