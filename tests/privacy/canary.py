"""Somebody who is everywhere: each room holds something of her, by its own door or as its rows may come to be."""

from __future__ import annotations

import base64
import io
import json
import quopri
import re
import unicodedata
import zipfile
import zlib
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from crm.actions import service as actions
from crm.actions.model import CallKind, Deed, DeedKind, NewCall, NewRegistration, NewSignature
from crm.assembly import Assembly
from crm.banking.kept import LineState
from crm.banking.tables import BankFileRow, BankLineRow
from crm.care import service as care
from crm.care.model import Direction, InteractionKind
from crm.consent import paces
from crm.consent import service as consent
from crm.consent.model import SuppressionCause, Way
from crm.consent.pace import Rhythm
from crm.consent.policy import Population
from crm.consent.tables import PopulationRow
from crm.donations.model import Basis, GiftKind, Method
from crm.donations.tables import GiftRow
from crm.duplicates import merges
from crm.duplicates.tables import MergeMoveRow, MergeRow, PairRow
from crm.foundation.columns import Base
from crm.partners.tables import ApiRequestRow, ApiTokenRow
from crm.people import contacts, differences, households, links, search
from crm.people import service as people
from crm.people.model import ExternalId, FailureReason, NewPerson, TieKind
from crm.people.tables import HouseholdRow, PersonChangeRow
from crm.privacy import service as privacy
from crm.privacy.model import RequestKind, RequestWay
from crm.values.email_address import EmailAddress
from crm.values.identifiers import AccountId, PersonId
from crm.values.languages import Language
from crm.values.phone_number import PhoneNumber
from crm.vault.model import Source
from crm.vault.tables import NumberRow
from mailing.correspondence import service as correspondence
from mailing.correspondence.model import SignUp
from mailing.delivery.model import EventKind
from mailing.delivery.tables import DeliveryEventRow, DeliveryRow
from mailing.feedback.model import Finding
from mailing.feedback.tables import MailEventRow
from tests.conftest import NOW
from tests.imports.conftest import Desk, desk_on, put_purposes

FIRST, LAST = "Marguerite", "Vandenlefèvre"
EMAIL, PHONE = "Marguerite.Canari@exemple.be", "0475 98 76 54"
WHO = f"{FIRST} {LAST} <{EMAIL}>"
ME = AccountId(3)
FILE = f"""Prénom;Nom;E-mail;GSM;Rue;Code postal;Ville
{FIRST};{LAST};{EMAIL};{PHONE};rue du Canari 7;1000;Bruxelles
{FIRST.upper()};{LAST.upper()};{EMAIL.lower()};0475/98.76.54;;;
Luc;Autre;luc@exemple.be;;;;
;;{EMAIL};12;;;
"""


def plant(assembly: Assembly) -> tuple[PersonId, PersonId, Desk]:
    """Puts her into every room; her number, that of somebody else who is left alone, and the desk of imports."""
    put_purposes(assembly)
    desk = desk_on(assembly, assembly.settings.home / "imports")
    desk.apply(desk.bring("people", FILE))
    with assembly.database.transaction() as session:
        key = assembly.addresses.key_of(EmailAddress.parse(EMAIL).normal)
        she = people.people_at(session, key)[0].id
        [luc] = people.people_at(session, assembly.addresses.key_of("luc@exemple.be"))
        twin = people.add(
            session,
            assembly.addresses,
            NewPerson(language=Language.FR, first_name=FIRST, last_name=LAST, phone=PhoneNumber.parse("0475987654")),
            at=NOW,
        )
        session.add(PairRow(low_id=she, high_id=luc.id, score=50, reasons=["name"], seen_at=NOW))
        merges.merge(
            session,
            assembly.sealer,
            assembly.pointers,
            survivor_id=she,
            loser_id=twin.id,
            chosen={},
            by=ME,
            at=NOW,
        )
        session.execute(update(MergeRow).values(gave_way={"first_name": FIRST}))
        [merge_id] = session.scalars(select(MergeRow.id))
        move = {"room": "crm.people", "table_name": "person", "row_keys": [[she]]}
        session.add(MergeMoveRow(**move, merge_id=merge_id, before={"last_name": LAST}, after={"first_name": FIRST}))
        _people(session, assembly, she, luc.id)
        _consents(session, assembly, she, key)
        _care(session, she)
        _actions(session, she)
        _partners(session, she)
        _money(session, she)
        asked = {"person_id": she, "kind": RequestKind.ACCESS, "way": RequestWay.EMAIL, "at": NOW}
        privacy.request(session, **asked, words=f"Bonjour, je suis {WHO}")  # type: ignore[arg-type] # by name
    _mails(assembly)
    return she, luc.id, desk


