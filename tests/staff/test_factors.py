"""Second factors: a code opens once, a recovery code once, tries are counted, and nothing readable is stored."""

from __future__ import annotations

from datetime import datetime, timedelta
from threading import Barrier, Thread

import pyotp
import pytest
from sqlalchemy import select

from crm.assembly import Assembly
from crm.audit import service as audit
from crm.foundation.encryption import Undecipherable
from crm.staff import factors, rules, sessions
from crm.staff import service as staff
from crm.staff.errors import FactorNeeded
from crm.staff.model import Account, Awaited, Role
from crm.staff.tables import AppSecretRow, RecoveryCodeRow
from crm.values.languages import Language
from tests.conftest import NOW

PASSWORD = "une phrase que je sais"


@pytest.fixture
def account(assembly: Assembly) -> Account:
    with assembly.database.transaction() as session:
        return staff.add_account(
            session, email="sana@exemple.be", name="Sana", roles={Role.FINANCE}, language=Language.FR,
            password=PASSWORD, at=NOW,
        )  # fmt: skip


def _secret(assembly: Assembly, account: Account, proposed: str) -> str:
    return factors.show_app(assembly.secrets, account, proposed, issuer="La maison")[1].replace(" ", "")


def _install(assembly: Assembly, account: Account, at: datetime = NOW) -> tuple[pyotp.TOTP, tuple[str, ...]]:
    proposed = factors.propose_app(assembly.secrets, account)
    app = pyotp.TOTP(_secret(assembly, account, proposed))
    with assembly.database.transaction() as session:
        codes = factors.set_app(
            session, assembly.secrets, assembly.sealer, account, proposed=proposed, code=app.at(at), at=at
        )
    assert codes is not None
    return app, codes


def _answer(assembly: Assembly, account: Account, typed: str, at: datetime) -> str | None:
    with assembly.database.transaction() as session:
        return factors.answer(
            session, assembly.secrets, assembly.sealer, assembly.addresses, account, typed=typed, at=at
        )


def test_a_code_opens_once_and_only_in_its_time(assembly: Assembly, account: Account) -> None:
    app, _ = _install(assembly, account)
    assert _answer(assembly, account, app.at(NOW), NOW) is None
    later = NOW + timedelta(minutes=1)
    spaced = f"{app.at(later)[:3]} {app.at(later)[3:]}"
    assert _answer(assembly, account, spaced, later) == "app"
    assert _answer(assembly, account, app.at(later), later) is None
    assert _answer(assembly, account, app.at(later - timedelta(seconds=30)), later) is None
    assert _answer(assembly, account, app.at(later + timedelta(seconds=30)), later) == "app"
    assert _answer(assembly, account, app.at(later), later + timedelta(minutes=5)) is None


