"""Who signs the papers, and with which picture: one proposes, another decides; what was frozen keeps its own."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.attestations import drawings
from crm.attestations.errors import FourEyes, RulesMissing
from crm.attestations.keys import Seal
from crm.attestations.tables import SignatureRow
from crm.attestations.wording import wording
from crm.foundation.database import hold
from crm.values.errors import Invalid
from crm.values.identifiers import AccountId
from crm.values.languages import Language

LONGEST = 80
NOBODY: Mapping[str, str] = {}


@dataclass(frozen=True, kw_only=True, slots=True)
class Signature:
    """A signature as it was proposed. Without a `signer` it says that papers carry none; `roles` by language."""

    id: int
    signer: str
    roles: Mapping[Language, str]
    proposed_at: datetime
    proposed_by: AccountId
    decided_at: datetime | None
    decided_by: AccountId | None
    is_accepted: bool

    def facts(self, language: Language) -> dict[str, str]:
        """What a page says of it: nothing where there is none."""
        if not self.signer:
            return {}
        words = wording(language)
        role = self.roles.get(Language(words.language)) or self.roles.get(Language.FR, "")
        alt = words.signature.format(name=self.signer)
        return {"id": str(self.id), "signer": self.signer, "role": role, "alt": alt}


def propose(
    session: Session,
    seal: Seal,
    picture: bytes,
    *,
    signer: str,
    roles: Mapping[Language, str],
    proof: Callable[[str], object],
    at: datetime,
    by: AccountId,
) -> Signature:
    """Proposes a signature; somebody else decides. `proof` draws it, and raises where it cannot be. Raises Invalid."""
    name = " ".join(signer.split())
    words = (name, *roles.values())
    if not name or max(map(len, words)) > LONGEST or not "".join(words).isprintable():
        raise Invalid("whoever signs has a name of one line", field="signer")
    drawn = drawings.drawing(picture)
    try:
        proof(drawn)
    except (RuntimeError, ValueError):
        raise Invalid("the picture cannot be drawn", field="picture") from None
    return _add(session, seal, drawn, signer=name, roles=roles, at=at, by=by)


def propose_none(session: Session, seal: Seal, *, at: datetime, by: AccountId) -> Signature:
    """Proposes that papers carry no signature any more."""
    return _add(session, seal, "", signer="", roles={}, at=at, by=by)


def decide(session: Session, signature_id: int, *, accepts: bool, at: datetime, by: AccountId) -> Signature:
    """Accepts or refuses it. Raises RulesMissing, and FourEyes for whoever proposed it."""
    hold(session, "attestation signature")
    row = session.get(SignatureRow, signature_id, populate_existing=True)
    if row is None or row.decided_at is not None:
        raise RulesMissing
    if row.proposed_by == by:
        raise FourEyes
    row.decided_at, row.decided_by, row.is_accepted = at, by, accepts
    session.flush()
    return _signature(row)


def in_force(session: Session) -> Signature | None:
    """The signature that papers carry which are numbered now; None where they carry none."""
    row = SignatureRow
    query = select(row).where(row.is_accepted).order_by(row.decided_at.desc(), row.id.desc()).limit(1)
    found = session.scalar(query)
    return _signature(found) if found is not None and found.signer else None


def waiting(session: Session) -> tuple[Signature, ...]:
    """Those that wait for a second person, in order."""
    query = select(SignatureRow).where(SignatureRow.decided_at.is_(None)).order_by(SignatureRow.id)
    return tuple(_signature(row) for row in session.scalars(query))


def find(session: Session, signature_id: int) -> Signature | None:
    """The signature of that number."""
    row = session.get(SignatureRow, signature_id)
    return None if row is None else _signature(row)


def drawn(session: Session, seal: Seal) -> dict[str, str]:
    """Every picture that a frozen page may name, by the number it is named with; SVG. Raises `Undecipherable`."""
    row = SignatureRow
    rows = session.execute(select(row.id, row.sealed, row.uid).where(row.sealed != ""))
    return {str(row_id): seal.picture(sealed, uid) for row_id, sealed, uid in rows}


def dressed(page: Mapping[str, Any], pictures: Mapping[str, str]) -> dict[str, Any]:
    """A frozen page as it is printed: with the picture of the signature it names. Raises KeyError where it is gone."""
    known = page.get("signature") or NOBODY
    return {**page, "signature": {**known, "drawing": pictures[known["id"]]} if known else {}}


def _add(
    session: Session, seal: Seal, drawn: str, *, signer: str, roles: Mapping[Language, str], at: datetime, by: AccountId
) -> Signature:
    uid = secrets.token_hex(16)
    row = SignatureRow(
        uid=uid,
        signer=signer,
        role_fr=roles.get(Language.FR, ""),
        role_nl=roles.get(Language.NL, ""),
        role_de=roles.get(Language.DE, ""),
        sealed=seal.close_picture(drawn, uid) if drawn else "",
        proposed_at=at,
        proposed_by=by,
        is_accepted=False,
    )
    session.add(row)
    session.flush()
    return _signature(row)


def _signature(row: SignatureRow) -> Signature:
    return Signature(
        id=row.id,
        signer=row.signer,
        roles={Language.FR: row.role_fr, Language.NL: row.role_nl, Language.DE: row.role_de},
        proposed_at=row.proposed_at,
        proposed_by=AccountId(row.proposed_by),
        decided_at=row.decided_at,
        decided_by=None if row.decided_by is None else AccountId(row.decided_by),
        is_accepted=row.is_accepted,
    )
