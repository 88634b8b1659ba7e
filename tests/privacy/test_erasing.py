"""After an erasure she is nowhere: not in a row, a file, a log; and everybody else is as before."""

from __future__ import annotations

import io
import logging
import time
import zipfile
import zlib
from datetime import timedelta
from threading import Thread

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete, func, select, update

from crm.assembly import Assembly
from crm.consent import service as consent
from crm.consent.model import Act, Purpose
from crm.contracts.segment_fields import Measure
from crm.foundation.columns import Base
from crm.people import search
from crm.people import service as people
from crm.people.model import NewPerson
from crm.people.tables import PersonRow
from crm.privacy import erasing, identities
from crm.privacy.errors import NobodyToForget
from crm.privacy.tables import ErasedIdentityRow
from crm.segments import service as segments
from crm.segments.model import Condition, Every, NewSegment, Not, Span
from crm.values.email_address import EmailAddress
from crm.values.identifiers import PersonId
from crm.values.languages import Language
from jobs import seal_ledgers, verify_ledgers
from mailing.correspondence import service as correspondence
from mailing.correspondence.model import SignUp
from mailing.delivery.model import DeliveryState
from mailing.delivery.tables import DeliveryRow
from tests.conftest import NOW
from tests.privacy import canary

LATER = NOW + timedelta(days=1)


def _erase(assembly: Assembly, person_id: PersonId) -> erasing.Erasure:
    with assembly.database.transaction() as session:
        done = erasing.erase(session, assembly.holdings, person_id, at=LATER)
    assembly.database.settle_deletions()
    return done


