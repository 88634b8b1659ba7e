"""Numbers given and words frozen, for a whole run at once."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select
from sqlalchemy.orm import Session

from crm.attestations import paper, rules, signing, store
from crm.attestations.cabinet import Cabinet
from crm.attestations.errors import InstitutionIncomplete, PapersUnknown
from crm.attestations.keys import Seal
from crm.attestations.model import Fiche, Findings, FiscalKind, Owed, Status, YearRules
from crm.attestations.paper import Institution
from crm.attestations.signing import Signature
from crm.attestations.tables import RunRow
from crm.foundation.bulk import widen
from crm.foundation.settings import Attestations, Organisation
from crm.foundation.signing import Sealer
from crm.foundation.tidying import put_off
from crm.values import enterprise_number
from crm.values.identifiers import AccountId
from crm.values.national_number import NationalNumber
from crm.vault import attesting
from crm.vault.keys import Lock

_LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
_PAIRS = [first + second for first in _LETTERS for second in _LETTERS]


@dataclass(frozen=True, kw_only=True, slots=True)
class House:
    """Who attests, and with which keys."""

    organisation: Organisation
    verify_url: str
    ways: Attestations
    seal: Seal
    cabinet: Cabinet
    vault: Lock
    sealer: Sealer

    @property
    def institution(self) -> Institution:
        """Our legal self. Raises InstitutionIncomplete."""
        known = self.organisation
        number = enterprise_number.enterprise_number(known.enterprise_number)
        if number is None or not all((known.legal_name, known.street, known.postcode, known.locality)):
            raise InstitutionIncomplete
        return Institution(
            name=known.legal_name,
            street=known.street,
            place=f"{known.postcode} {known.locality}",
            enterprise_number=number,
            verify_url=self.verify_url,
        )


@put_off()
def number(
    session: Session,
    house: House,
    run: RunRow,
    findings: Findings,
    in_force: YearRules,
    *,
    at: datetime,
    by: AccountId | None,
    asked: Select[int] | None = None,
) -> None:
    """Writes the attestations of a run, numbered in the order in which they were found.

    `asked`: whose national numbers are opened for it; by default of all who may hold a paper of the year. Raises
    InstitutionIncomplete, and PapersUnknown where the cabinet remembers numbers that the database has forgotten.
    """
    institution = house.institution
    owed = findings.owed
    if not owed:
        return
    if house.cabinet.uids(run.year) - store.uids(session, run.year):
        raise PapersUnknown
    widen(session)
    people = store.possible_holders(run.year) if asked is None else asked
    numbers = attesting.numbers(session, house.vault, house.sealer, people, year=run.year, at=at, by=by)
    first = store.draw_numbers(session, run.year, len(owed))
    ids = store.reserve_ids(session, len(owed))
    signs = signing.in_force(session)
    rows, lines = [], []
    for place, (one, row_id) in enumerate(zip(owed, ids, strict=True)):
        row = frozen(
            house,
            institution,
            one,
            in_force,
            row_id=row_id,
            run_id=run.id,
            number=first + place,
            national=numbers.get(one.identity.person_id),
            fiche_key=f"{run.year}_{secrets.token_hex(6)}",
            at=at,
            signs=signs,
        )
        rows.append([row[name] for name in store.ATTESTATION])
        lines += list(lines_of(row_id, one))
    store.add_many(session, rows, lines)


def frozen(
    house: House,
    institution: Institution,
    owed: Owed,
    in_force: YearRules,
    *,
    row_id: int,
    run_id: int,
    number: int,
    national: NationalNumber | None,
    fiche_key: str,
    at: datetime,
    version: int = 1,
    signs: Signature | None = None,
) -> dict[str, Any]:
    """The columns of one attestation: what it says, sealed, under its number."""
    identity = owed.identity
    tax_number, printed = "", ""
    if identity.kind is FiscalKind.ENTERPRISE:
        tax_number = enterprise_number.enterprise_number(identity.enterprise_number) or ""
        printed = enterprise_number.written(tax_number) if tax_number else ""
    elif national is not None:
        tax_number, printed = national.digits, national.written
    code, uid = new_code(), secrets.token_hex(16)
    words = paper.page(
        owed,
        institution,
        year=in_force.year,
        number=number,
        code=code,
        written_number=printed,
        version=version,
        signature=signs.facts(identity.language) if signs else None,
        sentences=in_force.sentences,
    )
    zones = rules.zones(
        owed,
        in_force,
        number=number,
        fiche_key=fiche_key,
        institution=institution.enterprise_number,
        tax_number=tax_number,
    )
    sealed, keyed = house.seal.close(Fiche(zones=zones, page=words), uid)
    return {
        "id": row_id,
        "run_id": run_id,
        "year": in_force.year,
        "number": number,
        "version": version,
        "status": Status.VALID,
        "person_id": identity.person_id,
        "cents": owed.cents,
        "has_number": bool(tax_number),
        "uid": uid,
        "code": code,
        "fiche_key": fiche_key,
        "sealed": sealed,
        "print": keyed,
        "locked_at": at,
        "leased_until": None,
        "issued_at": None,
        "paper_print": "",
        "problem": "",
        "ended_at": None,
        "ended_by": None,
        "reason": "",
    }


def lines_of(row_id: int, owed: Owed) -> Iterator[list[Any]]:
    """The payments of an attestation, in the order of its columns."""
    for payment in owed.payments:
        yield [row_id, payment.line_id, payment.gift_id, payment.given_on, payment.net_cents]


def new_code() -> str:
    """A code one can read aloud: four groups of four letters and digits that are not mistaken for one another."""
    drawn, groups = secrets.randbelow(len(_PAIRS) ** 8), []
    for _ in range(4):
        drawn, first = divmod(drawn, len(_PAIRS))
        drawn, second = divmod(drawn, len(_PAIRS))
        groups.append(_PAIRS[first] + _PAIRS[second])
    return "-".join(groups)


def tidy_code(typed: str) -> str:
    """The code somebody typed, with or without its dashes."""
    plain = "".join(sign for sign in typed.upper() if sign.isascii() and sign.isalnum())[:16]
    return "-".join(plain[start : start + 4] for start in range(0, len(plain), 4))
