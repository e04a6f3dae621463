"""What is redacted of the words of commands and of labels, and what is kept of it."""

from __future__ import annotations

from typing import Any

import pytest

from scanner.engine.redact import Redactor, detected
from scanner.kinds.ecs_task_definitions import TaskDefinition
from scanner.kinds.ecs_tasks import Task

PASSWORD = "Tr0ub4dor-and-3"


def _container(**given: Any) -> dict[str, Any]:
    document = {"taskDefinition": {"containerDefinitions": [given]}}
    kept = Redactor(b"key").section(TaskDefinition, "described", document)
    found: dict[str, Any] = kept["taskDefinition"]["containerDefinitions"][0]
    return found


@pytest.mark.parametrize("path", ["command", "entryPoint"])
@pytest.mark.parametrize(
    "word",
    [
        f"--password={PASSWORD}",
        f"export DB_PASSWORD={PASSWORD}; exec ./serve",
        f"postgres://claims:{PASSWORD}@db/claims",
        "AKIAIOSFODNN7EXAMPLA",
    ],
)
def test_a_secret_among_the_words_of_a_command_is_redacted_and_the_rest_kept(path: str, word: str) -> None:
    words = _container(**{path: ["sh", "-c", word, "--port", "8080"]})[path]
    assert [words[0], words[1], words[3], words[4]] == ["sh", "-c", "--port", "8080"]
    assert detected(words[2])
    assert PASSWORD not in str(words)


def test_an_option_names_the_word_after_it() -> None:
    words = _container(command=["serve", "--password", PASSWORD, "--name", PASSWORD])["command"]
    assert detected(words[2]) == ["Secret Keyword"]
    assert words[4] == PASSWORD, "what nothing takes for a secret is kept"


def test_an_option_that_has_its_value_names_nothing() -> None:
    assert _container(command=["--password=$PASSWORD", "serve-claims"])["command"] == [
        "--password=$PASSWORD",
        "serve-claims",
    ]


def test_labels_are_looked_at_under_their_names() -> None:
    labels = _container(dockerLabels={"team": "claims", "api_key": PASSWORD, "config": f'{{"password": "{PASSWORD}"}}'})
    kept = labels["dockerLabels"]
    assert kept["team"] == "claims"
    assert detected(kept["api_key"])
    assert detected(kept["config"])
    assert PASSWORD not in str(kept)


def test_the_same_secret_has_the_same_hash_wherever_it_stands() -> None:
    found = _container(command=["--password", PASSWORD], environment=[{"name": "PASSWORD", "value": PASSWORD}])
    assert found["command"][1]["$redacted"] == found["environment"][0]["value"]["$redacted"]


def test_a_harmless_variable_is_still_never_kept() -> None:
    (variable,) = _container(environment=[{"name": "STAGE", "value": "production"}])["environment"]
    assert set(variable["value"]) == {"$redacted", "$key", "$detected"}
    assert variable["value"]["$detected"] == []


def test_words_that_are_not_there_stay_so() -> None:
    assert _container(command=None, dockerLabels={}) == {"command": None, "dockerLabels": {}}


def test_the_command_that_a_task_is_started_with_is_looked_at() -> None:
    document = {"overrides": {"containerOverrides": [{"name": "web", "command": ["run", f"--password={PASSWORD}"]}]}}
    kept = Redactor(b"key").section(Task, "task", document)
    assert PASSWORD not in str(kept)
    assert kept["overrides"]["containerOverrides"][0]["command"][0] == "run"