def _people(session: Session, assembly: Assembly, she: PersonId, other: PersonId) -> None:
    tag = links.put_tag(session, "Bénévole", at=NOW)
    links.tag(session, she, tag.id, at=NOW)
    links.add_external_id(session, she, ExternalId(system="spip", value=EMAIL))
    links.remember_keys(session, "iban", {(she, "BE68539007547034")})
    links.tie(session, she, other, TieKind.PARTNER, at=NOW)
    home = households.found(session, [she, other], at=NOW)
    session.execute(update(HouseholdRow).where(HouseholdRow.id == home.id).values(envelope_name=f"Famille {LAST}"))
    search.remember_words(session, "iban", {(she, "7034")})
    differences.note(
        session, she, field="last_name", held={"v": LAST}, said={"v": LAST}, source="x", at=NOW, statement={"w": WHO}
    )
    point = people.people(session, [she])[she].contact_points[0]
    contacts.fail_point(session, point.id, FailureReason.FULL, source="test", at=NOW)
    session.add(PersonChangeRow(person_id=she, made_at=NOW, made_by=ME, rows=[{"before": WHO}]))


def _consents(session: Session, assembly: Assembly, she: PersonId, key: str) -> None:
    session.add(PopulationRow(person_id=she, population=next(iter(Population)), since_at=NOW))
    paces.declare(
        session,
        assembly.sealer,
        person_id=she,
        pause_until_on=None,
        rhythm=Rhythm.MONTHLY,
        way=Way.STAFF,
        at=NOW,
    )
    consent.suppress(session, address_key=key, cause=SuppressionCause.STAFF, way=Way.STAFF, at=NOW)


def _care(session: Session, she: PersonId) -> None:
    care.write_note(session, she, f"A appelé : {WHO}", by=ME, at=NOW)
    care.log(session, she, kind=InteractionKind.CALL, direction=Direction.IN, summary=f"Appel de {WHO}", by=ME, at=NOW)
    care.add_task(session, title=f"Rappeler {FIRST} au {PHONE}", by=ME, at=NOW, person_id=she)
    care.keep_draft(session, account_id=ME, person_id=she, fields={"text": WHO}, at=NOW)


def _actions(session: Session, she: PersonId) -> None:
    calls = [
        actions.put_call(session, NewCall(kind=kind, code="c", title="Un appel", language=Language.FR), at=NOW)
        for kind in (CallKind.PETITION, CallKind.EVENT, CallKind.URGENT_ACTION)
    ]
    signed = NewSignature(petition_id=calls[0].id, person_id=she, signed_at=NOW, comment=WHO)
    actions.sign(session, signed, at=NOW)
    actions.register(session, NewRegistration(event_id=calls[1].id, person_id=she, at=NOW))
    actions.act(session, Deed(action_id=calls[2].id, person_id=she, kind=DeedKind.EMAIL, done_at=NOW), at=NOW)


def _partners(session: Session, she: PersonId) -> None:
    token = ApiTokenRow(name="site", prefix="pv_x", secret_hash="0", scopes=frozenset(), origins=[], created_at=NOW)
    session.add(token)
    session.flush()
    session.add(
        ApiRequestRow(
            token_id=token.id,
            reference="r",
            key_hash="k",
            body_digest="d",
            kind="person",
            person_id=she,
            facts={"who": WHO},
            taken_at=NOW,
        )
    )