def test_nothing_of_her_is_found_anywhere_and_the_ledgers_are_whole(
    assembly: Assembly, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        she, luc, _ = canary.plant(assembly)
        seal_ledgers.run(assembly, NOW)
        before = canary.found_on_disk(assembly)
        assert {
            "person",
            "import_row",
            "merge_move",
            "delivery",
            "care_note",
            "search_word",
            "signature",
            "gift",
            "bank_line",
        } <= set(before)

        with assembly.database.rehearsing() as session:
            imagined = erasing.erase(session, assembly.holdings, she, at=LATER, is_rehearsal=True)
        assert canary.found_on_disk(assembly).keys() == before.keys()
        assert not assembly.holdings.journal.path.exists()

        done = _erase(assembly, she)
        assert (done.erased, done.kept, done.files) == (imagined.erased, imagined.kept, imagined.files)
        assert canary.found_on_disk(assembly) == {}
    assert canary.found_in(caplog.text.encode()) == set()

    assert {one.table for one in done.kept if one.count} == {
        "bank_line", "consent_event", "gift", "pace_event", "pace", "person", "rights_request",
    }  # fmt: skip
    assert done.files == 1
    seal_ledgers.run(assembly, LATER)
    assert verify_ledgers.run(assembly, LATER)["verified"] > 0
    with assembly.database.reading() as session:
        assert (consent.drift(session), consent.verify(session, assembly.sealer)) == (0, [])
        assert {one.act for one in consent.standings(session, she)} == {Act.WITHDRAWN}
        assert people.find_survivor(session, she) is None
        assert [p.id for p in people.page(session).people] == [luc]
        assert session.scalars(select(DeliveryRow.state)).all() == [DeliveryState.CANCELLED]
    with assembly.database.transaction() as session:
        assert search.find(session, assembly.addresses, canary.EMAIL).hits == ()
        with pytest.raises(NobodyToForget):
            erasing.erase(session, assembly.holdings, she, at=LATER)


def test_a_file_does_not_bring_her_back_and_who_shares_her_mailbox_is_welcome(assembly: Assembly) -> None:
    she, _, desk = canary.plant(assembly)
    _erase(assembly, she)
    run = desk.apply(
        desk.bring("people", canary.FILE.replace("Luc;Autre;luc", "Odile;Vandenlefèvre;marguerite.canari"))
    )
    assert {number: said[0] for number, said in desk.said(run).items()} == {
        2: "error",
        3: "error",
        4: "create",
        5: "error",
    }
    assert desk.said(run)[2] == ("error", "forgotten")
    with assembly.database.reading() as session:
        assert session.scalar(select(func.count()).where(PersonRow.first_name == canary.FIRST)) == 0
    kept = [row.given for row in desk.rows(run).values() if row.verdict.value == "error"]
    assert kept[:2] == [[], []]


def test_erasing_one_of_two_leaves_the_other_s_mailbox_and_consent_alone(assembly: Assembly) -> None:
    she, _, desk = canary.plant(assembly)
    with assembly.database.transaction() as session:
        spouse = people.add(
            session,
            assembly.addresses,
            NewPerson(language=Language.FR, first_name="Odile", email=EmailAddress.parse(canary.EMAIL)),
            at=NOW,
        )
    _erase(assembly, she)
    with assembly.database.reading() as session:
        [still] = people.people_at(session, spouse.contact_points[0].address_key)
        assert (still.id, still.emails[0].value) == (spouse.id, canary.EMAIL)
    nameless = f"E-mail;Prénom;Nom\n{canary.EMAIL};;\n{canary.EMAIL};{canary.FIRST};{canary.LAST}\n"
    run = desk.bring("people", nameless)
    assert {number: said[0] for number, said in desk.said(run).items()} == {2: "same", 3: "error"}


def test_a_sign_up_at_the_same_moment_leaves_nothing_behind(assembly: Assembly) -> None:
    she, _, _ = canary.plant(assembly)
    with assembly.database.transaction() as session:
        consent.put_purpose(session, Purpose(code="lettre", names={"fr": "x"}, promises={}, position=9))
    asked = SignUp(
        email=EmailAddress.parse(canary.EMAIL), first_name="", language=Language.FR, words={"lettre": "La lettre"}
    )
    erasing_her = Thread(target=_erase, args=(assembly, she))
    with assembly.database.transaction() as session:
        correspondence.sign_up(session, assembly.desk, asked, at=NOW)
        erasing_her.start()
        time.sleep(0.2)
    erasing_her.join(30)
    with assembly.database.reading() as session:
        assert set(session.scalars(select(DeliveryRow.address)).all()) <= {"", None}
        assert {one.act for one in consent.standings(session, she)} == {Act.WITHDRAWN}


def test_a_restored_backup_forgets_again(assembly: Assembly) -> None:
    """The journal outside the database names nobody; a number that was given again to somebody else is left alone."""
    she, _, _ = canary.plant(assembly)
    with assembly.database.reading() as session:
        backup = {table: session.execute(select(table)).all() for table in Base.metadata.sorted_tables}
        point = people.people(session, [she])[she].emails[0]
    _erase(assembly, she)
    assert canary.found_in(assembly.holdings.journal.path.read_bytes()) == set()
    with assembly.database.transaction() as session:
        assert erasing.forget_again(session, assembly.holdings, at=LATER) == ()
        # What a restored backup brings back: her record, and no memory of the erasure.
        kept = next(row for table, rows in backup.items() if table.name == "person" for row in rows if row.id == she)
        session.execute(update(PersonRow).where(PersonRow.id == she).values(dict(kept._mapping)))
        session.execute(delete(ErasedIdentityRow))
    with assembly.database.transaction() as session:
        [again] = erasing.forget_again(session, assembly.holdings, at=LATER)
        assert again.person_id == she
        assert identities.forgotten(
            session, assembly.addresses, [([EmailAddress.parse(point.value).normal], f"{canary.LAST} {canary.FIRST}")]
        ) == {0}
    with assembly.database.transaction() as session:
        session.execute(
            update(PersonRow)
            .where(PersonRow.id == she)
            .values(first_name="Autre", created_at=LATER, merged_into_id=None)
        )
    with assembly.database.transaction() as session:
        assert erasing.forget_again(session, assembly.holdings, at=LATER) == ()


def test_somebody_is_shown_all_of_it(assembly: Assembly) -> None:
    she, _, _ = canary.plant(assembly)
    many = Condition(source="gift", measure=Measure.COUNT, asks=Span(low=99))
    with assembly.database.transaction() as session:
        for name, tree in {"Fidèles": Every(parts=(many,)), "Les autres": Every(parts=(Not(part=many),))}.items():
            segments.create(session, assembly.questions, NewSegment(name=name, tree=tree), by=canary.ME, at=NOW)
    with assembly.database.reading() as session:
        shown = erasing.shown(session, assembly.holdings, she)
    [now] = [section for section in shown.sections if section.key == "segments-now"]
    assert [row["segment"] for row in now.rows] == ["Les autres"]
    filled = {section.key for section in shown.sections if section.rows}
    assert filled == {
        "addresses", "bank-lines", "consents", "contact_points", "contacts", "deeds", "differences", "external_ids",
        "files", "gifts", "households", "identity", "mails", "merges", "national-number", "notes", "paces", "partners",
        "recipients", "registrations", "requests", "segments-now", "signatures", "suppressions", "tags", "tasks",
        "ties",
    }  # fmt: skip
    assert all({column.key for column in s.columns} <= row.keys() for s in shown.sections for row in s.rows)


@given(st.lists(st.text(alphabet="abcdeéÉ-' ", min_size=1, max_size=12), min_size=1, max_size=3))
def test_a_careless_spelling_of_a_name_is_one_of_its_forms(words: list[str]) -> None:
    name = " ".join(words)
    forms = identities.forms(name)
    assert {
        identities.whole(name),
        identities.whole(name.upper()),
        identities.whole(" ".join(reversed(words))),
        "",
    } <= forms


def test_what_is_packed_is_read() -> None:
    """The search would find her in a pack that was left lying about: in the archive, in the streams of its PDF."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("donnees.json", canary.EMAIL)
    inside = b"%PDF-1.7\nstream\n" + zlib.compress(canary.LAST.encode()) + b"\nendstream\n"
    assert {what for one in canary.decoded(packed.getvalue()) for what in canary.found_in(one)} == {"address", "name"}
    assert {what for one in canary.decoded(inside) for what in canary.found_in(one)} == {"name"}
