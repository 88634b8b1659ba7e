"""Two records side by side, made one, and two again."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue

from crm.duplicates import merges, words
from crm.duplicates.errors import (
    AlreadyMerged,
    AlreadyUndone,
    ChangedSince,
    KindsDiffer,
    MergeMissing,
    OuterMergeStands,
    SamePerson,
)
from crm.duplicates.model import LIKELY_FROM, PROPOSED_FROM, Comparison
from crm.people import service as people
from crm.people.merging import FIELDS
from crm.people.model import Person
from crm.staff.model import Permission
from crm.values.identifiers import MergeId, PersonId
from crm.web.office import duplicate_words, guard, shell
from crm.web.words import N_

blueprint = Blueprint("duplicate_merging", __name__, url_prefix="/office/duplicates")

PREFIX = "field-"
BOTH = N_("Un refus, un décès ou un gel noté entre-temps, sans qu’on sache de qui, est maintenant sur les deux fiches.")


@guard.page(blueprint, "/<int:one_id>/<int:other_id>", permission=Permission.DUPLICATES_ACT)
def compare(one_id: int, other_id: int) -> ResponseReturnValue:
    """Field by field, what would be united, what to mind. `keep` says whose record stays."""
    made = shell.assembly()
    keep = request.args.get("keep", 0, type=int)
    try:
        with made.database.reading() as session:
            found = merges.compare(
                session,
                made.pointers,
                PersonId(one_id),
                PersonId(other_id),
                keep=PersonId(keep) if keep else None,
            )
            both = {one.id: one for one in (found.survivor, found.loser)}
            sides = duplicate_words.sides(session, both)
    except AlreadyMerged as merged:
        return _already(merged.survivor_id)
    except (SamePerson, KindsDiffer) as wrong:
        return _impossible(wrong, one_id)
    word, shape = words.CERTAINTIES[found.likeness.certainty]
    return shell.show(
        "office/duplicates/compare.html",
        found=found,
        left=sides[found.survivor.id],
        right=sides[found.loser.id],
        fields=_fields(found),
        seen=merges.sight(found.fields),
        ways=_ways(sides[found.survivor.id], sides[found.loser.id]),
        holdings=duplicate_words.holdings(found.holdings, found.survivor.id, found.loser.id),
        word=shell.say(word),
        shape=shape,
        is_alike=found.likeness.score >= PROPOSED_FROM,
        is_likely=found.likeness.score >= LIKELY_FROM,
        because=duplicate_words.because(found.likeness.reasons),
        but=duplicate_words.but(found.likeness.reasons),
        origin="person" if request.args.get("origin") == "person" else "",
    )


@guard.page(blueprint, "/merge", permission=Permission.DUPLICATES_ACT, methods=("POST",))
def merge() -> ResponseReturnValue:
    """Makes the two one, as the form says. Of two colleagues who do it at once, the second reads who is left."""
    made = shell.assembly()
    survivor_id = PersonId(request.form.get("survivor", 0, type=int))
    loser_id = PersonId(request.form.get("loser", 0, type=int))
    sides = {"survivor": survivor_id, "loser": loser_id}
    wanted = {name: request.form.get(PREFIX + name, "") for name in FIELDS}
    try:
        with made.database.transaction() as session:
            done = merges.merge(
                session,
                made.sealer,
                made.pointers,
                survivor_id=survivor_id,
                loser_id=loser_id,
                chosen={name: sides[side] for name, side in wanted.items() if side in sides},
                by=guard.signed_in().account.id,
                at=shell.now(),
                seen=request.form.get("seen") or None,
            )
    except AlreadyMerged as merged:
        return _already(merged.survivor_id)
    except ChangedSince:
        origin = request.form.get("origin") or None
        again = url_for(
            "duplicate_merging.compare", one_id=survivor_id, other_id=loser_id, keep=survivor_id, origin=origin
        )
        said = N_("Une des fiches vient de changer : voici ce qu’elles disent maintenant. Rien n’est encore réuni.")
        return shell.back(again, shell.say(said), kind="refused")
    except (SamePerson, KindsDiffer) as wrong:
        return _impossible(wrong, survivor_id)
    undo = (url_for("duplicate_merging.unmerge", merge_id=done.id), "")
    if request.form.get("origin") == "person":
        address = url_for("supporters.show", person_id=survivor_id)
    else:
        address = url_for("duplicates.index")
    return shell.back(address, shell.say(N_("C’est une seule fiche. Rien n’est effacé.")), undo=undo)


@guard.page(blueprint, "/merges/<int:merge_id>/undo", permission=Permission.DUPLICATES_ACT, methods=("POST",))
def unmerge(merge_id: int) -> ResponseReturnValue:
    """Gives each their own again, and says what somebody changed since."""
    made = shell.assembly()
    with made.database.reading() as session:
        found = merges.find(session, MergeId(merge_id))
    if found is None:
        raise MergeMissing
    address = url_for("supporters.show", person_id=found.survivor_id)
    try:
        with made.database.transaction() as session:
            undone = merges.undo(
                session,
                made.sealer,
                made.pointers,
                MergeId(merge_id),
                by=guard.signed_in().account.id,
                at=shell.now(),
            )
    except AlreadyUndone:
        return shell.back(address, shell.say(N_("C’était déjà séparé.")), kind="note")
    except OuterMergeStands as outer:
        address = url_for("supporters.show", person_id=outer.survivor_id)
        said = N_("Cette fiche a été réunie depuis avec une autre : séparez d’abord celles-là.")
        return shell.back(address, shell.say(said), kind="refused")
    also = f" {shell.say(BOTH)}" if undone.both else ""
    if undone.kept:
        said = shell.say_count(
            N_("Les fiches sont de nouveau deux. Une valeur changée depuis reste comme elle est."),
            N_("Les fiches sont de nouveau deux. %(n)s valeurs changées depuis restent comme elles sont."),
            undone.kept,
        )
        return shell.back(address, said + also)
    return shell.back(address, shell.say(N_("Les fiches sont de nouveau deux, chacune avec les siens.")) + also)


def _fields(found: Comparison) -> list[dict[str, Any]]:
    """Every field of which either says something: those that differ ask for a choice."""
    differing = {choice.field: choice for choice in found.fields}
    shown = []
    for name in FIELDS:
        held = [duplicate_words.value(name, getattr(one, name)) for one in (found.survivor, found.loser)]
        choice = differing.get(name)
        if choice is None and not any(held):
            continue
        shown.append(
            {
                "name": PREFIX + name,
                "label": duplicate_words.field(name),
                "left": held[0],
                "right": held[1],
                "differs": choice is not None,
                "kept": "survivor" if choice is None or choice.kept_of == found.survivor.id else "loser",
            }
        )
    return shown


def _ways(left: duplicate_words.Side, right: duplicate_words.Side) -> list[tuple[str, bool]]:
    """(way to reach them, comes from the other record) of the record that stays, once it has both."""
    return [(way, False) for way in left.ways] + [(way, True) for way in right.ways if way not in left.ways]


def _already(survivor_id: PersonId) -> ResponseReturnValue:
    """The page of whoever comes second: nothing was done, and where the one record is."""
    with shell.assembly().database.reading() as session:
        survivor: Person | None = people.find_survivor(session, survivor_id)
    return shell.show(
        "office/duplicates/refused.html",
        status=409,
        title=shell.say(N_("Quelqu’un vient de réunir ces fiches")),
        said=shell.say(N_("Rien n’a été fait deux fois : elles n’en font plus qu’une. Vos choix n’ont rien changé.")),
        person=survivor,
    )


def _impossible(wrong: SamePerson | KindsDiffer, person_id: int) -> ResponseReturnValue:
    with shell.assembly().database.reading() as session:
        person = people.find_survivor(session, PersonId(person_id))
    same, kinds = (
        N_("C’est deux fois la même fiche : il n’y a rien à réunir."),
        N_("Une personne et une organisation ne sont jamais une seule fiche. Vous pouvez noter un lien entre elles."),
    )
    return shell.show(
        "office/duplicates/refused.html",
        status=422,
        title=shell.say(N_("Ces fiches ne se réunissent pas")),
        said=shell.say(same if isinstance(wrong, SamePerson) else kinds),
        person=person,
    )
