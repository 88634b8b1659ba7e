"""Among whom an edition looks for its readers, as a select: a version of a segment, or whom an appeal asks."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select
from sqlalchemy.orm import Session

from crm.fundraising import editions as appeals
from crm.fundraising import selects as fundraising
from crm.segments import service as segments
from crm.segments.catalogue import Catalogue
from crm.segments.selects import members
from crm.values.languages import Language
from mailing.composition.model import Among, Edition, Newsletter
from mailing.delivery.errors import EditionNotReady


def people(
    session: Session, among: Among | None, catalogue: Catalogue | None, *, at: datetime
) -> Select[*tuple[Any, ...]] | None:
    """The `person_id` of those people; None for everybody.

    Raises `EditionNotReady` where nobody can say who is in that segment: nothing goes to more people than was meant.
    """
    if among is None:
        return None
    if among.appeal_id is not None:
        return fundraising.readers(among.appeal_id, among.cell_id)
    if catalogue is None or among.segment_id is None:
        raise EditionNotReady("nobody said how segments are asked")
    every = {one.number: one.tree for one in segments.versions(session, among.segment_id)}
    if among.version not in every:
        raise EditionNotReady("the segment has no such version")
    tree = every[among.version]
    definition = segments.definition(tree, segments.picks(session, among.segment_id))
    return members(definition, segments.question(session, catalogue, [tree], at=at))


@dataclass(frozen=True, kw_only=True, slots=True)
class Coded:
    """By which code of an appeal each reader answers: every code there is, and a select of person_id, source_code."""

    codes: tuple[str, ...]
    people: Select[*tuple[Any, ...]]


def coded(session: Session, among: Among | None) -> Coded | None:
    """The codes of the appeal that an edition goes out for; None where it goes out for none."""
    if among is None or among.appeal_id is None:
        return None
    codes, people = appeals.source_codes(session, among.appeal_id, among.cell_id)
    return Coded(codes=codes, people=people)


def leaving(session: Session, among: Among | None, *, at: datetime) -> None:
    """Before an edition fixes its readers: an appeal by mail lets go of whoever has died or said no since."""
    if among is not None and among.appeal_id is not None:
        appeals.leave(session, among.appeal_id, at=at)


def left(
    session: Session,
    edition: Edition,
    newsletter: Newsletter,
    readers: int,
    languages: Collection[Language] | None,
    *,
    at: datetime,
) -> None:
    """An appeal by mail hears that it left, for how many, of which languages (None: any)."""
    among = edition.among
    if among is not None and among.appeal_id is not None:
        name = f"{newsletter.name} {edition.number}"
        appeals.left(
            session,
            among.appeal_id,
            among.cell_id,
            edition=name,
            readers=readers,
            languages=languages,
            by=edition.approved_by,
            at=at,
        )
