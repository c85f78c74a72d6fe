"""/api/openapi.json: open to all, names every call, and nothing from another server."""

import json
from typing import Any

import pytest
from django.db import InterfaceError, OperationalError
from django.test import Client

from canvassing.doorstep import tokens

CALLS = {
    "/api/doorstep/v1/redeem": "post",
    "/api/doorstep/v1/walk": "get",
    "/api/doorstep/v1/events": "post",
    "/api/doorstep/v1/changes": "get",
    "/api/doorstep/v1/state": "get",
    "/api/doorstep/v1/close": "post",
}


def document() -> dict[str, Any]:
    answer = Client().get("/api/openapi.json")
    assert answer.status_code == 200
    return answer.json()


def test_it_names_every_call() -> None:
    assert {path: next(iter(methods)) for path, methods in document()["paths"].items()} == CALLS


def test_every_call_says_who_may_and_what_it_answers() -> None:
    for path, method in CALLS.items():
        call = document()["paths"][path][method]
        assert call["security"]
        assert {"200", "401", "503"} <= call["responses"].keys()


def test_there_is_no_page_of_somebody_elses_scripts() -> None:
    assert "https://" not in json.dumps(document())


@pytest.mark.parametrize("error", [OperationalError, InterfaceError])
def test_when_the_database_does_not_answer_the_phone_is_asked_to_wait(
    error: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(token: str) -> None:
        raise error("the server closed the connection")

    monkeypatch.setattr(tokens, "look_up", fails)
    answer = Client().get("/api/doorstep/v1/walk", headers={"Authorization": "Bearer x"})
    assert (answer.status_code, answer.json()["reason"]) == (503, "busy")
    assert int(answer["Retry-After"]) > 0
    assert "closed the connection" not in answer.content.decode()
