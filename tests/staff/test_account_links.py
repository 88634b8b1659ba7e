"""Links by mail: signed, for one use, for a time, for one password; nobody learns who has an account."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from crm.assembly import Assembly
from crm.foundation.signing import TokenPurpose
from crm.staff import account_links, rules, sessions
from crm.staff import service as staff
from crm.staff.errors import AccountExists, AlreadyJoined, NoRole, NoSuchAccount
from crm.staff.model import Account, AccountLink, Role
from crm.values.languages import Language
from tests.conftest import NOW

PASSWORD = "une phrase que je sais"


def _invite(
    assembly: Assembly, email: str = "nora@exemple.be", roles: frozenset[Role] = frozenset({Role.CARE})
) -> AccountLink:
    with assembly.database.transaction() as session:
        return account_links.invite(
            session, assembly.sealer, email=email, name=" Nora  Peeters ", roles=roles, language=Language.NL, by=None,
            at=NOW,
        )  # fmt: skip


def _choose(assembly: Assembly, token: str, at: datetime = NOW, password: str = PASSWORD) -> Account | None:
    with assembly.database.transaction() as session:
        return account_links.choose_password(
            session,
            assembly.links,
            assembly.sealer,
            token,
            new_hash=staff.password_hash(password, email="nora@exemple.be"),
            at=at,
        )


def _opens(assembly: Assembly, password: str, email: str = "nora@exemple.be") -> bool:
    with assembly.database.transaction() as session:
        attempt = staff.begin(session, email=email, at=NOW, addresses=assembly.addresses)
    right = staff.is_right(attempt, password)
    with assembly.database.transaction() as session:
        return staff.conclude(session, assembly.sealer, attempt, is_right=right, at=NOW) is not None


def _ask(assembly: Assembly, email: str, at: datetime = NOW, origin: str = "") -> AccountLink | None:
    with assembly.database.transaction() as session:
        return account_links.ask_reset(session, assembly.addresses, email=email, origin=origin, at=at)


def test_an_invited_colleague_chooses_a_password_once(assembly: Assembly) -> None:
    link = _invite(assembly)
    assert (link.account.name, link.account.joined_at) == ("Nora Peeters", None)
    assert not _opens(assembly, "")
    token = account_links.token_of(assembly.links, link)
    joined = _choose(assembly, token)
    assert joined is not None
    assert joined.joined_at == NOW
    assert _opens(assembly, PASSWORD)
    assert _choose(assembly, token, password="une toute autre phrase") is None
    assert _opens(assembly, PASSWORD)


@pytest.mark.parametrize("how", ["too late", "sent again", "withdrawn", "forged", "of another account"])
def test_a_link_that_is_not_good_opens_nothing(assembly: Assembly, how: str) -> None:
    link = _invite(assembly)
    token, at = account_links.token_of(assembly.links, link), NOW
    match how:
        case "too late":
            at = NOW + rules.INVITATION_LASTS
        case "sent again":
            with assembly.database.transaction() as session:
                account_links.invite_again(session, assembly.sealer, link.account.id, by=None, at=NOW)
        case "withdrawn":
            with assembly.database.transaction() as session:
                account_links.withdraw_invitation(session, assembly.sealer, link.account.id, by=None, at=NOW)
                with pytest.raises(NoSuchAccount):
                    staff.account(session, link.account.id)
        case "forged":
            token = token[:-2] + ("AA" if token[-2:] != "AA" else "BB")
        case _:
            other = _invite(assembly, "luc@exemple.be")
            token = assembly.links.sign(TokenPurpose.ACCOUNT, [link.id, other.account.id, link.created_at.isoformat()])
    with assembly.database.reading() as session:
        assert account_links.open_link(session, assembly.links, token, at) is None
    assert _choose(assembly, token, at) is None


def test_an_invitation_is_for_somebody_new_who_has_a_role(assembly: Assembly) -> None:
    link = _invite(assembly)
    with pytest.raises(AccountExists):
        _invite(assembly, "NORA@exemple.be")
    with pytest.raises(NoRole):
        _invite(assembly, "luc@exemple.be", frozenset())
    _choose(assembly, account_links.token_of(assembly.links, link))
    for act in (account_links.invite_again, account_links.withdraw_invitation):
        with pytest.raises(AlreadyJoined), assembly.database.transaction() as session:
            act(session, assembly.sealer, link.account.id, by=None, at=NOW)


def test_a_new_password_ends_sessions_and_every_other_link(assembly: Assembly) -> None:
    joined = _choose(assembly, account_links.token_of(assembly.links, _invite(assembly)))
    assert joined is not None
    first, second = _ask(assembly, "nora@exemple.be"), _ask(assembly, " Nora@exemple.be")
    assert first is not None
    assert second is not None
    with assembly.database.transaction() as session:
        opened = sessions.open_session(session, joined, at=NOW)
    assert _choose(assembly, account_links.token_of(assembly.links, second), password="une phrase toute neuve")
    assert _choose(assembly, account_links.token_of(assembly.links, first)) is None
    assert not _opens(assembly, PASSWORD)
    assert _opens(assembly, "une phrase toute neuve")
    with assembly.database.reading() as session:
        assert sessions.session_of(session, opened.token, NOW) is None


def test_a_session_of_an_earlier_password_is_worthless_even_if_nobody_ended_it(assembly: Assembly) -> None:
    joined = _choose(assembly, account_links.token_of(assembly.links, _invite(assembly)))
    assert joined is not None
    with assembly.database.transaction() as session:
        new_hash = staff.password_hash("une phrase toute neuve", email=joined.email)
        staff.change_password(session, assembly.sealer, joined.id, new_hash=new_hash, by=None, at=NOW)
        late = sessions.open_session(session, joined, at=NOW)
        assert sessions.session_of(session, late.token, NOW) is None


def test_only_those_who_can_sign_in_get_a_letter_and_three_an_hour_at_most(assembly: Assembly) -> None:
    invited = _invite(assembly)
    assert _ask(assembly, "nora@exemple.be") is None
    assert _ask(assembly, "inconnu@exemple.be") is None
    _choose(assembly, account_links.token_of(assembly.links, invited))
    later = NOW + timedelta(hours=2)
    letters = [_ask(assembly, "nora@exemple.be", later) for _ in range(rules.LETTERS + 1)]
    assert [letter is not None for letter in letters] == [True] * rules.LETTERS + [False]
    assert _ask(assembly, "nora@exemple.be", later + rules.LETTERS_WINDOW + timedelta(seconds=1)) is not None


def test_one_network_address_cannot_ask_for_everybody(assembly: Assembly) -> None:
    _choose(assembly, account_links.token_of(assembly.links, _invite(assembly)))
    for number in range(rules.LETTERS_FROM):
        _ask(assembly, f"personne-{number}@exemple.be", origin="192.0.2.7")
    assert _ask(assembly, "nora@exemple.be", origin="192.0.2.7") is None
    assert _ask(assembly, "nora@exemple.be", origin="192.0.2.8") is not None


def test_one_network_address_cannot_try_everybodys_password(assembly: Assembly) -> None:
    _choose(assembly, account_links.token_of(assembly.links, _invite(assembly)))
    with assembly.database.transaction() as session:
        for number in range(rules.ORIGIN_FAILURES):
            staff.begin(
                session, email=f"p{number}@exemple.be", at=NOW, addresses=assembly.addresses, origin="192.0.2.7"
            )
        tried = staff.begin(session, email="nora@exemple.be", at=NOW, addresses=assembly.addresses, origin="192.0.2.7")
        assert tried.account_id is None
    assert _opens(assembly, PASSWORD)


def test_what_is_old_is_forgotten(assembly: Assembly) -> None:
    _choose(assembly, account_links.token_of(assembly.links, _invite(assembly)))
    assert _opens(assembly, PASSWORD)
    with assembly.database.transaction() as session:
        assert staff.forget_old(session, NOW + timedelta(days=1)) == 0
        assert staff.forget_old(session, NOW + timedelta(days=100)) == 3


def test_a_withdrawn_invitation_leaves_nothing_of_the_person_and_its_number_to_nobody(assembly: Assembly) -> None:
    """SQLite gives the number of a removed last row to the next one: an old letter would open another account."""
    first = _invite(assembly)
    old = account_links.token_of(assembly.links, first)
    with assembly.database.transaction() as session:
        account_links.withdraw_invitation(session, assembly.sealer, first.account.id, by=None, at=NOW)
        assert staff.accounts(session) == ()
    second = _invite(assembly)
    assert second.account.id != first.account.id
    assert _choose(assembly, old) is None
    later = replace(second, created_at=NOW - timedelta(days=60))
    assert _choose(assembly, account_links.token_of(assembly.links, later)) is None
    assert _choose(assembly, account_links.token_of(assembly.links, second)) is not None
