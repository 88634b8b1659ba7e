"""RFC 8058: one POST by a mail program, without cookie, form token or redirect; the answer tells nothing."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from crm.assembly import Assembly
from crm.consent.model import Act, Way
from crm.consent.tables import ConsentEventRow
from crm.foundation.signing import TokenPurpose
from crm.web.app import create_app
from mailing.feedback import service as feedback
from tests.conftest import NOW
from tests.delivery import ledger
from tests.feedback.test_returns import number, stands

BODY = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
def client(sent: Assembly) -> FlaskClient:
    return create_app(sent).test_client()


def token(assembly: Assembly, person: int, purpose: str = ledger.PURPOSE) -> str:
    return assembly.links.sign(TokenPurpose.UNSUBSCRIBE, [person, person, purpose, number(assembly, person)])


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "multipart/form-data"])
def test_one_post_unsubscribes(sent: Assembly, client: FlaskClient, kind: str) -> None:
    link = f"/u/{token(sent, 1)}"
    answer = client.post(link, data=BODY, content_type=kind)
    assert answer.status_code == 200
    assert not {"Location", "Set-Cookie"} & set(answer.headers.keys())
    assert stands(sent, 1) == [(Act.WITHDRAWN, Way.ONE_CLICK)]
    assert stands(sent, 2) == [(Act.GIVEN, Way.WEB)]
    again = client.post(link, data=BODY, content_type=kind)
    assert (again.status_code, again.data) == (200, answer.data)
    with sent.database.reading() as session:
        events = session.scalars(select(ConsentEventRow).where(ConsentEventRow.person_id == 1)).all()
        assert [event.act for event in events] == [Act.GIVEN, Act.WITHDRAWN]


def test_looking_changes_nothing(sent: Assembly, client: FlaskClient) -> None:
    client.get(f"/u/{token(sent, 1)}")
    client.head(f"/u/{token(sent, 1)}")
    assert stands(sent, 1) == [(Act.GIVEN, Way.WEB)]


def test_the_answer_is_the_same_whatever_the_token_is_worth(sent: Assembly, client: FlaskClient) -> None:
    genuine = token(sent, 1)
    body, _, seal = genuine.rpartition(".")
    worthless = [
        "x",
        genuine[:-1],
        f"{body}.{seal[::-1]}",
        sent.links.sign(TokenPurpose.PREFERENCES, [1, 1, ledger.PURPOSE, 1]),
        sent.links.sign(TokenPurpose.UNSUBSCRIBE, [999, 1, ledger.PURPOSE, 1]),
        sent.links.sign(TokenPurpose.UNSUBSCRIBE, [1, 999, ledger.PURPOSE, None]),
        sent.links.sign(TokenPurpose.UNSUBSCRIBE, [1, 1, "unknown", 1]),
        sent.links.sign(TokenPurpose.UNSUBSCRIBE, [1, 1, "service", 1]),
        sent.links.sign(TokenPurpose.UNSUBSCRIBE, {"a": 1}),
        sent.links.sign(TokenPurpose.UNSUBSCRIBE, ["1", 1, ledger.PURPOSE, 1]),
    ]
    answers = {(a.status_code, a.data) for a in (client.post(f"/u/{one}", data=BODY) for one in worthless)}
    assert stands(sent, 1) == [(Act.GIVEN, Way.WEB)]
    real = client.post(f"/u/{genuine}", data=BODY)
    assert answers == {(real.status_code, real.data)} == {(200, real.data)}


@pytest.mark.parametrize(
    "body",
    [
        {"List-Unsubscribe": "one-click"},
        {"List-Unsubscribe": "One-Click", "more": "1"},
        {"List-Unsubscribe": ["One-Click", "One-Click"]},
        {"List-Unsubscribe": ""},
    ],
)
def test_another_body_is_not_understood(sent: Assembly, client: FlaskClient, body: dict[str, Any]) -> None:
    assert client.post(f"/u/{token(sent, 1)}", data=body).status_code == 400
    assert stands(sent, 1) == [(Act.GIVEN, Way.WEB)]


def test_the_page_s_own_button_goes_to_the_page(sent: Assembly, client: FlaskClient) -> None:
    answer = client.post(f"/u/{token(sent, 1)}", data={"action": "withdraw"})
    assert (answer.status_code, answer.content_type) == (200, "text/html; charset=utf-8")
    assert stands(sent, 1) == [(Act.WITHDRAWN, Way.UNSUBSCRIBE_PAGE)]


def test_a_failure_of_ours_asks_to_try_again(
    sent: Assembly, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> bool:
        raise OperationalError("UPDATE", {}, RuntimeError("locked"))

    with monkeypatch.context() as patch:
        patch.setattr(feedback, "one_click", fail)
        answer = client.post(f"/u/{token(sent, 1)}", data=BODY)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "300")
    assert client.post(f"/u/{token(sent, 1)}", data=BODY).status_code == 200


def test_whoever_was_merged_since_leaves_as_who_they_are_now(sent: Assembly) -> None:
    from sqlalchemy import update

    from crm.people.tables import PersonRow

    with sent.database.transaction() as session:
        session.execute(update(PersonRow).where(PersonRow.id == 1).values(merged_into_id=2))
        value = [1, 1, ledger.PURPOSE, number(sent, 1)]
        assert feedback.one_click(session, sent.sealer, value, NOW)
    assert (Act.WITHDRAWN, Way.ONE_CLICK) in stands(sent, 2)
