"""Publishing: two operations and no third, by whom config.toml names, and each finding that was not taken is told."""

from __future__ import annotations

import ast
import json
import re
from functools import cache
from pathlib import Path

import botocore.session
import pytest

from reports import asff
from scanner.aws.client import Request
from scanner.aws.errors import ForbiddenOperationError
from scanner.aws.publish import LONGEST_BODY, OPERATIONS, Imported, Publisher, PublishError, subject_line
from scanner.aws.sessions import Sessions
from tests.aws.gather import ACCOUNT, QUICK, TARGET, Serve
from tests.aws.stub import Answer, Asked, refused, said, xml, xml_refused
from tests.generate.test_policy import READING_VERBS, READS_ALL_THE_SAME
from tests.reports.asff_limits import problems
from tests.reports.pipelines import ATTACKED

ROOT = Path(__file__).parents[2]
HUB, TOPIC = "securityhub POST /findings/import", f"arn:aws:sns:eu-west-1:{ACCOUNT}:phiward"
TAKEN = said(SuccessCount=2, FailedCount=0, FailedFindings=[])
SENT = xml("<PublishResponse><PublishResult><MessageId>m-1</MessageId></PublishResult></PublishResponse>")
WHOLE = next(asff.requests(ATTACKED)).findings[:2]
ENTERS = {"sts.AssumeRole": "another role is assumed to get there, or to write: it changes nothing"}


@cache
def trees() -> dict[str, list[ast.AST]]:
    """Read the scanner's sources but the demo, which fills its own server, and the kinds, proved in test_policy.py."""
    files = [path for path in (ROOT / "scanner").rglob("*.py") if not {"demo", "kinds"} & set(path.parts)]
    return {each.relative_to(ROOT).as_posix(): list(ast.walk(ast.parse(each.read_text("utf-8")))) for each in files}


@pytest.fixture
def publisher(sessions: Sessions) -> Publisher:
    return Publisher.of(sessions, {ACCOUNT: TARGET}, QUICK)


def test_security_hub_is_asked_in_the_findings_region_as_its_model_says(serve: Serve, publisher: Publisher) -> None:
    def hub(asked: Asked) -> Answer:
        found = problems(dict(asked.params))
        return refused("InvalidInputException", message=found[0]) if found else TAKEN

    stub = serve({HUB: hub})
    assert publisher.import_findings(ACCOUNT, "us-west-2", WHOLE) == Imported(2, [])
    (asked,) = stub.asked
    assert (asked.region, asked.params["Findings"]) == ("us-west-2", json.loads(json.dumps(WHOLE)))


def test_what_was_not_taken_is_told_with_the_reason(serve: Serve, publisher: Publisher) -> None:
    failed = [{"Id": "phiward/1", "ErrorCode": "InvalidInput", "ErrorMessage": "Title too long"}]
    serve({HUB: said(SuccessCount=1, FailedCount=1, FailedFindings=failed)})
    done = publisher.import_findings(ACCOUNT, "us-east-1", WHOLE)
    assert done == Imported(1, [("phiward/1", "InvalidInput: Title too long")])


def test_a_throttled_import_is_sent_again(serve: Serve, publisher: Publisher) -> None:
    stub = serve({HUB: [refused("TooManyRequestsException", 429), refused("ThrottlingException"), TAKEN]})
    assert publisher.import_findings(ACCOUNT, "us-east-1", WHOLE).taken == 2
    assert stub.count(HUB) == 3


@pytest.mark.parametrize(
    ("code", "status", "why"),
    [
        ("AccessDeniedException", 403, "allow securityhub:BatchImportFindings to [publish]"),
        ("InvalidAccessException", 401, "enable Security Hub there, or name another Region"),
        ("InvalidInputException", 400, "InvalidInputException: no"),
        ("LimitExceededException", 429, "LimitExceededException"),
    ],
)
def test_a_request_that_is_refused_says_where_and_why(
    serve: Serve, publisher: Publisher, code: str, status: int, why: str
) -> None:
    serve({HUB: refused(code, status)})
    with pytest.raises(PublishError) as told:
        publisher.import_findings(ACCOUNT, "us-east-1", WHOLE)
    assert str(told.value).startswith(f"{ACCOUNT} us-east-1: securityhub.BatchImportFindings: ")
    assert why in str(told.value)


