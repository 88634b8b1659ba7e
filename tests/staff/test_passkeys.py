"""Passkeys: true answers open once; those of another site, session, key or hour open nothing."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm.assembly import Assembly
from crm.staff import factors, passkeys, rules, webauthn_checks
from crm.staff import service as staff
from crm.staff.errors import FactorNeeded, NoSuchPasskey
from crm.staff.model import Account, Passkey, Role
from crm.staff.passkeys import Answer, Question
from crm.values.languages import Language
from tests.conftest import NOW
from tests.staff.authenticator import Authenticator

SITE = passkeys.site_of("https://nouvelles.exemple.test", "La maison")
HERE = "session 1"


@pytest.fixture
def account(assembly: Assembly) -> Account:
    with assembly.database.transaction() as session:
        return staff.add_account(
            session, email="sana@exemple.be", name="Sana", roles={Role.FINANCE}, language=Language.FR,
            password="une phrase que je sais", at=NOW,
        )  # fmt: skip


@pytest.fixture
def device() -> Authenticator:
    return Authenticator(origin=SITE.origin, host=SITE.host)


def _make(assembly: Assembly, account: Account, device: Authenticator) -> Passkey | None:
    question = passkeys.ask_to_make(assembly.links, SITE, account, (), bound_to=HERE, at=NOW)
    answer = Answer(text=device.create(question.options), challenge=question.challenge, bound_to=HERE)
    with assembly.database.transaction() as session:
        return passkeys.make(
            session, assembly.links, assembly.sealer, SITE, account, answer=answer, name=" Mon  ordi ", at=NOW
        )


def _ask(assembly: Assembly) -> Question:
    return passkeys.ask_to_show(assembly.links, SITE, (), bound_to=HERE, at=NOW, asks_owner=True)


def _recognise(assembly: Assembly, answer: Answer, at: datetime = NOW) -> Account | None:
    with assembly.database.transaction() as session:
        return passkeys.recognise(session, assembly.links, SITE, answer=answer, at=at, asks_owner=True)


def test_a_passkey_opens_its_account_and_each_answer_opens_once(
    assembly: Assembly, account: Account, device: Authenticator
) -> None:
    kept = _make(assembly, account, device)
    assert kept is not None
    assert (kept.name, kept.is_synced, kept.account_id) == ("Mon ordi", False, account.id)
    question = _ask(assembly)
    answer = Answer(text=device.get(question.options), challenge=question.challenge, bound_to=HERE)
    assert _recognise(assembly, answer) == account
    assert _recognise(assembly, answer) is None
    with assembly.database.reading() as session:
        [used] = factors.factors_of(session, account.id).passkeys
    assert (used.sign_count, used.last_used_at) == (1, NOW)


@pytest.mark.parametrize(
    "how",
    ["another site", "another session", "too late", "another key", "owner not asked", "a clone", "disabled", "made"],
)
def test_an_answer_that_is_not_true_opens_nothing(
    assembly: Assembly, account: Account, device: Authenticator, how: str
) -> None:
    assert _make(assembly, account, device) is not None
    question, at, bound_to = _ask(assembly), NOW, HERE
    match how:
        case "another site":
            device.origin = "https://nouvelles.exemple.test.evil.example"
        case "another session":
            bound_to = "session 2"
        case "too late":
            at = NOW + rules.CHALLENGE_LASTS + timedelta(seconds=2)
        case "another key":
            device.key = Authenticator(origin=SITE.origin, host=SITE.host).key
        case "owner not asked":
            device.verifies = False
        case "a clone":
            first = Answer(text=device.get(question.options), challenge=question.challenge, bound_to=HERE)
            assert _recognise(assembly, first) is not None
            question, device.count = _ask(assembly), 0
        case "disabled":
            with assembly.database.transaction() as session:
                staff.disable(session, assembly.sealer, account.id, by=None, at=NOW)
        case _:
            question = passkeys.ask_to_make(assembly.links, SITE, account, (), bound_to=HERE, at=NOW)
    answer = Answer(text=device.get(question.options), challenge=question.challenge, bound_to=bound_to)
    assert _recognise(assembly, answer, at) is None


def test_one_device_is_kept_once(assembly: Assembly, account: Account, device: Authenticator) -> None:
    assert _make(assembly, account, device) is not None
    assert _make(assembly, account, device) is None
    assert _make(assembly, account, replace(device, id=b"x" * 32, origin="https://evil.example")) is None


def test_removing_the_last_one_is_refused_where_a_role_needs_it(
    assembly: Assembly, account: Account, device: Authenticator
) -> None:
    kept = _make(assembly, account, device)
    assert kept is not None
    with pytest.raises(FactorNeeded), assembly.database.transaction() as session:
        passkeys.remove(session, assembly.sealer, account, kept.id, required={Role.FINANCE}, at=NOW)
    with pytest.raises(NoSuchPasskey), assembly.database.transaction() as session:
        passkeys.remove(session, assembly.sealer, account, 99, required=(), at=NOW)
    with assembly.database.transaction() as session:
        passkeys.remove(session, assembly.sealer, account, kept.id, required=(), at=NOW)
        assert not factors.factors_of(session, account.id).are_any


@pytest.mark.parametrize(
    ("address", "host", "origin"),
    [
        ("https://nouvelles.exemple.org", "nouvelles.exemple.org", "https://nouvelles.exemple.org"),
        ("http://127.0.0.1:8000", "localhost", "http://localhost:8000"),
        ("http://localhost:8000", "localhost", "http://localhost:8000"),
    ],
)
def test_a_site_is_named_as_browsers_want_it(address: str, host: str, origin: str) -> None:
    site = passkeys.site_of(address, "x")
    assert (site.host, site.origin) == (host, origin)


JSON = st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=20), lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["id", "rawId", "type", "response", "clientDataJSON", "authenticatorData", "signature", "attestationObject"]), inner, max_size=5), max_leaves=12)  # fmt: skip # noqa: E501


@settings(max_examples=150)
@given(value=JSON, raw=st.text(max_size=60))
def test_nonsense_is_no_answer_and_no_error(value: object, raw: str) -> None:
    challenge = b"c" * 32
    for answer in (json.dumps(value), raw, "[" * 5000):
        webauthn_checks.named(answer)
        assert webauthn_checks.created(answer, challenge=challenge, rp_id="x", origin="y") is None
        assert (
            webauthn_checks.answered(
                answer, challenge=challenge, rp_id="x", origin="y", public_key="", sign_count=0, asks_owner=True
            )
            is None
        )
