"""Records that may be one person: what waits, the likeliest first; two people, or later."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue

from crm.duplicates import service as duplicates
from crm.duplicates import words
from crm.duplicates.errors import PairMissing
from crm.duplicates.model import Certainty, Pair, Reason
from crm.people import service as people
from crm.people.errors import PersonMissing
from crm.staff.model import Permission
from crm.values.errors import Invalid
from crm.values.identifiers import PersonId
from crm.web.office import duplicate_words, guard, in_place, person_search, shell
from crm.web.office.duplicate_words import Side
from crm.web.office.supporter_page import find
from crm.web.words import N_

blueprint = Blueprint("duplicates", __name__, url_prefix="/office/duplicates")

SIZE = 20
WHO = N_("Choisissez une autre fiche de la liste.")


@guard.page(blueprint, "", permission=Permission.SUPPORTERS_READ)
def index() -> ResponseReturnValue:
    """The queue: of one certainty where it is asked for."""
    skip = max(request.args.get("skip", 0, type=int), 0)
    certainty, reason = _asked(request.args)
    with shell.assembly().database.reading() as session:
        pairs = duplicates.queue(session, size=SIZE + 1, offset=skip, certainty=certainty, reason=reason)
        counts = {one: duplicates.queue_length(session, certainty=one, reason=reason) for one in (None, *Certainty)}
        everything = duplicates.queue_length(session) if reason else counts[None]
        ids = {number for pair in pairs[:SIZE] for number in (pair.low_id, pair.high_id)}
        sides = duplicate_words.sides(session, people.people(session, ids))
    return shell.show(
        "office/duplicates/queue.html",
        pairs=[_shown(pair, sides) for pair in pairs[:SIZE]],
        total=counts[certainty],
        tabs=[_tab(one, counts[one], certainty, reason) for one in counts],
        everything=everything,
        filtered=_kept(certainty, reason),
        reason=reason.value if reason else "",
        reasons=[(one.value, shell.say(word)) for one, word in words.FOR.items()],
        skip=skip,
        next_skip=skip + SIZE if len(pairs) > SIZE else 0,
    )


def _asked(given: Mapping[str, str]) -> tuple[Certainty | None, Reason | None]:
    """How the queue is filtered; what is no word of ours asks for nothing."""
    certainty, reason = given.get("certainty", ""), given.get("reason", "")
    return (
        Certainty(certainty) if certainty in set(Certainty) else None,
        Reason(reason) if reason in {one.value for one in words.FOR} else None,
    )


def _kept(certainty: Certainty | None, reason: Reason | None) -> dict[str, Any]:
    """The filter as it stands in an address."""
    kept = {"certainty": certainty.value if certainty else "", "reason": reason.value if reason else ""}
    return {name: value for name, value in kept.items() if value}


@guard.page(blueprint, "/<int:one_id>/<int:other_id>/distinct", permission=Permission.DUPLICATES_ACT, methods=("POST",))
def distinct(one_id: int, other_id: int) -> ResponseReturnValue:
    """They are two people: it is remembered."""
    pair = _two(one_id, other_id)
    made = shell.assembly()
    with made.database.transaction() as session:
        duplicates.say_distinct(session, made.sealer, *pair, by=guard.signed_in().account.id, at=shell.now())
    undo = (url_for("duplicates.reopen", one_id=one_id, other_id=other_id), "")
    return _back(N_("C’est noté : deux personnes. Ces fiches ne seront plus rapprochées."), undo=undo)


@guard.page(blueprint, "/<int:one_id>/<int:other_id>/later", permission=Permission.DUPLICATES_ACT, methods=("POST",))
def later(one_id: int, other_id: int) -> ResponseReturnValue:
    """Puts the pair at the end of the queue."""
    pair = _two(one_id, other_id)
    try:
        with shell.assembly().database.transaction() as session:
            duplicates.put_off(session, *pair, at=shell.now())
    except PairMissing:
        return _back(N_("Quelqu’un a déjà décidé."), kind="note")
    return _back(N_("À revoir plus tard : la paire attend en fin de liste."))


@guard.page(blueprint, "/<int:one_id>/<int:other_id>/reopen", permission=Permission.DUPLICATES_ACT, methods=("POST",))
def reopen(one_id: int, other_id: int) -> ResponseReturnValue:
    """Takes back that they are two people."""
    pair = _two(one_id, other_id)
    made = shell.assembly()
    with made.database.transaction() as session:
        duplicates.reopen(session, made.sealer, *pair, by=guard.signed_in().account.id, at=shell.now())
    return _back(N_("La question est de nouveau ouverte."))


@guard.page(blueprint, "/with/<int:person_id>", permission=Permission.DUPLICATES_ACT)
def choose(person_id: int) -> ResponseReturnValue:
    """The form that asks with whom somebody is to be merged."""
    return _choose(person_id)


@guard.page(blueprint, "/with/<int:person_id>", permission=Permission.DUPLICATES_ACT, methods=("POST",))
def chosen(person_id: int) -> ResponseReturnValue:
    """Puts the two side by side; nothing is written."""
    person = find(person_id)
    try:
        with shell.assembly().database.reading() as session:
            other = person_search.chosen(session, without=person.id)
    except (Invalid, PersonMissing):
        return _choose(person_id, wrong=True)
    address = url_for("duplicate_merging.compare", one_id=person.id, other_id=other, keep=person.id, origin="person")
    return shell.back(address)


def _choose(person_id: int, *, wrong: bool = False) -> ResponseReturnValue:
    person = find(person_id)
    who = request.form.get("who", "").strip()[: person_search.LONGEST]
    with shell.assembly().database.reading() as session:
        found = person_search.answers(session, who, without=person.id)
    return in_place.form(
        "merge",
        shell.say(N_("Réunir avec une autre fiche")),
        person,
        status=422 if wrong else 200,
        who=who,
        found=found,
        errors={"who": shell.say(WHO)} if wrong else {},
    )


def _two(one_id: int, other_id: int) -> tuple[PersonId, PersonId]:
    """Two people who are there. Raises `PersonMissing`."""
    with shell.assembly().database.reading() as session:
        there = people.people(session, {PersonId(one_id), PersonId(other_id)})
    if len(there) != 2:
        raise PersonMissing
    return PersonId(one_id), PersonId(other_id)


def _back(message: str, *, kind: str = "done", undo: tuple[str, str] | None = None) -> ResponseReturnValue:
    """To the person's page where one came from there, else to the queue as it was filtered."""
    where = request.form.get("person", 0, type=int)
    if where:
        return shell.back(url_for("supporters.show", person_id=where), shell.say(message), kind=kind, undo=undo)
    address = url_for("duplicates.index", **_kept(*_asked(request.form)))
    return shell.back(address, shell.say(message), kind=kind, undo=undo)


def _shown(pair: Pair, sides: dict[PersonId, Side]) -> dict[str, Any]:
    word, shape = words.CERTAINTIES[pair.certainty]
    return {
        "low": sides[pair.low_id],
        "high": sides[pair.high_id],
        "score": pair.score,
        "word": shell.say(word),
        "shape": shape,
        "because": duplicate_words.because(pair.reasons),
        "but": duplicate_words.but(pair.reasons),
        "is_later": pair.later_at is not None,
    }


def _tab(one: Certainty | None, count: int, active: Certainty | None, reason: Reason | None) -> dict[str, Any]:
    label = N_("Tout") if one is None else words.CERTAINTIES[one][0]
    return {
        "label": shell.say(label),
        "href": url_for("duplicates.index", **_kept(one, reason)),
        "count": count,
        "active": one is active,
    }
