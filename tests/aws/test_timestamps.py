"""The table of timestamps: whole, and of the botocore whose date it bears."""

from __future__ import annotations

import tomllib

import botocore

from scanner.aws.timestamps import AS_OF, section_shape, timestamps, timestamps_file
from scanner.engine.registry import kinds
from scanner.model import path as paths

READ = ("1.43.127", "2026-11-21")
"""The botocore whose models were read, and when."""


def test_the_table_is_dated_by_the_botocore_that_it_was_made_of() -> None:
    table = tomllib.loads(timestamps_file(kinds()))
    assert (table["botocore"], table["as_of"]) == (botocore.__version__, AS_OF)
    assert (table["botocore"], table["as_of"]) == READ, "botocore changed: look at what differs, and date both anew"
    assert list(table["kinds"]) == list(kinds())


def test_every_path_is_a_moment_of_the_answer() -> None:
    for name, found in timestamps(kinds()).items():
        for path in found:
            section, rest = paths.split(path)
            shape = section_shape(kinds()[name].calls[section])
            for step in paths.steps(rest):
                shape = shape.members[step.argument] if step.verb == "member" else shape.member
            assert (shape.member if shape.type_name == "list" else shape).type_name == "timestamp", path


def test_it_goes_through_listings_batches_shared_lists_and_lists_of_moments() -> None:
    found = timestamps(kinds())
    assert "box.NetworkInterfaces[].Attachment.AttachTime" in found["AWS::EC2::Instance"]
    assert "summaries[].ExecutionSummary.ExecutionTime" in found["AWS::EC2::Instance"]
    assert "service.events[].createdAt" in found["AWS::ECS::Service"]
    assert "day[].Timestamps" in found["AWS::EC2::VPNConnection"]
    assert found["AWS::EC2::SecurityGroup"] == ()