def test_two_at_once_with_the_same_code_open_one_door(assembly: Assembly, account: Account) -> None:
    app, _ = _install(assembly, account)
    later, together, opened = NOW + timedelta(minutes=1), Barrier(4), list[str | None]()

    def work() -> None:
        together.wait()
        opened.append(_answer(assembly, account, app.at(later), later))

    workers = [Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(filter(None, opened)) == ["app"]


def test_each_recovery_code_opens_once_and_new_ones_end_the_old(assembly: Assembly, account: Account) -> None:
    _, codes = _install(assembly, account)
    assert len(set(codes)) == rules.RECOVERY_CODES
    typed = codes[0].upper().replace("-", " ")
    assert [_answer(assembly, account, typed, NOW) for _ in range(2)] == ["recovery", None]
    with assembly.database.transaction() as session:
        assert factors.factors_of(session, account.id).recovery_codes == rules.RECOVERY_CODES - 1
        fresh = factors.new_codes(session, assembly.sealer, account, at=NOW)
    assert _answer(assembly, account, codes[1], NOW) is None
    assert _answer(assembly, account, fresh[0], NOW) == "recovery"


def test_after_five_wrong_codes_even_the_right_one_waits(assembly: Assembly, account: Account) -> None:
    app, codes = _install(assembly, account)
    later = NOW + timedelta(minutes=1)
    assert {_answer(assembly, account, "000000", later) for _ in range(rules.FACTOR_FAILURES)} == {None}
    assert _answer(assembly, account, app.at(later), later) is None
    assert _answer(assembly, account, codes[0], later) is None
    much_later = later + rules.FACTOR_WINDOW + timedelta(seconds=1)
    assert _answer(assembly, account, app.at(much_later), much_later) == "app"


def test_nothing_that_opens_a_door_is_stored_readably(assembly: Assembly, account: Account) -> None:
    app, codes = _install(assembly, account)
    with assembly.database.reading() as session:
        assert app.secret not in session.scalars(select(AppSecretRow.secret)).one()
        kept = " ".join(session.scalars(select(RecoveryCodeRow.code_hash)))
        assert not any(code in kept or rules.tidy_code(code) in kept for code in codes)
        told = str([(entry.action, entry.facts) for entry in audit.latest(session)])
    assert app.secret not in told
    assert not any(code in told for code in codes)


def test_a_proposed_secret_is_worth_nothing_to_somebody_else(assembly: Assembly, account: Account) -> None:
    with assembly.database.transaction() as session:
        other = staff.add_account(
            session, email="nora@exemple.be", name="", roles={Role.CARE}, language=Language.FR, password=PASSWORD,
            at=NOW,
        )  # fmt: skip
    proposed = factors.propose_app(assembly.secrets, account)
    with pytest.raises(Undecipherable):
        factors.show_app(assembly.secrets, other, proposed, issuer="x")
    with assembly.database.transaction() as session:
        wrong = factors.set_app(
            session, assembly.secrets, assembly.sealer, account, proposed=proposed, code="000000", at=NOW
        )
        assert wrong is None
        assert not factors.factors_of(session, account.id).are_any


def test_whoever_needs_a_factor_keeps_one(assembly: Assembly, account: Account) -> None:
    _install(assembly, account)
    with pytest.raises(FactorNeeded), assembly.database.transaction() as session:
        factors.remove_app(session, assembly.sealer, account, required={Role.FINANCE}, at=NOW)
    with assembly.database.transaction() as session:
        assert factors.factors_of(session, account.id).has_app
        factors.remove_app(session, assembly.sealer, account, required=(), at=NOW)
        assert factors.factors_of(session, account.id).recovery_codes == 0


def test_the_password_alone_opens_nothing_where_a_factor_is_there_or_asked_for(
    assembly: Assembly, account: Account
) -> None:
    def sign_in(required: set[Role]) -> tuple[Awaited | None, bool, bool]:
        with assembly.database.transaction() as session:
            attempt = staff.begin(session, email=account.email, at=NOW, addresses=assembly.addresses)
        with assembly.database.transaction() as session:
            found = staff.conclude(
                session, assembly.sealer, attempt, is_right=staff.is_right(attempt, PASSWORD), at=NOW, required=required
            )
            assert found is not None
            whole = sessions.session_of(session, found.token, NOW) is not None
            half = sessions.half_session_of(session, found.token, NOW) is not None
        return found.session.awaits, whole, half

    assert sign_in(set()) == (None, True, False)
    assert sign_in({Role.FINANCE}) == (Awaited.ENROLMENT, False, True)
    _install(assembly, account)
    assert sign_in(set()) == (Awaited.FACTOR, False, True)


def test_a_half_session_lasts_a_quarter_of_an_hour_and_turns_into_a_new_one(
    assembly: Assembly, account: Account
) -> None:
    with assembly.database.transaction() as session:
        half = sessions.open_session(session, account, at=NOW, awaits=Awaited.FACTOR)
        late = NOW + rules.HALF_SESSION
        assert sessions.half_session_of(session, half.token, late) is None
        whole = sessions.complete(session, assembly.sealer, half.session, by="password+app", at=NOW)
        assert whole.token != half.token
        assert sessions.half_session_of(session, half.token, NOW) is None
        found = sessions.session_of(session, whole.token, NOW)
        assert found is not None
        assert sessions.sessions_of(session, account.id, NOW) == (found,)


def test_a_reset_forgets_every_factor_and_ends_every_session(assembly: Assembly, account: Account) -> None:
    _install(assembly, account)
    with assembly.database.transaction() as session:
        opened = sessions.open_session(session, account, at=NOW)
        factors.reset(session, assembly.sealer, account.id, by=None, at=NOW)
        assert sessions.session_of(session, opened.token, NOW) is None
        assert not factors.factors_of(session, account.id).are_any
        assert account.id not in factors.protected(session)
