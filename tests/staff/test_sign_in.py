"""Signing in: one answer for every refusal, tries counted before they are judged, sessions that really end."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crm.assembly import Assembly
from crm.audit import service as audit
from crm.staff import passwords, sessions
from crm.staff import service as staff
from crm.staff.errors import AccountExists, LastAdministrator, NoRole, NoSuchAccount, WeakPassword
from crm.staff.model import Account, Role, SignedIn
from crm.staff.tables import AccountRow, SignInAttemptRow, StaffSessionRow
from crm.values.errors import Invalid
from crm.values.identifiers import AccountId
from crm.values.languages import Language
from tests.conftest import NOW

PASSWORD = "une phrase que je sais"


@pytest.fixture
def account(assembly: Assembly) -> Account:
    with assembly.database.transaction() as session:
        return staff.add_account(
            session,
            email=" Sana@Exemple.be ",
            name="Sana Lambert",
            roles={Role.EDITOR},
            language=Language.FR,
            password=PASSWORD,
            at=NOW,
        )


def _try(
    assembly: Assembly, email: str = "sana@exemple.be", password: str = PASSWORD, at: datetime = NOW
) -> SignedIn | None:
    with assembly.database.transaction() as session:
        attempt = staff.begin(session, email=email, at=at, addresses=assembly.addresses)
    is_right = staff.is_right(attempt, password)
    with assembly.database.transaction() as session:
        return staff.conclude(session, assembly.sealer, attempt, is_right=is_right, at=at)


def _lives(assembly: Assembly, signed_in: SignedIn, at: datetime = NOW) -> bool:
    with assembly.database.reading() as session:
        return sessions.session_of(session, signed_in.token, at) is not None


def _count(session: Session, what: type[object]) -> int:
    return session.scalar(select(func.count()).select_from(what)) or 0


def test_the_right_password_opens_a_session_in_any_spelling_of_the_address(
    assembly: Assembly, account: Account
) -> None:
    signed_in = _try(assembly, "SANA@exemple.BE ")
    assert signed_in is not None
    assert signed_in.session.account == account
    with assembly.database.reading() as session:
        assert sessions.session_of(session, signed_in.token, NOW) == signed_in.session
        assert [entry.action for entry in audit.latest(session)] == ["staff.sign-in"]


def test_neither_password_nor_token_is_stored(assembly: Assembly, account: Account) -> None:
    signed_in = _try(assembly)
    assert signed_in is not None
    with assembly.database.reading() as session:
        assert session.scalars(select(AccountRow.password_hash)).one().startswith("$argon2id$")
        assert signed_in.token not in session.scalars(select(StaffSessionRow.token_hash)).one()
        assert "exemple" not in session.scalars(select(SignInAttemptRow.email_key)).one()
    assert signed_in.token not in repr(signed_in)
    assert signed_in.session.csrf not in repr(signed_in)


@pytest.mark.parametrize(
    ("email", "password"), [("sana@exemple.be", "une autre phrase"), ("nul@exemple.be", PASSWORD), ("", "")]
)
def test_every_wrong_try_has_the_same_answer_and_costs_one_hash(
    assembly: Assembly, account: Account, monkeypatch: pytest.MonkeyPatch, email: str, password: str
) -> None:
    checked: list[str] = []
    real = passwords.matches

    def counting(password_hash: str, given: str) -> bool:
        checked.append(password_hash)
        return real(password_hash, given)

    monkeypatch.setattr(passwords, "matches", counting)
    assert _try(assembly, email, password) is None
    assert [found.startswith("$argon2id$") for found in checked] == [True]


def test_ten_failures_close_an_address_for_ten_minutes_even_to_the_right_password(
    assembly: Assembly, account: Account
) -> None:
    for _ in range(10):
        with assembly.database.transaction() as session:
            staff.begin(session, email="sana@exemple.be", at=NOW, addresses=assembly.addresses)
    assert _try(assembly) is None
    assert _try(assembly, at=NOW + timedelta(minutes=9)) is None
    assert _try(assembly, at=NOW + timedelta(minutes=20)) is not None


def test_a_good_try_clears_the_account_of_failures(assembly: Assembly, account: Account) -> None:
    for _ in range(2):
        for _ in range(9):
            with assembly.database.transaction() as session:
                staff.begin(session, email="sana@exemple.be", at=NOW, addresses=assembly.addresses)
        assert _try(assembly) is not None


def test_an_account_disabled_or_changed_while_the_password_is_checked_stays_shut(
    assembly: Assembly, account: Account
) -> None:
    with assembly.database.transaction() as session:
        attempt = staff.begin(session, email="sana@exemple.be", at=NOW, addresses=assembly.addresses)
        changed = staff.password_hash("une toute autre phrase", email=account.email)
    with assembly.database.transaction() as session:
        staff.change_password(session, assembly.sealer, account.id, new_hash=changed, by=None, at=NOW)
    with assembly.database.transaction() as session:
        assert staff.conclude(session, assembly.sealer, attempt, is_right=True, at=NOW) is None
        assert _count(session, StaffSessionRow) == 0


@pytest.mark.parametrize(("later", "lives"), [(timedelta(minutes=119), True), (timedelta(hours=2), False)])
def test_a_session_left_alone_ends(assembly: Assembly, account: Account, later: timedelta, lives: bool) -> None:
    signed_in = _try(assembly)
    assert signed_in is not None
    assert _lives(assembly, signed_in, NOW + later) is lives


def test_a_session_in_use_ends_after_twelve_hours(assembly: Assembly, account: Account) -> None:
    signed_in = _try(assembly)
    assert signed_in is not None
    with assembly.database.transaction() as session:
        sessions.touch(session, signed_in.session.id, NOW + timedelta(hours=11))
    assert _lives(assembly, signed_in, NOW + timedelta(hours=11, minutes=59))
    assert not _lives(assembly, signed_in, NOW + timedelta(hours=12))


@pytest.mark.parametrize("how", ["sign-out", "disable", "password"])
def test_ending_a_session_ends_it_on_our_side(assembly: Assembly, account: Account, how: str) -> None:
    first, second = _try(assembly), _try(assembly)
    assert first is not None
    assert second is not None
    changed = staff.password_hash("une toute autre phrase", email=account.email)
    with assembly.database.transaction() as session:
        match how:
            case "sign-out":
                sessions.sign_out(session, first.session.id, NOW)
            case "disable":
                staff.disable(session, assembly.sealer, account.id, by=None, at=NOW)
            case _:
                staff.change_password(session, assembly.sealer, account.id, new_hash=changed, by=account.id, at=NOW)
    assert (_lives(assembly, first), _lives(assembly, second)) == (False, how == "sign-out")
    assert (_try(assembly) is not None) is (how == "sign-out")


def test_accounts_are_one_per_address_with_a_password_worth_the_name(assembly: Assembly, account: Account) -> None:
    def add(email: str, password: str) -> None:
        with assembly.database.transaction() as session:
            staff.add_account(
                session, email=email, name="", roles={Role.CARE}, language=Language.NL, password=password, at=NOW
            )

    with pytest.raises(AccountExists):
        add("SANA@exemple.be", PASSWORD)
    with pytest.raises(WeakPassword):
        add("nora@exemple.be", "court")
    with pytest.raises(Invalid):
        add("pas une adresse", PASSWORD)
    add("nora@exemple.be", PASSWORD)
    with assembly.database.reading() as session:
        assert [a.name for a in staff.accounts(session)] == ["Sana Lambert", "nora"]
        assert staff.account_at(session, "Nora@exemple.be").roles == {Role.CARE}
        assert staff.account(session, account.id) == account
        with pytest.raises(NoSuchAccount):
            staff.account(session, AccountId(99))
        with pytest.raises(NoSuchAccount):
            staff.account_at(session, "personne@exemple.be")


def test_roles_change_at_once_and_somebody_stays_administrator(assembly: Assembly, account: Account) -> None:
    signed_in = _try(assembly)
    assert signed_in is not None

    def change(roles: set[Role]) -> None:
        with assembly.database.transaction() as session:
            staff.change_roles(session, assembly.sealer, account.id, roles=roles, by=account.id, at=NOW)

    change({Role.FINANCE, Role.ADMINISTRATOR})
    with assembly.database.reading() as session:
        living = sessions.session_of(session, signed_in.token, NOW)
        assert living is not None
        assert living.account.roles == {Role.FINANCE, Role.ADMINISTRATOR}
        assert audit.latest(session)[0].facts == {"before": ["editor"], "after": ["administrator", "finance"]}
    with pytest.raises(LastAdministrator):
        change({Role.FINANCE})
    with pytest.raises(LastAdministrator), assembly.database.transaction() as session:
        staff.disable(session, assembly.sealer, account.id, by=None, at=NOW)
    with pytest.raises(NoRole):
        change(set())
