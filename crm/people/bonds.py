"""The door for what many are bound to at once (organisations, households, tags): held, written, taken back set-wise."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from crm.foundation import pointing
from crm.foundation.database import hold
from crm.people import bonds_store as store
from crm.people.model import Position, Sensitivity, TieKind
from crm.people.settling import Written
from crm.people.taking_back import Kept
from crm.values.folding import folded
from crm.values.identifiers import PersonId
from crm.values.languages import Language

TIE, HOME, KNOWN_AS, ENVELOPE, AT_HOME, TAG, TAGGED = (
    *("tie", "household", "household-known-as", "household-envelope", "household-member"),
    *("tag", "person-tag"),
)
"""What is written, as `Written` names it."""
ON_ENVELOPE = 2


@dataclass(frozen=True, kw_only=True, slots=True)
class Binding:
    """What is new of one person: whose contact they are, which household they join, which tags they get.

    `home` is what another system calls the household; `adopts` one of ours that gets that name.
    """

    person_id: PersonId
    language: Language
    is_living: bool = True
    other_id: PersonId | None = None
    kind: TieKind = TieKind.CONTACT
    home: str = ""
    joins: bool = False
    adopts: int | None = None
    envelope: str = ""
    tags: tuple[str, ...] = ()


def ties(session: Session, person_ids: Collection[int]) -> set[tuple[int, int, TieKind]]:
    """What those people are to others: (person, other, what)."""
    return store.ties_from(session, person_ids)


def people_of(session: Session, organisation_ids: Collection[int]) -> set[tuple[int, int]]:
    """Who belongs to those organisations today, as anything: (person, organisation)."""
    return store.ties_to(session, organisation_ids)


def homes(session: Session, names: Collection[str]) -> dict[str, str]:
    """Of households that another system calls so what stands on their envelope by hand."""
    return {name: envelope for name, (_, envelope) in store.homes_called(session, names).items()}


def homes_of(session: Session, person_ids: Collection[int]) -> dict[int, list[tuple[int, str]]]:
    """The households of each: ours number, and what another system calls it (empty: nothing)."""
    return store.homes_of(session, person_ids)


def tagged(session: Session, person_ids: Collection[int]) -> set[tuple[int, str]]:
    """The tags of each, by folded name."""
    return store.tagged(session, person_ids)


def sensitivities(session: Session, names: Collection[str]) -> dict[str, Sensitivity]:
    """Of the tags of those folded names that there are, how sensitive they are."""
    return {name: sensitivity for name, (_, sensitivity) in store.tags_named(session, names).items()}


def bring(session: Session, bindings: Sequence[Binding], *, source: str, at: datetime) -> list[tuple[int, Written]]:
    """Writes all of that; what was written, each with the place of its binding."""
    if any(one.tags for one in bindings):
        hold(session, "tags")
    return [
        *_bring_homes(session, bindings, at),
        *_bring_tags(session, bindings, source, at),
        *_bring_ties(session, bindings, at),
    ]


def _bring_ties(session: Session, bindings: Sequence[Binding], at: datetime) -> list[tuple[int, Written]]:
    new = [(place, one, one.other_id) for place, one in enumerate(bindings) if one.other_id is not None]
    ids = store.insert_ties(session, [(one.person_id, other, one.kind) for _, one, other in new], at)
    return [
        (place, _new(TIE, number, one.person_id, {"other": other, "kind": one.kind.value}))
        for number, (place, one, other) in zip(ids, new, strict=True)
    ]


def _bring_homes(session: Session, bindings: Sequence[Binding], at: datetime) -> list[tuple[int, Written]]:
    there = store.homes_called(session, {one.home for one in bindings if one.home})
    number_of = {name: number for name, (number, _) in there.items()}
    written: list[tuple[int, Written]] = []
    for place, one in enumerate(bindings):
        if one.adopts is not None:
            store.call_home(session, one.adopts, one.home)
            number_of[one.home] = one.adopts
            named = Written(
                what=KNOWN_AS, target_id=one.adopts, person_id=one.person_id, before={}, after={"known_as": one.home}
            )
            written.append((place, named))
    new: dict[str, tuple[int, Binding]] = {}
    for place, one in enumerate(bindings):
        if one.joins and one.home not in number_of:
            new.setdefault(one.home, (place, one))
    ids = store.insert_homes(session, [(name, one.language) for name, (_, one) in new.items()], at)
    for number, (name, (place, one)) in zip(ids, new.items(), strict=True):
        number_of[name] = number
        written.append((place, _new(HOME, number, one.person_id, {"known_as": name})))
    written += _bring_members(session, bindings, number_of, at)
    for place, one in enumerate(bindings):
        if one.envelope:
            number = number_of[one.home]
            store.name_home(session, number, one.envelope)
            written.append((place, _new(ENVELOPE, number, one.person_id, {"envelope": one.envelope})))
    return written


def _bring_members(
    session: Session, bindings: Sequence[Binding], number_of: Mapping[str, int], at: datetime
) -> list[tuple[int, Written]]:
    joining = [(place, one) for place, one in enumerate(bindings) if one.joins]
    several = store.members_counted(session, {number_of[one.home] for _, one in joining})
    rows, written = [], []
    for place, one in joining:
        number = number_of[one.home]
        members, named = several.get(number, (0, 0))
        position = (Position.HEAD, Position.PARTNER)[members] if members < ON_ENVELOPE else Position.OTHER
        is_named = one.is_living and named < ON_ENVELOPE
        several[number] = members + 1, named + is_named
        rows.append((number, one.person_id, position, is_named))
        after = {"position": position.value, "is_on_envelope": is_named}
        written.append((place, _new(AT_HOME, number, one.person_id, after)))
    store.insert_members(session, rows, at)
    return written


def _bring_tags(session: Session, bindings: Sequence[Binding], source: str, at: datetime) -> list[tuple[int, Written]]:
    wanted = [(place, one, name) for place, one in enumerate(bindings) for name in one.tags]
    there = store.tags_named(session, {folded(name) for _, _, name in wanted})
    number_of = {name: number for name, (number, _) in there.items()}
    new: dict[str, tuple[int, Binding, str]] = {}
    for place, one, name in wanted:
        if folded(name) not in number_of:
            new.setdefault(folded(name), (place, one, name))
    ids = store.insert_tags(session, [name for _, _, name in new.values()], at)
    number_of |= dict(zip(new, ids, strict=True))
    written = [
        (place, _new(TAG, number, one.person_id, {"name": name}))
        for number, (place, one, name) in zip(ids, new.values(), strict=True)
    ]
    store.insert_tagged(session, [(one.person_id, number_of[folded(name)]) for _, one, name in wanted], source, at)
    return written + [
        (place, _new(TAGGED, number_of[folded(name)], one.person_id, {"source": source})) for place, one, name in wanted
    ]


def _new(what: str, target_id: int, person_id: int, after: Mapping[str, object]) -> Written:
    return Written(what=what, target_id=target_id, person_id=person_id, before={}, after=after)


def take_back(session: Session, written: Sequence[Written]) -> list[Kept | None]:
    """For each thing of these that was written, None where it is undone, else why it stays.

    What binds people goes before what was made for it: a household or a tag stays where others have it by now.
    """
    outcome: list[Kept | None] = [None] * len(written)
    for what, act in (
        (TIE, _take_ties),
        (TAGGED, _take_tagged),
        (AT_HOME, _take_members),
        (ENVELOPE, _take_envelopes),
        (KNOWN_AS, _take_names),
        (TAG, _take_tags),
        (HOME, _take_homes),
    ):
        places = [place for place, one in enumerate(written) if one.what == what]
        own = [written[place] for place in places]
        for place, kept in zip(places, act(session, own) if own else (), strict=True):
            outcome[place] = kept
    return outcome


def _take_ties(session: Session, own: Sequence[Written]) -> list[Kept | None]:
    held = store.ties_numbered(session, [one.target_id for one in own])
    outcome = [
        Kept.GONE
        if (row := held.get(one.target_id)) is None
        else None
        if row == (one.person_id, one.after["other"], one.after["kind"], None, None)
        else Kept.CHANGED
        for one in own
    ]
    store.delete_ties(session, [one.target_id for one, kept in zip(own, outcome, strict=True) if kept is None])
    return outcome


def _take_tagged(session: Session, own: Sequence[Written]) -> list[Kept | None]:
    held = store.tagged_by(session, [(one.person_id, one.target_id) for one in own])
    outcome = [None if held.get((one.person_id, one.target_id)) == one.after["source"] else Kept.GONE for one in own]
    store.delete_tagged(session, [(o.person_id, o.target_id) for o, k in zip(own, outcome, strict=True) if k is None])
    return outcome


def _take_members(session: Session, own: Sequence[Written]) -> list[Kept | None]:
    held = store.members_at(session, [(one.target_id, one.person_id) for one in own])
    outcome = [
        Kept.GONE
        if (row := held.get((one.target_id, one.person_id))) is None
        else None
        if row == (one.after["position"], one.after["is_on_envelope"])
        else Kept.CHANGED
        for one in own
    ]
    done = [(o.target_id, o.person_id) for o, kept in zip(own, outcome, strict=True) if kept is None]
    store.delete_members(session, done)
    return outcome


def _take_envelopes(session: Session, own: Sequence[Written]) -> list[Kept | None]:
    held = store.homes_numbered(session, [one.target_id for one in own])
    outcome: list[Kept | None] = []
    for one in own:
        row = held.get(one.target_id)
        kept = Kept.GONE if row is None else None if row.envelope_name == one.after["envelope"] else Kept.CHANGED
        if kept is None:
            store.name_home(session, one.target_id, "")
        outcome.append(kept)
    return outcome


def _take_names(session: Session, own: Sequence[Written]) -> list[Kept | None]:
    held = store.homes_numbered(session, [one.target_id for one in own])
    outcome: list[Kept | None] = []
    for one in own:
        row = held.get(one.target_id)
        kept = Kept.GONE if row is None else None if row.known_as == one.after["known_as"] else Kept.CHANGED
        if kept is None:
            store.call_home(session, one.target_id, None)
        outcome.append(kept)
    return outcome


def _take_tags(session: Session, own: Sequence[Written]) -> list[Kept | None]:
    ids = [one.target_id for one in own]
    held, used = store.tags_numbered(session, ids), pointing.pointing_at(session, "tag", ids)
    outcome = [
        Kept.GONE
        if (row := held.get(one.target_id)) is None
        else Kept.USED
        if one.target_id in used
        else None
        if row == (one.after["name"], Sensitivity.ORDINARY)
        else Kept.CHANGED
        for one in own
    ]
    store.delete_tags(session, [one.target_id for one, kept in zip(own, outcome, strict=True) if kept is None])
    return outcome


def _take_homes(session: Session, own: Sequence[Written]) -> list[Kept | None]:
    ids = [one.target_id for one in own]
    held, used = store.homes_numbered(session, ids), pointing.pointing_at(session, "household", ids)
    outcome: list[Kept | None] = []
    for one in own:
        row = held.get(one.target_id)
        if row is None:
            outcome.append(Kept.GONE)
        elif one.target_id in used:
            outcome.append(Kept.USED)
        else:
            is_as_made = row.known_as == one.after["known_as"] and not row.envelope_name and not row.greeting
            outcome.append(None if is_as_made else Kept.CHANGED)
    store.delete_homes(session, [one.target_id for one, kept in zip(own, outcome, strict=True) if kept is None])
    return outcome
