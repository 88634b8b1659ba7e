"""The vault: a number is kept once, nobody else's, never in clear, and every look at it is written down."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import select

from crm.assembly import Assembly
from crm.audit import service as audit
from crm.foundation.encryption import Undecipherable
from crm.people import service as people
from crm.people.model import NewPerson, Person
from crm.values.identifiers import AccountId
from crm.values.languages import Language
from crm.values.national_number import NationalNumber
from crm.vault import service as vault
from crm.vault.errors import NumberElsewhere, NumberMissing
from crm.vault.keys import Lock, Vault
from crm.vault.model import Outcome, Reason, Source, Way
from crm.vault.tables import NumberRow
from tests.conftest import NOW

FINANCE = AccountId(7)
MARIE, JEAN = NationalNumber("85073003328"), NationalNumber("17073003384")


@pytest.fixture
def persons(assembly: Assembly) -> tuple[Person, Person]:
    with assembly.database.transaction() as session:
        added = [
            people.add(session, assembly.addresses, NewPerson(language=Language.FR, first_name=name), at=NOW)
            for name in ("Marie", "Jean")
        ]
    return added[0], added[1]


def written(assembly: Assembly, person: Person, number: NationalNumber) -> Outcome:
    with assembly.database.transaction() as session:
        return vault.write(
            session,
            assembly.vault.lock(),
            assembly.sealer,
            person.id,
            number,
            source=Source.PHONE,
            at=NOW,
            by=FINANCE,
        )


def seen(assembly: Assembly, person: Person) -> NationalNumber:
    with assembly.database.transaction() as session:
        return vault.reveal(
            session,
            assembly.vault.lock(),
            assembly.sealer,
            person.id,
            reason=Reason.ATTESTATION,
            at=NOW,
            by=FINANCE,
        )


def trail(assembly: Assembly, person: Person) -> list[tuple[str, dict[str, object]]]:
    with assembly.database.reading() as session:
        found = audit.latest(session, subject="person", subject_id=person.id)
    return [(entry.action, dict(entry.facts)) for entry in reversed(found)]


def test_a_number_is_kept_shown_with_a_reason_and_taken_out(assembly: Assembly, persons: tuple[Person, Person]) -> None:
    marie, jean = persons
    assert written(assembly, marie, MARIE) is Outcome.KEPT
    assert written(assembly, marie, MARIE) is Outcome.SAME
    with pytest.raises(NumberElsewhere):
        written(assembly, jean, MARIE)
    assert seen(assembly, marie) == MARIE
    assert written(assembly, marie, JEAN) is Outcome.REPLACED
    assert seen(assembly, marie) == JEAN
    assert written(assembly, jean, MARIE) is Outcome.KEPT
    with assembly.database.transaction() as session:
        vault.ask(session, assembly.sealer, marie.id, way=Way.MAIL, at=NOW, by=FINANCE)
        vault.remove(session, assembly.sealer, marie.id, at=NOW, by=FINANCE)
        assert vault.held(session, marie.id) is None
    with pytest.raises(NumberMissing):
        seen(assembly, marie)
    assert trail(assembly, marie) == [
        ("national-number.kept", {"source": "phone"}),
        ("national-number.revealed", {"reason": "attestation"}),
        ("national-number.replaced", {"source": "phone"}),
        ("national-number.revealed", {"reason": "attestation"}),
        ("national-number.asked", {"way": "mail"}),
        ("national-number.removed", {}),
    ]


def test_a_number_found_in_a_payment_waits_for_its_person(assembly: Assembly, persons: tuple[Person, Person]) -> None:
    marie, jean = persons
    lock = assembly.vault.lock()

    def handed(origin: str, person: Person) -> tuple[Outcome, ...]:
        with assembly.database.transaction() as session:
            return vault.hand_over(session, lock, assembly.sealer, origin, person.id, at=NOW, by=FINANCE)

    found = [("line 1", MARIE), ("line 1", MARIE), ("line 2", MARIE), ("line 3", JEAN), ("line 4", MARIE)]
    with assembly.database.transaction() as session:
        assert vault.wait(session, lock, found, at=NOW) == 4
        assert vault.wait(session, lock, found, at=NOW) == 0
    assert handed("line 1", marie) == (Outcome.KEPT,)
    assert handed("line 1", marie) == ()
    assert handed("line 2", marie) == (Outcome.SAME,)
    assert handed("line 3", marie) == (Outcome.DIFFERS,)
    assert handed("line 4", jean) == (Outcome.ELSEWHERE,)
    with assembly.database.transaction() as session:
        assert vault.forget_waiting(session, {"line 3", "line 4"}) == 2
    assert seen(assembly, marie) == MARIE


def test_nothing_in_a_row_tells_the_number_and_no_row_opens_as_another(
    assembly: Assembly, persons: tuple[Person, Person]
) -> None:
    marie, jean = persons
    written(assembly, marie, MARIE)
    written(assembly, jean, JEAN)
    with assembly.database.transaction() as session:
        one, two = session.scalars(select(NumberRow).order_by(NumberRow.id))
        assert not [value for row in (one, two) for value in vars(row).values() if "73003" in str(value)]
        one.sealed, two.sealed = two.sealed, one.sealed
    with pytest.raises(Undecipherable):
        seen(assembly, marie)


def test_a_rotation_killed_anywhere_leaves_every_number_readable(
    assembly: Assembly, persons: tuple[Person, Person]
) -> None:
    marie, _ = persons
    written(assembly, marie, MARIE)
    lock = assembly.vault.lock()
    many = [(f"line {at}", JEAN) for at in range(700)]
    with assembly.database.transaction() as session:
        vault.wait(session, lock, many, at=NOW)
    environment = {
        **os.environ,
        "PORTEVOIX_HOME": str(assembly.settings.home),
        "PORTEVOIX_DATABASE_URL": assembly.settings.database_url,
    }
    command = [str(Path(sys.executable).with_name("portevoix")), "vault", "rotate"]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    deadline = time.monotonic() + 60
    while under(assembly, 2) == 0 and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.002)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert sorted(opened(assembly)) == [JEAN] * 700 + [MARIE]
    assert seen(assembly, marie) == MARIE
    assert written(assembly, marie, MARIE) is Outcome.SAME
    lock, left = assembly.vault.lock(), 1
    while left:  # as the next `portevoix vault rotate` goes on
        with assembly.database.transaction() as session:
            left = vault.rotate_some(session, lock)
    assert (lock.newest, under(assembly, 2)) == (2, 701)
    assert sorted(opened(assembly)) == [JEAN] * 700 + [MARIE]


def under(assembly: Assembly, key_id: int) -> int:
    with assembly.database.reading() as session:
        return sum(found == key_id for found in session.scalars(select(NumberRow.key_id)))


def opened(assembly: Assembly) -> list[NationalNumber]:
    lock: Lock = Vault(assembly.settings.keys_folder).lock()
    with assembly.database.reading() as session:
        return [lock.open(row.sealed, row.uid) for row in session.scalars(select(NumberRow))]