def test_a_message_goes_to_the_topics_region_and_fits(serve: Serve, publisher: Publisher) -> None:
    stub = serve({"sns.Publish": SENT})
    assert publisher.publish_message(TOPIC, "2 new\r\nfindings \x1b[2J é critical", "é" * LONGEST_BODY) == "m-1"
    (asked,) = stub.asked
    assert asked.region == "eu-west-1"
    assert asked.params["TopicArn"] == TOPIC
    assert asked.params["Subject"] == "2 new findings [2J ? critical"
    assert len(asked.params["Message"].encode()) <= LONGEST_BODY
    assert asked.params["Message"].endswith("é\n[cut]")


@pytest.mark.parametrize("text", ["", "\n", "a" * 300, "\ud800", "\u202egpj.exe", " x ", "日本"])
def test_a_subject_is_what_sns_takes(text: str) -> None:
    assert re.fullmatch(r"[!-~]([ -~]{0,98}[!-~])?", subject_line(text))


@pytest.mark.parametrize(
    ("topic", "why"),
    [
        ("phiward", "no ARN of an SNS topic"),
        (f"arn:aws:sqs:eu-west-1:{ACCOUNT}:phiward", "no ARN of an SNS topic"),
        ("arn:aws:sns:eu-west-1:999999999999:phiward", "nobody may publish in account 999999999999"),
        (TOPIC, "AuthorizationError: no; allow sns:Publish to [publish]"),
    ],
)
def test_a_message_that_cannot_go_says_why(serve: Serve, publisher: Publisher, topic: str, why: str) -> None:
    serve({"sns.Publish": xml_refused("AuthorizationError")})
    with pytest.raises(PublishError) as told:
        publisher.publish_message(topic, "subject", "body")
    assert str(told.value).startswith(topic)
    assert why in str(told.value)


@pytest.mark.parametrize(
    "operation", ["securityhub.BatchUpdateFindings", "sns.CreateTopic", "ec2.DescribeVpcs", "s3.GetObject"]
)
def test_the_client_of_who_publishes_refuses_all_else(serve: Serve, publisher: Publisher, operation: str) -> None:
    stub = serve({})
    with pytest.raises(ForbiddenOperationError):
        publisher.client.one((ACCOUNT, "us-east-1"), Request(operation, {}))
    assert stub.asked == []


def test_nothing_else_in_the_scanner_names_an_operation_that_writes() -> None:
    known = botocore.session.get_session()
    services = set(known.get_available_services())
    reads = {*(action.replace(":", ".") for action in READS_ALL_THE_SAME), *ENTERS}
    found: dict[str, set[str]] = {}
    for name, nodes in trees().items():
        for text in {str(node.value) for node in nodes if isinstance(node, ast.Constant)} - reads:
            service, _, operation = text.partition(".")
            if service not in services or not operation or operation.startswith(READING_VERBS):
                continue
            if operation in known.get_service_model(service).operation_names:
                found.setdefault(name, set()).add(text)
    assert found == {"scanner/aws/publish.py": set(OPERATIONS)}


def test_no_client_is_asked_to_write_by_its_method() -> None:
    """`AwsClient` looks methods up by the operation that it is allowed; nobody else may go around it."""
    methods = {"batch_import_findings", "publish", "publish_batch"}
    calls = ((name, node.func) for name, nodes in trees().items() for node in nodes if isinstance(node, ast.Call))
    assert [(name, func.attr) for name, func in calls if isinstance(func, ast.Attribute) and func.attr in methods] == []
