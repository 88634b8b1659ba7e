"""General assemblies: who votes, the list as a file, the convocation, who represents whom."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any

from flask import Blueprint, Response, abort, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from crm.foundation import documents
from crm.foundation.csv_out import csv_lines
from crm.members import assemblies, convocation_letters, convoking, words
from crm.members import service as members
from crm.members.errors import MembershipOver, ProxyRefused
from crm.people import contacts
from crm.people import service as people
from crm.people.rules import shown_number
from crm.staff.model import Permission
from crm.values.calendar import brussels_day
from crm.values.errors import Invalid
from crm.values.identifiers import AssemblyId, PersonId
from crm.web.office import guard, person_search, shell
from crm.web.office.days import read_day
from crm.web.office.noting import note
from crm.web.office.supporter_proof import download
from crm.web.words import N_

blueprint = Blueprint("assemblies", __name__, url_prefix="/office/members/assemblies")

SIZE = 100
FIELDS = ("title", "held_on", "place", "agenda", "voters_on")
WRONG = {
    "title": N_("Donnez un nom à cette assemblée."),
    "held_on": N_("Choisissez le jour de l’assemblée."),
    "place": N_("Le lieu tient en une ligne."),
    "agenda": N_("L’ordre du jour est trop long."),
    "voters_on": N_("Le droit de vote s’établit au plus tard le jour de l’assemblée."),
}


@guard.page(blueprint, "", permission=Permission.MEMBERS_READ)
def index() -> ResponseReturnValue:
    """All assemblies, and the form of a new one."""
    return _list({})


@guard.page(blueprint, "", permission=Permission.MEMBERS_EDIT, methods=("POST",))
def add() -> ResponseReturnValue:
    """A new assembly."""
    try:
        facts = _read()
        with shell.assembly().database.transaction() as session:
            made = assemblies.plan(session, **facts)
            note(session, "assembly.add", made, subject="assembly")
    except Invalid as wrong:
        return _list({wrong.field or "title": shell.say(WRONG[wrong.field or "title"])})
    return shell.back(url_for("assemblies.show", assembly_id=made), shell.say(N_("L’assemblée est inscrite.")))


@guard.page(blueprint, "/<int:assembly_id>", permission=Permission.MEMBERS_READ)
def show(assembly_id: int) -> ResponseReturnValue:
    """An assembly: its voters, who was asked to come, who represents whom."""
    return _page(AssemblyId(assembly_id))


@guard.page(blueprint, "/<int:assembly_id>", permission=Permission.MEMBERS_EDIT, methods=("POST",))
def change(assembly_id: int) -> ResponseReturnValue:
    """Changes one that nobody was asked to yet."""
    try:
        facts = _read()
        with shell.assembly().database.transaction() as session:
            assemblies.change(session, AssemblyId(assembly_id), **facts)
            note(session, "assembly.change", assembly_id, subject="assembly")
    except MembershipOver:
        said = N_("La convocation est partie : l’assemblée ne change plus.")
        return shell.back(url_for("assemblies.show", assembly_id=assembly_id), shell.say(said), kind="refused")
    except Invalid as wrong:
        return _page(AssemblyId(assembly_id), {wrong.field or "title": shell.say(WRONG[wrong.field or "title"])})
    return shell.back(url_for("assemblies.show", assembly_id=assembly_id), shell.say(N_("C’est enregistré.")))


@guard.page(blueprint, "/<int:assembly_id>/convoke", permission=Permission.MEMBERS_EDIT, methods=("POST",))
def convoke(assembly_id: int) -> ResponseReturnValue:
    """Lets the convocation leave: mails by the clock, letters as soon as a colleague prints them."""
    try:
        with shell.assembly().database.transaction() as session:
            found = assemblies.find(session, AssemblyId(assembly_id))
            voters = assemblies.count_voters(session, found)
            by = guard.signed_in().account.id
            assemblies.convoke(session, found.id, at=shell.now(), by=by)
            note(session, "assembly.convoke", assembly_id, {"voters": voters}, subject="assembly")
    except Invalid:
        said = N_("Cette assemblée a déjà eu lieu : personne n’y est plus convoqué.")
        return shell.back(url_for("assemblies.show", assembly_id=assembly_id), shell.say(said), kind="refused")
    said = N_("La convocation part dans les minutes qui viennent.")
    return shell.back(url_for("assemblies.show", assembly_id=assembly_id), shell.say(said))


@guard.page(blueprint, "/<int:assembly_id>/letters", permission=Permission.MEMBERS_EDIT, methods=("POST",))
def letters(assembly_id: int) -> ResponseReturnValue:
    """The convocations by post as one file, each voter in one file only: they count as asked once it is made."""
    number, now = AssemblyId(assembly_id), shell.now()
    with shell.assembly().database.transaction() as session:
        who = convoking.write_letters(session, assemblies.find(session, number), at=now)
        note(session, "assembly.letters", assembly_id, {"letters": len(who)}, subject="assembly")
    if not who:
        said = shell.say(N_("Aucune lettre n’attend."))
        return shell.back(url_for("assemblies.show", assembly_id=assembly_id), said, kind="note")
    return _printed(number, who)


@guard.page(blueprint, "/<int:assembly_id>/letters/again", permission=Permission.MEMBERS_EDIT, methods=("POST",))
def print_again(assembly_id: int) -> ResponseReturnValue:
    """A file of letters once more, as when the printer jammed: the same people, nobody else."""
    number = AssemblyId(assembly_id)
    try:
        made_at = datetime.fromisoformat(request.form.get("made_at", ""))
    except ValueError:
        abort(404)
    with shell.assembly().database.transaction() as session:
        who = convoking.written(session, number, made_at) if made_at.tzinfo else ()
        note(session, "assembly.letters-again", assembly_id, {"letters": len(who)}, subject="assembly")
    if not who:
        abort(404)
    return _printed(number, who)


def _printed(assembly_id: AssemblyId, who: Collection[PersonId]) -> Response:
    made, today = shell.assembly(), brussels_day(shell.now())
    with made.database.reading() as session:
        found = assemblies.find(session, assembly_id)
        known, homes = people.people(session, who), contacts.letter_homes_on(session, who, today)
        with_proxies = members.rules_on(session, found.held_on).proxies_most > 0
    letters = [convocation_letters.Letter(person=known[one], address=homes[one]) for one in who if one in homes]
    page = convocation_letters.facts(
        letters, found, made.settings.organisation, with_proxies=with_proxies, language=shell.language(), on=today
    )
    name = f"convocations-{found.held_on}.pdf"
    return download(documents.pdf("letters", page, at=shell.now()), name, "application/pdf")


@guard.page(blueprint, "/<int:assembly_id>/file", permission=Permission.SUPPORTERS_EXPORT, methods=("POST",))
def file(assembly_id: int) -> ResponseReturnValue:
    """The voters as a file: who signs at the door, who is represented, who waits for a letter."""
    with shell.assembly().database.transaction() as session:
        found = assemblies.find(session, AssemblyId(assembly_id))
        voters = assemblies.voters(session, found)
        names = {one.person_id: one.name for one in voters}
        note(session, "assembly.export", assembly_id, {"rows": len(voters)}, subject="assembly")
    head = [shell.say(one) for one in HEAD]
    rows = [
        [
            one.member_number,
            one.name,
            one.joined_on.isoformat(),
            one.paid_until_on.isoformat() if one.paid_until_on else shell.say(NO_FEE),
            brussels_day(one.convoked_at).isoformat() if one.convoked_at else "",
            shell.say(words.WAYS[one.convoked_by_way]) if one.convoked_by_way else "",
            names.get(one.holder_id, "") if one.holder_id else "",
            "",
        ]
        for one in sorted(voters, key=lambda voter: (voter.name.casefold(), voter.person_id))
    ]
    answer = Response(csv_lines([head, *rows]), mimetype="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="votants-{found.held_on}.csv"'
    return answer


NOBODYS = N_("Personne ne porte ce numéro de membre.")
NOT_CHOSEN = N_("Choisissez une personne ou une organisation de la liste.")
NO_FEE = N_("sans cotisation")
HEAD = (
    N_("N° de membre"),
    N_("Nom"),
    N_("Membre depuis"),
    N_("Payée jusqu’au"),
    N_("Convoqué·e le"),
    N_("Comment"),
    N_("Représenté·e par"),
    N_("Signature"),
)


@guard.page(blueprint, "/<int:assembly_id>/proxies", permission=Permission.MEMBERS_EDIT, methods=("POST",))
def give_proxy(assembly_id: int) -> ResponseReturnValue:
    """One voter votes for another."""
    try:
        with shell.assembly().database.transaction() as session:
            giver = _giver(session)
            holder = person_search.chosen(session)
            by = guard.signed_in().account.id
            assemblies.give_proxy(session, AssemblyId(assembly_id), giver, holder, at=shell.now(), by=by)
            note(session, "assembly.proxy", assembly_id, {"from": giver, "to": holder}, subject="assembly")
    except ProxyRefused as refused:
        return _page(AssemblyId(assembly_id), {"who": shell.say(words.PROXIES[refused.why])})
    except Invalid as wrong:
        said = NOBODYS if wrong.field == "giver_number" else NOT_CHOSEN
        return _page(AssemblyId(assembly_id), {wrong.field or "who": shell.say(said)})
    return shell.back(url_for("assemblies.show", assembly_id=assembly_id), shell.say(N_("La procuration est notée.")))


def _giver(session: Session) -> PersonId:
    """Who gives it: by the number on their slip, else whom the list names. Raises `Invalid`."""
    typed = request.form.get("giver_number", "").strip()[:40]
    if not typed:
        return PersonId(request.form.get("giver_id", 0, type=int))
    found = people.find_member(session, typed)
    if found is None:
        raise Invalid("nobody bears that number", field="giver_number")
    return found.id


@guard.page(blueprint, "/<int:assembly_id>/proxies/drop", permission=Permission.MEMBERS_EDIT, methods=("POST",))
def drop_proxy(assembly_id: int) -> ResponseReturnValue:
    """Takes a proxy back."""
    giver = PersonId(request.form.get("giver_id", 0, type=int))
    with shell.assembly().database.transaction() as session:
        if assemblies.drop_proxy(session, AssemblyId(assembly_id), giver):
            note(session, "assembly.unproxy", assembly_id, {"from": giver}, subject="assembly")
    return shell.back(url_for("assemblies.show", assembly_id=assembly_id), shell.say(N_("La procuration est reprise.")))


def _list(errors: Mapping[str, str]) -> ResponseReturnValue:
    with shell.assembly().database.reading() as session:
        every = assemblies.every(session)
    return shell.show(
        "office/members/assemblies.html",
        status=422 if errors else 200,
        every=every,
        today=brussels_day(shell.now()),
        typed={name: request.form.get(name, "") for name in FIELDS},
        errors=errors,
    )


def _page(assembly_id: AssemblyId, errors: Mapping[str, str] | None = None) -> ResponseReturnValue:
    after = request.args.get("after", 0, type=int)
    with shell.assembly().database.reading() as session:
        found = assemblies.find(session, assembly_id)
        voters = assemblies.voters(session, found, after=after, size=SIZE + 1)
        total = assemblies.count_voters(session, found)
        asked = convoking.asked(session, found, on=brussels_day(shell.now()))
        batches = convoking.batches(session, assembly_id)
        proxies = assemblies.proxies(session, assembly_id)
        most = members.rules_on(session, found.held_on).proxies_most
        known = people.people(session, {who for one in proxies for who in (one.giver_id, one.holder_id)})
        answers = person_search.answers(session, request.form.get("who", "")[:200])
    typed: dict[str, Any] = {name: getattr(found, name) for name in FIELDS}
    typed |= {name: request.form[name] for name in FIELDS if name in request.form}
    return shell.show(
        "office/members/assembly.html",
        status=422 if errors else 200,
        one=found,
        voters=voters[:SIZE],
        shown_number=shown_number,
        total=total,
        asked=asked,
        batches=batches,
        most_letters=convoking.MOST,
        is_to_come=found.held_on >= brussels_day(shell.now()),
        words=words,
        proxies=proxies,
        known=known,
        most=most,
        givers=[(one.person_id, one.name or shell.say(N_("Sans nom"))) for one in voters[:SIZE] if not one.holder_id],
        giver_id=request.form.get("giver_id", 0, type=int),
        giver_number=request.form.get("giver_number", "")[:40],
        days_left=(found.held_on - brussels_day(shell.now())).days,
        notice_days=assemblies.NOTICE_DAYS,
        who=request.form.get("who", "")[:200],
        found=answers,
        chosen=request.form.get("other_id", 0, type=int),
        typed=typed,
        errors=errors or {},
        next_page=url_for("assemblies.show", assembly_id=assembly_id, after=voters[SIZE - 1].person_id)
        if len(voters) > SIZE
        else "",
        first_page=url_for("assemblies.show", assembly_id=assembly_id) if after else "",
    )


def _read() -> dict[str, Any]:
    typed = {name: request.form.get(name, "").strip() for name in FIELDS}
    held_on = read_day(typed["held_on"], field="held_on")
    if held_on is None:
        raise Invalid("a day", field="held_on")
    voters_on: date = read_day(typed["voters_on"], field="voters_on") or held_on
    return {
        "title": typed["title"],
        "held_on": held_on,
        "place": typed["place"],
        "agenda": typed["agenda"],
        "voters_on": voters_on,
    }
