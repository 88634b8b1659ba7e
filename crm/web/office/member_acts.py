"""What a colleague does with a membership: sign up, share it with a household, another kind, leave, come back."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue

from crm.members import service as members
from crm.members import words
from crm.members.errors import AlreadyMember, KindUnknown, MembershipOver
from crm.members.model import ORDINARY, LeaveReason
from crm.people import service as people
from crm.people.errors import PersonMissing
from crm.staff.model import Permission
from crm.values.calendar import brussels_day
from crm.values.errors import Invalid
from crm.values.identifiers import MembershipId, PersonId
from crm.web.office import guard, person_search, shell
from crm.web.office.days import read_day
from crm.web.office.members import page_of
from crm.web.office.noting import note
from crm.web.words import N_

blueprint = Blueprint("member_acts", __name__, url_prefix="/office/members")

DAY = N_("Un jour qui n’est pas à venir.")
OVER = N_("L’adhésion a changé entre-temps : regardez où elle en est.")


@guard.page(blueprint, "/join/<int:person_id>", permission=Permission.MEMBERS_EDIT)
def new(person_id: int) -> ResponseReturnValue:
    """The form that signs somebody up."""
    return _form(PersonId(person_id), {})


@guard.page(blueprint, "/join/<int:person_id>", permission=Permission.MEMBERS_EDIT, methods=("POST",))
def join(person_id: int) -> ResponseReturnValue:
    """Signs somebody up; they are a member once their fee comes."""
    now, kind = shell.now(), request.form.get("kind", ORDINARY)[:40]
    try:
        signed_on = read_day(request.form.get("signed_on", ""), field="signed_on") or brussels_day(now)
        with shell.assembly().database.transaction() as session:
            by = guard.signed_in().account.id
            made = members.join(session, PersonId(person_id), kind=kind, signed_on=signed_on, at=now, by=by)
            note(session, "membership.join", made, {"kind": kind}, subject="membership")
            is_free = members.membership(session, made, on=brussels_day(now)).is_free
    except AlreadyMember:
        return shell.back(_person(person_id), shell.say(N_("Cette personne a déjà une adhésion.")), kind="refused")
    except KindUnknown:
        return _form(PersonId(person_id), {"kind": shell.say(N_("Choisissez un genre de la liste."))})
    except Invalid:
        return _form(PersonId(person_id), {"signed_on": shell.say(DAY)})
    said = N_("L’adhésion est inscrite. Elle prend effet dès que sa cotisation arrive.")
    if is_free:
        said = N_("L’adhésion est inscrite, sans cotisation à payer.")
    return shell.back(url_for("members.show", membership_id=made), shell.say(said))


@guard.page(blueprint, "/<int:membership_id>/share", permission=Permission.MEMBERS_EDIT, methods=("POST",))
def share(membership_id: int) -> ResponseReturnValue:
    """Makes somebody of the household a member by the same fee."""
    now = shell.now()
    try:
        with shell.assembly().database.transaction() as session:
            other = person_search.chosen(session)
            since_on = _day("since_on")
            members.share(session, MembershipId(membership_id), other, since_on=since_on, at=now)
            note(session, "membership.share", membership_id, {"person": other}, subject="membership")
    except AlreadyMember:
        said = N_("Cette personne partage déjà une autre adhésion.")
        return page_of(MembershipId(membership_id), errors={"who": shell.say(said)})
    except MembershipOver:
        return _over(membership_id)
    except Invalid as wrong:
        said = DAY if wrong.field == "since_on" else N_("Choisissez une personne ou une organisation de la liste.")
        return page_of(MembershipId(membership_id), errors={wrong.field or "who": shell.say(said)})
    return _back(membership_id, N_("Cette personne est désormais de cette adhésion."))


@guard.page(blueprint, "/<int:membership_id>/unshare", permission=Permission.MEMBERS_EDIT, methods=("POST",))
def unshare(membership_id: int) -> ResponseReturnValue:
    """Takes somebody out of the membership of a household, from today on."""
    who = PersonId(request.form.get("person_id", 0, type=int))
    try:
        with shell.assembly().database.transaction() as session:
            members.unshare(session, MembershipId(membership_id), who, on=brussels_day(shell.now()))
            note(session, "membership.unshare", membership_id, {"person": who}, subject="membership")
    except MembershipOver:
        return _over(membership_id)
    return _back(membership_id, N_("Cette personne n’est plus de cette adhésion."))


@guard.page(blueprint, "/<int:membership_id>/kind", permission=Permission.MEMBERS_EDIT, methods=("POST",))
def change_kind(membership_id: int) -> ResponseReturnValue:
    """Of another kind from a day on."""
    kind = request.form.get("kind", "")[:40]
    try:
        with shell.assembly().database.transaction() as session:
            members.change_kind(session, MembershipId(membership_id), kind, from_on=_day("from_on"))
            note(session, "membership.kind", membership_id, {"kind": kind}, subject="membership")
    except MembershipOver:
        return _over(membership_id)
    except Invalid as wrong:
        said = N_("Choisissez un genre de la liste.") if wrong.field == "kind" else DAY
        return page_of(MembershipId(membership_id), errors={wrong.field or "kind": shell.say(said)})
    return _back(membership_id, N_("L’adhésion est d’un autre genre dès ce jour."))


@guard.page(blueprint, "/<int:membership_id>/resign", permission=Permission.MEMBERS_EDIT, methods=("POST",))
def resign(membership_id: int) -> ResponseReturnValue:
    """Ends a membership, with the reason."""
    reason, words_said = request.form.get("reason", ""), request.form.get("note", "")[: members.NOTE + 1]
    if reason not in set(words.TOLD):
        return page_of(MembershipId(membership_id), errors={"reason": shell.say(N_("Choisissez une raison."))})
    try:
        with shell.assembly().database.transaction() as session:
            members.resign(
                session,
                MembershipId(membership_id),
                on=_day("on"),
                reason=LeaveReason(reason),
                note=words_said,
                at=shell.now(),
            )
            note(session, "membership.resign", membership_id, {"reason": reason}, subject="membership")
    except MembershipOver:
        return _over(membership_id)
    except Invalid as wrong:
        said = DAY if wrong.field == "on" else N_("Quelques mots suffisent.")
        return page_of(MembershipId(membership_id), errors={wrong.field or "on": shell.say(said)})
    return shell.back(
        url_for("members.show", membership_id=membership_id),
        shell.say(N_("L’adhésion est terminée.")),
        undo=(url_for("member_acts.reopen", membership_id=membership_id), ""),
    )


@guard.page(blueprint, "/<int:membership_id>/reopen", permission=Permission.MEMBERS_EDIT, methods=("POST",))
def reopen(membership_id: int) -> ResponseReturnValue:
    """Takes the end of a membership back."""
    try:
        with shell.assembly().database.transaction() as session:
            members.reopen(session, MembershipId(membership_id))
            note(session, "membership.reopen", membership_id, subject="membership")
    except AlreadyMember:
        said = N_("Cette personne a entre-temps une autre adhésion.")
        return shell.back(url_for("members.show", membership_id=membership_id), shell.say(said), kind="refused")
    except MembershipOver:
        return _over(membership_id)
    return _back(membership_id, N_("L’adhésion court à nouveau, comme avant."))


def _form(person_id: PersonId, errors: dict[str, str]) -> ResponseReturnValue:
    today = brussels_day(shell.now())
    with shell.assembly().database.reading() as session:
        person = people.find_survivor(session, person_id)
        if person is None:
            raise PersonMissing
        names = words.kind_names(members.kinds(session), shell.language())
        several = [(one, members.rate_on(session, one.code, today)) for one in members.kinds(session) if one.is_open]
    return shell.show(
        "office/members/join.html",
        status=422 if errors else 200,
        person=person,
        kinds=[
            (one.code, names[one.code] + (f" · {shell.money(rate.fee_cents)}" if rate and rate.fee_cents else ""))
            for one, rate in several
        ],
        today=today,
        typed=request.form,
        errors=errors,
    )


def _day(field: str) -> date:
    return read_day(request.form.get(field, ""), field=field) or brussels_day(shell.now())


def _person(person_id: int) -> str:
    return url_for("supporters.show", person_id=person_id)


def _over(membership_id: int) -> ResponseReturnValue:
    return shell.back(url_for("members.show", membership_id=membership_id), shell.say(OVER), kind="refused")


def _back(membership_id: int, said: str) -> ResponseReturnValue:
    return shell.back(url_for("members.show", membership_id=membership_id), shell.say(said))
