"""The SEPA desk: what is due, a file made by one and approved by another, its way to the bank, what came back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta

from flask import Blueprint, Response, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from werkzeug.exceptions import RequestEntityTooLarge

from crm.assembly import collecting_office
from crm.banking import by_hand as bank_by_hand
from crm.banking.kept import KeptLine
from crm.collections import announcing, by_hand, creditors, pain_002, reporting, rules, words
from crm.collections import service as collections
from crm.collections.errors import (
    BatchElsewhere,
    CreditorUnknown,
    DayWrong,
    FileDiffers,
    FileOvertaken,
    FileUnsound,
    FourEyes,
    NothingDue,
    OwnChange,
    ReportUnreadable,
)
from crm.collections.model import AttemptState, Awaited, Batch, BatchState, Collected
from crm.collections.settling import Ledger
from crm.people import service as people
from crm.plans import collecting
from crm.staff import service as staff
from crm.staff.model import Permission
from crm.values import money, target_days
from crm.values.calendar import brussels_day
from crm.values.errors import Invalid
from crm.values.identifiers import SepaBatchId
from crm.web.office import guard, shell
from crm.web.office.days import read_day
from crm.web.office.noting import note
from crm.web.words import N_

blueprint = Blueprint("sepa", __name__, url_prefix="/office/sepa")

MOST_BYTES = 100 * 1024 * 1024
AHEAD = 5
"""A file is proposed for the open day so many open days from now."""
WRONG_DAY = N_("Choisissez un jour ouvert des banques, de demain à six semaines d’ici.")
NOTHING = N_("Rien n’est dû ce jour-là.")
ELSEWHERE = N_("Ce fichier n’en est plus là : quelqu’un a agi entre-temps.")
OWN = N_("Vous l’avez préparé : une autre personne l’approuve.")
OWN_CHANGE = N_("Vous avez changé qui nous sommes pour la banque : une autre personne approuve le premier fichier.")
DIFFERS = N_("Un compte ou un nom a changé depuis : jetez ce fichier et préparez-en un nouveau.")
OVERTAKEN = (
    N_(
        "Un don régulier de ce fichier s’est arrêté, ou l’e-mail qui l’annonçait n’est pas arrivé (n° %(plans)s) : "
        "jetez le fichier et préparez-en un nouveau."
    ),
    N_(
        "%(n)s dons réguliers de ce fichier se sont arrêtés, ou les e-mails qui les annonçaient ne sont pas arrivés "
        "(n° %(plans)s) : jetez le fichier et préparez-en un nouveau."
    ),
)
NAMED = 10
"""So many plans are named in one message."""
UNREADABLE = N_("Ce n’est pas un rapport de la banque (pain.002) : rien n’a été fait.")


@blueprint.before_request
def _let_a_report_through() -> None:
    if request.endpoint == "sepa.report":
        request.max_content_length = MOST_BYTES + 1024 * 1024


@guard.page(blueprint, "", permission=Permission.BANKING_READ)
def index() -> ResponseReturnValue:
    """What a file of a day would hold, the files that are on their way, and what came back."""
    try:
        asked = read_day(request.args.get("on", "")[:20], field="on")
    except Invalid:
        asked = None
    return _desk(asked, {})


def _desk(asked: date | None, errors: Mapping[str, str]) -> Response:
    made, today = shell.assembly(), brussels_day(shell.now())
    office = collecting_office(made)
    day = asked or target_days.after(today, AHEAD)
    with made.database.reading() as session:
        due = collections.prospect(session, office, day)
        batches = collections.batches(session)
        returned = collections.came_back(session, size=20)
        givers = _givers(session, returned)
        letters = len(announcing.by_letter(session, office, today))
        who = creditors.at_day(session, office.creditor, day)
        names = {account.id: account.name for account in staff.accounts(session)}
    return shell.show(
        "office/sepa/index.html",
        status=422 if errors else 200,
        day=day,
        can_make=bool(due.count) and rules.is_collecting_day(day, today=today) and bool(who.account),
        is_known=bool(who.account and who.creditor_id),
        who=who,
        due=due,
        letters=letters,
        left_out=[(shell.say(words.LEFT_OUT[why]), count) for why, count in sorted(due.left_out.items())],
        batches=batches,
        returned=[(one, givers.get(one.plan_id, "")) for one in returned],
        names=names,
        errors=errors,
        words=words,
    )


def _givers(session: Session, several: tuple[Collected, ...]) -> dict[int, str]:
    plans = collecting.plans(session, {one.plan_id for one in several})
    known = people.people(session, {one.person_id for one in plans.values()})
    return {
        plan_id: (known[plan.person_id].full_name if plan.person_id in known else "") for plan_id, plan in plans.items()
    }


@guard.page(blueprint, "/new", permission=Permission.BANKING_ACT, methods=("POST",))
def make() -> ResponseReturnValue:
    """Everything that is due by a day becomes a file."""
    made, day = shell.assembly(), None
    try:
        day = read_day(request.form.get("collect_on", "")[:20], field="collect_on")
        with made.database.transaction() as session:
            by = guard.signed_in().account.id
            batch = collections.make(session, collecting_office(made), day or date.min, at=shell.now(), by=by)
            note(session, "sepa.make", batch.id, {"count": batch.count, "cents": batch.cents}, subject="sepa-batch")
    except NothingDue:
        return shell.back(url_for("sepa.index"), shell.say(NOTHING), kind="note")
    except CreditorUnknown:
        return _desk(
            day, {"collect_on": shell.say(N_("Les réglages ne disent pas encore par quel compte on collecte."))}
        )
    except FileUnsound:
        message = N_("Le fichier ne serait pas valide : vérifiez le nom et le compte de l’organisation.")
        return _desk(day, {"collect_on": shell.say(message)})
    except (DayWrong, Invalid):
        return _desk(day, {"collect_on": shell.say(WRONG_DAY)})
    return shell.back(url_for("sepa.show", batch_id=batch.id), shell.say(N_("Le fichier attend d’être approuvé.")))


@guard.page(blueprint, "/<int:batch_id>", permission=Permission.BANKING_READ)
def show(batch_id: int) -> ResponseReturnValue:
    """One file: how much, who saw it, where it is."""
    made = shell.assembly()
    with made.database.reading() as session:
        batch = collections.batch(session, SepaBatchId(batch_id))
        counts = collections.counts(session, batch.id)
        left, left_cents = counts.get(AttemptState.ASKED, (0, 0))
        is_out = batch.state in {BatchState.SENT, BatchState.SETTLED} and left > 0
        typed = request.args.get("find", "").strip()[:35]
        is_held = batch.state in {BatchState.MADE, BatchState.APPROVED}
        awaited = _awaited(session, batch.id, typed) if is_out or is_held else ()
        givers = people.people(session, {one.person_id for one in awaited})
        credits_ = bank_by_hand.open_credits(session, left_cents) if is_out else ()
        settled_by = bank_by_hand.credits_of(session, batch.id)
        several = creditors.known(session, collecting_office(made).creditor)
        now = creditors.since(several, batch.header.collect_on)
        changed = collections.creditor_changed(session, collecting_office(made), batch.id)
        names = {account.id: account.name for account in staff.accounts(session)}
    me = guard.signed_in().account.id
    return shell.show(
        "office/sepa/show.html",
        batch=batch,
        now=now,
        before=creditors.on(several, now.from_on - timedelta(days=1)),
        is_unseen=changed is not None,
        is_own_change=changed is not None and changed.noted_by == me,
        is_out=is_out,
        is_held=is_held,
        left=left,
        left_cents=left_cents,
        is_unanswered=batch.state is BatchState.SENT and set(counts) == {AttemptState.ASKED},
        typed=typed,
        awaited=[(one, givers[one.person_id].full_name if one.person_id in givers else "") for one in awaited],
        credits=[("", shell.say(N_("Choisissez")))]
        + [(f"{one.id} {one.version}", credit_words(one)) for one in credits_],
        settled_by=[(one.id, credit_words(one)) for one in settled_by],
        reasons=[(code, f"{shell.say(words.REASONS[code])} ({code})") for code in words.LEFT_BY_THE_BANK],
        counts=[(shell.say(words.ATTEMPTS[state]), *found) for state, found in sorted(counts.items())],
        names=names,
        is_own=batch.made_by == me,
        can_leave=batch.state in {BatchState.APPROVED, BatchState.SENT, BatchState.SETTLED},
        words=words,
    )


def _awaited(session: Session, batch_id: SepaBatchId, typed: str) -> tuple[Awaited, ...]:
    """What is awaited of a file; what was typed is an amount, else the reference of a mandate."""
    try:
        cents = money.typed(typed) if typed else None
    except Invalid:
        return by_hand.awaited(session, batch_id, mandate=typed)
    return by_hand.awaited(session, batch_id, cents=cents)


def credit_words(line: KeptLine) -> str:
    """A credit of the bank in one line, to be chosen from a list."""
    said = line.structured or line.communication or line.end_to_end_id or ""
    parts = (shell.money(line.cents), f"{line.booked_on:%d/%m/%Y}", line.name, said[:60])
    return " · ".join(part for part in parts if part)


@guard.page(blueprint, "/<int:batch_id>/approve", permission=Permission.BANKING_ACT, methods=("POST",))
def approve(batch_id: int) -> ResponseReturnValue:
    """The second pair of eyes."""

    def act(session: Session) -> Batch:
        made, by = shell.assembly(), guard.signed_in().account.id
        return collections.approve(session, collecting_office(made), SepaBatchId(batch_id), at=shell.now(), by=by)

    return _done(batch_id, "sepa.approve", act, N_("Le fichier est approuvé : il peut partir."))


@guard.page(blueprint, "/<int:batch_id>/drop", permission=Permission.BANKING_ACT, methods=("POST",))
def drop(batch_id: int) -> ResponseReturnValue:
    """A file that has not left is thrown away."""

    def act(session: Session) -> Batch:
        by = guard.signed_in().account.id
        return collections.drop(session, SepaBatchId(batch_id), at=shell.now(), by=by)

    return _done(batch_id, "sepa.drop", act, N_("Le fichier est jeté. Ce qu’il demandait attend le prochain."))


@guard.page(blueprint, "/<int:batch_id>/file", permission=Permission.BANKING_ACT, methods=("POST",), fresh=True)
def file(batch_id: int) -> ResponseReturnValue:
    """The file for the bank, the one that two people saw; each time it is taken is written down."""
    made, by = shell.assembly(), guard.signed_in().account.id
    try:
        with made.database.transaction() as session:
            content = collections.leave(session, collecting_office(made), SepaBatchId(batch_id), at=shell.now(), by=by)
            name = collections.batch(session, SepaBatchId(batch_id)).header.message_id
            note(session, "sepa.leave", batch_id, subject="sepa-batch")
    except (BatchElsewhere, FileDiffers, FileOvertaken) as wrong:
        return _refused(batch_id, wrong)
    answer = Response(content, mimetype="application/xml")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}.xml"'
    return answer


@guard.page(blueprint, "/report", permission=Permission.BANKING_ACT, methods=("POST",))
def report() -> ResponseReturnValue:
    """A report of the bank on a file of ours: what it did not take is awaited no more."""
    brought, made = request.files.get("file"), shell.assembly()
    if brought is None or not brought.filename:
        return _desk(None, {"file": shell.say(N_("Choisissez un fichier."))})
    try:
        found = pain_002.read(brought.stream)
    except ReportUnreadable:
        return _desk(None, {"file": shell.say(UNREADABLE)})
    ledger = Ledger(sealer=made.sealer, language=made.settings.office_language)
    with made.database.transaction() as session:
        count = reporting.take_report(session, ledger, found, at=shell.now())
        note(session, "sepa.report", None, {"count": count}, subject="sepa-batch")
    one, many = N_("%(n)s prélèvement n’a pas été pris."), N_("%(n)s prélèvements n’ont pas été pris.")
    return shell.back(url_for("sepa.index"), shell.say_count(one, many, count))


@blueprint.errorhandler(RequestEntityTooLarge)
def _too_large(_error: RequestEntityTooLarge) -> ResponseReturnValue:
    return _desk(None, {"file": shell.say(N_("Ce fichier dépasse 100 Mo."))})


def _done(batch_id: int, action: str, act: Callable[[Session], Batch], message: str) -> ResponseReturnValue:
    try:
        with shell.assembly().database.transaction() as session:
            note(session, action, act(session).id, subject="sepa-batch")
    except (FourEyes, BatchElsewhere, FileDiffers, FileOvertaken) as wrong:
        return _refused(batch_id, wrong)
    return shell.back(url_for("sepa.show", batch_id=batch_id), shell.say(message))


def _refused(batch_id: int, wrong: FourEyes | BatchElsewhere | FileDiffers | FileOvertaken) -> Response:
    back = url_for("sepa.show", batch_id=batch_id)
    if isinstance(wrong, FileOvertaken):
        plans = ", ".join(str(plan_id) for plan_id in wrong.plans[:NAMED])
        rest = " …" if len(wrong.plans) > NAMED else ""
        said = shell.say_count(*OVERTAKEN, len(wrong.plans), plans=plans + rest)
        return shell.back(back, said, kind="refused")
    words_of = {FourEyes: OWN, OwnChange: OWN_CHANGE, BatchElsewhere: ELSEWHERE, FileDiffers: DIFFERS}
    return shell.back(back, shell.say(words_of[type(wrong)]), kind="refused")