def _money(session: Session, she: PersonId) -> None:
    """A gift with words about her, her payment, one that nobody gave to anyone yet and that quotes her, her number."""
    session.add(
        GiftRow(
            person_id=she, recorded_person_id=she, kind=GiftKind.ONE_OFF, given_on=NOW.date(), basis=Basis.RECEIVED,
            method=Method.TRANSFER, split_beforehand=False, cents=5000, net_cents=0, tribute=WHO, address=WHO,
            is_test=False, recorded_at=NOW,
        )
    )  # fmt: skip
    file = BankFileRow(fingerprint="f", name="releve.cod", brought_at=NOW)
    session.add(file)
    session.flush()
    for number, person_id in enumerate((she, None)):
        line = BankLineRow(
            fingerprint=f"l{number}", file_id=file.id, account="BE68539007547034", booked_on=NOW.date(), cents=5000,
            name=f"{FIRST} {LAST}", address=f"{LAST}, rue du Canari 7", tail="7034", communication=f"Don de {WHO}",
            fee=False, state=next(iter(LineState)), person_id=person_id, version=1,
        )  # fmt: skip
        session.add(line)
    session.add(
        NumberRow(uid="u", person_id=she, sealed="s", key_id=1, number_key="k", source=next(iter(Source)), kept_at=NOW)
    )
    session.flush()


def _mails(assembly: Assembly) -> None:
    asked = SignUp(email=EmailAddress.parse(EMAIL), first_name=FIRST, language=Language.FR, words={"news": "Oui."})
    with assembly.database.transaction() as session:
        correspondence.sign_up(session, assembly.desk, asked, at=NOW + timedelta(hours=1))
        [letter] = session.scalars(select(DeliveryRow))
        letter.reply = f"550 5.1.1 <{EMAIL}>: unknown"
        session.add(DeliveryEventRow(delivery_id=letter.id, attempt=1, kind=EventKind.REFUSED, at=NOW, detail=WHO))
        session.add(
            MailEventRow(delivery_id=letter.id, finding=next(iter(Finding)), detail=WHO, source_key="s", at=NOW)
        )


def spellings() -> dict[str, set[bytes]]:
    """Her address, her names and her number as anything may have written them, in small letters."""

    def ways(text: str) -> set[bytes]:
        bare = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
        texts = {text, bare, unicodedata.normalize("NFD", text), quote(text), json.dumps(text)[1:-1]}
        found = {one.lower().encode() for one in texts} | {text.lower().encode("latin-1")}
        return found | {quopri.encodestring(text.encode()).strip().lower()}

    return {
        "address": ways(EMAIL) | ways(EMAIL.replace("@", " chez ")) | {base64.b64encode(EMAIL.encode()).lower()},
        "name": ways(FIRST) | ways(LAST),
        "number": {n.encode() for n in ("+32475987654", "0475987654", "0475 98 76 54", "0475/98.76.54", "475987654")},
    }


def found_in(raw: bytes) -> set[str]:
    """Which of it some bytes hold."""
    small = raw.lower()
    return {what for what, ways in spellings().items() if any(way in small for way in ways)}


def found_on_disk(assembly: Assembly) -> dict[str, set[str]]:
    """Where it is still found: files of the home folder and of SQLite, or the rows of every table on PostgreSQL."""
    places = {str(path.name): path.read_bytes() for path in assembly.settings.home.rglob("*") if path.is_file()}
    if assembly.database.is_sqlite:
        file = Path(str(assembly.database.engine.url.database))
        places |= {path.name: path.read_bytes() for path in file.parent.glob(f"{file.name}*")}
    places = {name: raw + b"".join(decoded(raw)) for name, raw in places.items()}
    places |= {name: repr(rows).encode() for name, rows in tables(assembly).items()}
    return {name: found for name, raw in places.items() if (found := found_in(raw))}


def decoded(raw: bytes) -> list[bytes]:
    """What is packed in some bytes: the members of an archive, the streams of a PDF, a deflated or gzipped whole."""
    found = []
    if zipfile.is_zipfile(io.BytesIO(raw)):
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            members = [archive.read(name) for name in archive.namelist()]
        found += members + [part for member in members for part in decoded(member)]
    is_pdf = raw[:5] == b"%PDF-"
    streams = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", raw, re.DOTALL) if is_pdf else [raw]
    for stream in streams:
        with suppress(zlib.error):
            found.append(zlib.decompressobj(wbits=47).decompress(stream))
    return found


def tables(assembly: Assembly) -> dict[str, Any]:
    """Every row of every table."""
    with assembly.database.reading() as session:
        return {
            table.name: [tuple(row) for row in session.execute(select(table))] for table in Base.metadata.sorted_tables
        }
