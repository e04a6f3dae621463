from __future__ import annotations

from typing import Any

from tests.terraform.documents import change, code, create, docs, given, only, plan, standing

OLD = {"bucket": "claims", "id": "claims", "arn": "arn:aws:s3:::claims", "force_destroy": False}


def _of(found: Any) -> Any:
    return {told.address: told for told in found.changes}


def test_what_is_created_stands_after_only() -> None:
    found = given(plan(create("aws_s3_bucket.a", {"bucket": "claims", "tags": None})))
    assert docs(found.before) == {}
    bucket = only(found.after)
    assert (bucket.id, bucket.arn, bucket.identity, bucket.region) == (
        "claims",
        "arn:aws:s3:::claims",
        "claims",
        "global",
    )
    assert "tags" not in bucket.sections["planned"].doc
    told = _of(found)["aws_s3_bucket.a"]
    assert (told.kind, told.resource, told.actions, told.before) == ("AWS::S3::Bucket", "claims", ("create",), None)


def test_before_is_the_prior_state_and_what_it_does_not_hold_is_the_changes() -> None:
    other = {**OLD, "bucket": "other"}
    prior = [standing("aws_s3_bucket.a", **{**OLD, "force_destroy": True})]
    found = given(
        plan(
            change("aws_s3_bucket.a", ["update"], OLD, {**OLD, "tags": {"Name": "x"}}),
            change("aws_s3_bucket.b", ["delete"], other, None, action_reason="delete_because_no_resource_config"),
            prior=prior,
        )
    )
    assert docs(found.before)["claims"]["force_destroy"] is True
    assert set(docs(found.before)) == {"claims", "other"}
    assert docs(found.after)["claims"]["tags"] == {"Name": "x"}
    assert set(docs(found.after)) == {"claims"}
    assert only(found.after).name == "x"
    gone = _of(found)["aws_s3_bucket.b"]
    assert (gone.deletes, gone.replaces, gone.resource) == (True, False, "other")
    assert gone.reason == "delete_because_no_resource_config"


def test_what_is_replaced_has_a_new_id_after() -> None:
    old = {"id": "vol-1", "arn": "arn:aws:ec2:us-east-1:123456789012:volume/vol-1", "encrypted": False}
    for actions in (["delete", "create"], ["create", "delete"]):
        new = change("aws_ebs_volume.v", actions, old, {"encrypted": True}, {"id": True, "arn": True})
        found = given(plan(new, root=[code("aws_ebs_volume.v", encrypted=True)]))
        assert only(found.before).id == "vol-1"
        assert only(found.after).id == "${aws_ebs_volume.v}"
        assert only(found.after).account == "123456789012"
        assert _of(found)["aws_ebs_volume.v"].replaces


def test_what_is_forgotten_still_stands() -> None:
    found = given(plan(change("aws_s3_bucket.a", ["forget"], OLD, None)))
    assert docs(found.before) == docs(found.after) != {}
    assert not _of(found)["aws_s3_bucket.a"].deletes


def test_what_nothing_touches_is_kept_once() -> None:
    found = given(plan(change("aws_s3_bucket.a", ["no-op"], OLD, OLD), prior=[standing("aws_s3_bucket.a", **OLD)]))
    told = _of(found)["aws_s3_bucket.a"]
    assert told.before is told.after
    assert docs(found.before) == docs(found.after)


def test_data_sources_are_no_resources() -> None:
    read = {**change("data.aws_s3_bucket.a", ["read"], None, OLD), "mode": "data", "type": "aws_s3_bucket"}
    found = given(plan(read, prior=[{**standing("aws_s3_bucket.a", **OLD), "mode": "data"}]))
    assert (docs(found.before), docs(found.after), list(found.changes), list(found.after.others)) == ({}, {}, [], [])


def test_a_move_is_no_deletion() -> None:
    moved = change("module.m.aws_s3_bucket.new", ["no-op"], OLD, OLD, previous_address="aws_s3_bucket.old")
    found = given(plan(moved, prior=[standing("aws_s3_bucket.old", **OLD)]))
    assert docs(found.before) == docs(found.after)
    assert found.before is not None
    assert found.before.origins["claims"].address == "module.m.aws_s3_bucket.new"
    assert [told.deletes for told in found.changes] == [False]


def test_a_deposed_object_goes_and_its_successor_stays() -> None:
    left = {"id": "vol-0", "encrypted": False}
    now = {"id": "vol-1", "encrypted": True}
    found = given(
        plan(
            change("aws_ebs_volume.v", ["no-op"], now, now),
            change("aws_ebs_volume.v", ["delete"], left, None, deposed="ab12"),
        )
    )
    assert set(docs(found.before)) == {"vol-0", "vol-1"}
    assert set(docs(found.after)) == {"vol-1"}
    assert "aws_ebs_volume.v (deposed ab12)" in _of(found)


def test_untouched_resources_of_a_targeted_plan_stand_in_both_worlds() -> None:
    prior = [standing("aws_s3_bucket.a", **OLD), standing("aws_s3_bucket.b", **{**OLD, "bucket": "other"})]
    wide = change("aws_s3_bucket.a", ["no-op"], OLD, OLD)
    found = given(plan(wide, prior=prior, root=[code("aws_s3_bucket.a"), code("aws_s3_bucket.b")]))
    assert set(docs(found.before)) == set(docs(found.after)) == {"claims", "other"}
    assert found.is_partial
    assert any("aws_s3_bucket.b" in note for note in found.notes)
    assert not given(plan(wide, root=[code("aws_s3_bucket.a")])).is_partial


def test_a_plan_that_failed_or_is_not_whole() -> None:
    assert given(plan(errored=True)).errored
    assert given(plan(errored=True)).is_partial
    assert given(plan(complete=False)).is_partial
    assert given(plan(deferred_changes=[{"reason": "x"}])).is_partial
    assert not given(plan()).is_partial


def test_drift_is_told_apart_from_changes() -> None:
    found = given(plan(resource_drift=[change("aws_s3_bucket.a", ["delete"], OLD, None)]))
    assert [(told.address, told.kind, told.deletes) for told in found.drift] == [
        ("aws_s3_bucket.a", "AWS::S3::Bucket", True)
    ]
    assert docs(found.before) == {}


def test_drift_of_terraform_1_0_says_no_address() -> None:
    entry = {**change("aws_s3_bucket.a", ["update"], OLD, OLD), "module_address": "module.m", "index": "k"}
    del entry["address"]
    found = given(plan(resource_drift=[entry]))
    assert [told.address for told in found.drift] == ['module.m.aws_s3_bucket.a["k"]']
    assert found.drift[0].before == found.drift[0].after


def test_what_is_no_kind_is_listed_by_address() -> None:
    found = given(plan(create("aws_sqs_queue.q", {"name": "q"}), create("random_id.r", {"byte_length": 4})))
    assert list(found.after.others) == [("aws_sqs_queue.q", "aws_sqs_queue"), ("random_id.r", "random_id")]
    assert [told.kind for told in found.changes] == ["", ""]
