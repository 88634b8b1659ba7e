"""The published description is true: programs made from it get what it says, and people can read it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import Case, CheckFunction, GenerationMode
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import positive_data_acceptance

from crm.foundation.settings import Api
from crm.partners.model import Scope
from crm.web.api import gate
from crm.web.app import create_app
from tests.api.conftest import House, Program

BOUNDED = settings(
    max_examples=12,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
BEYOND_SHAPE: list[CheckFunction] = [positive_data_acceptance]
"""Left out: what is right in shape may still be refused (a mailbox that is none, a purpose nobody knows, a child)."""
MODES = {"right": GenerationMode.POSITIVE, "wrong": GenerationMode.NEGATIVE}


@pytest.fixture
def patient(house: House) -> Flask:
    """The same house, which lets everybody in as often as they like: its clock stands still."""
    wide = Api(per_token_per_minute=10**6, per_address_per_minute=10**6, guesses_per_minute=10**6)
    made = replace(house.assembly, settings=house.assembly.settings.model_copy(update={"api": wide}))
    app = create_app(made)
    app.config["EVEN_PACE_SECONDS"] = 0
    return app


@pytest.mark.slow
@pytest.mark.parametrize("mode", MODES.values(), ids=MODES)
def test_nothing_made_from_the_description_finds_it_untrue(
    patient: Flask, program: Callable[..., Program], mode: GenerationMode
) -> None:
    caller = program(*Scope)
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", patient)
    seen = []
    for found in schema.get_all_operations():
        assert isinstance(found, Ok)
        operation = found.ok()
        seen.append((operation.method.upper(), operation.path))

        @BOUNDED
        @given(case=operation.as_strategy(generation_mode=mode))
        def ask(case: Case[Any]) -> None:
            case.call_and_validate(headers=caller.headers(), excluded_checks=BEYOND_SHAPE)

        ask()
    assert len(seen) == len(gate.OPERATIONS)


def test_the_document_names_every_endpoint_in_two_languages(app: Flask) -> None:
    french, english = (app.test_client().get(f"/api/v1/openapi.json?lang={code}").json for code in ("fr", "en"))
    assert french is not None
    assert english is not None
    for told in (french, english):
        assert told["openapi"] == "3.1.0"
        names = {one["operationId"] for methods in told["paths"].values() for one in methods.values()}
        assert names == set(gate.OPERATIONS)
    assert french["paths"]["/people"]["post"]["summary"] != english["paths"]["/people"]["post"]["summary"]
    assert _words(french).isdisjoint(_words(english) - {"Code"})


def test_the_page_says_it_all_without_a_script(app: Flask) -> None:
    page = app.test_client().get("/api/v1/docs?lang=en")
    assert page.status_code == 200
    for name in gate.OPERATIONS:
        assert f'id="{name}"' in page.text
    assert "<script" not in page.text
    ids = set(re.findall(r'id="([^"]+)"', page.text))
    assert set(re.findall(r'href="#([^"]+)"', page.text)) - ids == set()


def _words(told: Any) -> set[str]:
    """Every description of a document."""
    if isinstance(told, dict):
        own = {told["description"]} if isinstance(told.get("description"), str) else set()
        return own.union(*(_words(inner) for inner in told.values()))
    return set().union(*(_words(inner) for inner in told)) if isinstance(told, list) else set()
