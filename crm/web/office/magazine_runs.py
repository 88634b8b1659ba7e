"""One issue: who would get it and why others do not, the freeze, what came after, and its files for the printer."""

from __future__ import annotations

from flask import Blueprint, Response, abort, url_for
from flask.typing import ResponseReturnValue

from crm.assembly import workshop
from crm.magazine import checking, freezing, labels, ordering, printing, returning, words
from crm.magazine import service as magazine
from crm.magazine.errors import IssueFrozen, IssueOpen, IssuePast, NobodyToMail, NoPdf, NoPublication
from crm.magazine.model import OrderState, Reason, RunKind
from crm.people import service as people
from crm.staff import service as staff
from crm.staff.model import Permission
from crm.values.calendar import brussels_day
from crm.values.errors import PortevoixError
from crm.values.identifiers import IssueId, IssueRunId
from crm.web.office import guard, shell
from crm.web.office.address_words import DOUBTS
from crm.web.office.magazine_rule_words import sentence
from crm.web.office.noting import note
from crm.web.words import N_
from jobs import service as jobs
from jobs import turns
from jobs.timetable import TIMETABLE
from mailing.correspondence import issues
from mailing.delivery import service as delivery

blueprint = Blueprint("magazine_runs", __name__, url_prefix="/office/magazine")

PIECE = 64 * 1024
SHOWN = 200
REFUSALS: dict[type[PortevoixError], str] = {
    IssueFrozen: N_("Ce numéro est déjà figé : il ne l’est qu’une fois."),
    IssueOpen: N_("Ce numéro n’est pas encore figé."),
    IssuePast: N_("Un numéro plus récent est figé : c’est lui qui souhaite la bienvenue."),
    NobodyToMail: N_("Personne ne recevrait d’exemplaire : il n’y a rien à figer."),
    NoPublication: N_("Présentez d’abord le magazine."),
}
AT_ONCE = 5000
"""People and organisations of a house where a freeze takes a second or two."""
ENDINGS = {
    OrderState.NOBODY: N_("Personne ne recevrait d’exemplaire : il n’y a rien à figer."),
    OrderState.FROZEN: N_("Ce numéro est déjà figé : il ne l’est qu’une fois."),
    OrderState.FAILED: N_("La liste a changé pendant qu’elle était préparée, plusieurs fois de suite. Recommencez."),
}


@guard.page(blueprint, "/issues/<int:issue_id>", permission=Permission.MAGAZINE_READ)
def show(issue_id: int) -> ResponseReturnValue:
    """The issue: its days; once frozen, its runs and what left for the printer."""
    today = brussels_day(shell.now())
    with shell.assembly().database.reading() as session:
        issue = magazine.issue(session, IssueId(issue_id))
        all_issues = magazine.issues(session)
        runs = magazine.runs(session, issue.id)
        pdf_readers = issues.reader_count(session, issue, at=shell.now()) if runs else 0
        mailing = issues.mailing_of(session, issue)
        report = delivery.report(session, mailing.id) if mailing else None
        outlook = magazine.outlook_of(session, runs[0].id) if runs else None
        files = printing.left(session, [run.id for run in runs])
        claims = returning.waiting(session).get(issue.id, 0)
        order = ordering.latest(session, issue.id)
        version = magazine.rule_of(session, issue)
        later = freezing.later_kind(issue, shell.now())
        is_past = freezing.is_past(session, issue, later)
        names = {account.id: account.name for account in staff.accounts(session)}
    return shell.show(
        "office/magazine/issue.html",
        issue=issue,
        runs=runs,
        outlook=outlook,
        files=files,
        claims=claims,
        names=names,
        later=None if is_past else later,
        mailing=mailing,
        report=report,
        waiting=pdf_readers - report.recipients if report else pdf_readers,
        order=order,
        version=version,
        rule=sentence(version.rule),
        ending=_ending(order.state, order.kind) if order and order.state in ENDINGS else "",
        pdf_readers=pdf_readers,
        warnings=magazine.warnings(all_issues, today=today)[issue.id],
        today=today,
        words=words,
        run_words={run.id: run for run in runs},
    )


@guard.page(blueprint, "/issues/<int:issue_id>/preview", permission=Permission.MAGAZINE_READ)
def preview(issue_id: int) -> ResponseReturnValue:
    """Who would get it now; nothing is written."""
    with shell.assembly().database.reading() as session:
        issue = magazine.issue(session, IssueId(issue_id))
        if issue.frozen_at is not None:
            return shell.back(url_for("magazine_runs.show", issue_id=issue_id))
        outlook = freezing.outlook(session, issue, magazine.rule(session).rule, at=shell.now())
    return shell.show("office/magazine/preview.html", issue=issue, outlook=outlook, words=words)


@guard.page(blueprint, "/issues/<int:issue_id>/addresses", permission=Permission.MAGAZINE_READ)
def addresses(issue_id: int) -> ResponseReturnValue:
    """What could be mended before the freeze: doubtful addresses, letter boxes with several surnames."""
    with shell.assembly().database.reading() as session:
        issue = magazine.issue(session, IssueId(issue_id))
        work = checking.work_list(session, issue, magazine.rule_of(session, issue).rule, at=shell.now())
    return shell.show("office/magazine/addresses.html", issue=issue, work=work, doubts=DOUBTS)


@guard.page(blueprint, "/issues/<int:issue_id>/freeze", permission=Permission.MAGAZINE_ACT, methods=("POST",))
def freeze(issue_id: int) -> ResponseReturnValue:
    """Makes the copies; once. At once in a small house, else beside the office."""
    said = N_("Figé : %(copies)s exemplaires. Ce qui est imprimé ne change plus.")
    return _ordered(IssueId(issue_id), RunKind.MAIN, said)


@guard.page(blueprint, "/issues/<int:issue_id>/supplement", permission=Permission.MAGAZINE_ACT)
def newcomers(issue_id: int) -> ResponseReturnValue:
    """Who came since, how many copies and what they cost, before they are added."""
    here = url_for("magazine_runs.show", issue_id=issue_id)
    with shell.assembly().database.reading() as session:
        issue = magazine.issue(session, IssueId(issue_id))
        kind = freezing.later_kind(issue, shell.now())
        if issue.frozen_at is None or freezing.is_past(session, issue, kind):
            refused = IssueOpen if issue.frozen_at is None else IssuePast
            return shell.back(here, shell.say(REFUSALS[refused]), kind="refused")
        rule = magazine.rule_of(session, issue).rule
        found = freezing.outlook(session, issue, rule, at=shell.now(), only=kind).funnel
    out = {reason: count for reason, count in found.excluded.items() if reason is not Reason.HAS_ONE}
    return shell.show("office/magazine/newcomers.html", issue=issue, kind=kind, found=found, out=out, words=words)


@guard.page(blueprint, "/issues/<int:issue_id>/supplement", permission=Permission.MAGAZINE_ACT, methods=("POST",))
def supplement(issue_id: int) -> ResponseReturnValue:
    """Copies for whoever came since."""
    return _ordered(IssueId(issue_id), RunKind.LATE, N_("%(copies)s exemplaires de plus, dans une liste à part."))


def _ordered(issue_id: IssueId, kind: RunKind, done: str) -> ResponseReturnValue:
    """Carries a freeze out at once in a small house; asks the clock in a larger one. Then the page of the issue."""
    made, by = shell.assembly(), guard.signed_in().account.id
    here = url_for("magazine_runs.show", issue_id=issue_id)
    with made.database.transaction() as session:
        issue = magazine.issue(session, issue_id)
        if (issue.frozen_at is None) is not (kind is RunKind.MAIN):
            refused = IssueOpen if issue.frozen_at is None else IssueFrozen
            return shell.back(here, shell.say(REFUSALS[refused]), kind="refused")
        if kind is not RunKind.MAIN and freezing.is_past(session, issue, freezing.later_kind(issue, shell.now())):
            return shell.back(here, shell.say(REFUSALS[IssuePast]), kind="refused")
        order = ordering.ask(session, issue_id, by=by, at=shell.now())
        is_small = freezing.everybody(session) <= AT_ONCE
        if not is_small:
            jobs.order(session, turns.find(TIMETABLE, "freeze_issues"), now=shell.now())
    if not is_small:
        return shell.back(here, shell.say(N_("C’est en route. Vous pouvez fermer cette page.")), kind="note")
    ended = workshop(made).work(order.id)
    if ended is not OrderState.DONE:
        return shell.back(here, shell.say(_ending(ended, order.kind)), kind="refused")
    with made.database.reading() as session:
        run = magazine.runs(session, issue_id)[-1]
    return shell.back(here, shell.say(done, copies=shell.number(run.copies)))


def _ending(ended: OrderState | None, kind: RunKind) -> str:
    if ended is OrderState.NOBODY and kind is not RunKind.MAIN:
        return N_("Personne n’est arrivé depuis : il n’y a pas d’exemplaire à ajouter.")
    return ENDINGS.get(ended or OrderState.WAITING, N_("C’est en route. Vous pouvez fermer cette page."))


@guard.page(blueprint, "/issues/<int:issue_id>/progress", permission=Permission.MAGAZINE_READ)
def progress(issue_id: int) -> ResponseReturnValue:
    """How far the freeze has come; once it is over, the page is asked for anew."""
    with shell.assembly().database.reading() as session:
        order = ordering.latest(session, IssueId(issue_id))
    if order is None or order.state is not OrderState.WAITING:
        answer = Response("", 204)
        answer.headers["HX-Refresh"] = "true"
        return answer
    return shell.show("office/magazine/progress.html", order=order)


@guard.page(blueprint, "/issues/<int:issue_id>/again", permission=Permission.MAGAZINE_SERVE, methods=("POST",))
def again(issue_id: int) -> ResponseReturnValue:
    """One more copy for each who says that theirs did not come."""
    here, by = url_for("magazine_runs.show", issue_id=issue_id), guard.signed_in().account.id
    try:
        with shell.assembly().database.transaction() as session:
            run, waiting = freezing.again(session, IssueId(issue_id), by=by, at=shell.now())
            note(session, "magazine-issue.again", issue_id, {"copies": run.copies}, subject="magazine-issue")
    except NobodyToMail:
        said = N_("Rien à renvoyer : personne n’attend, ou plus rien ne peut leur être envoyé.")
        return shell.back(here, shell.say(said), kind="refused")
    except tuple(REFUSALS) as refused:
        return shell.back(here, shell.say(REFUSALS[type(refused)]), kind="refused")
    said = N_("%(copies)s renvois préparés ; %(waiting)s réclamations attendent encore.")
    return shell.back(here, shell.say(said, copies=run.copies, waiting=waiting))


@guard.page(blueprint, "/issues/<int:issue_id>/pdf", permission=Permission.MAGAZINE_ACT, methods=("POST",))
def send_pdf(issue_id: int) -> ResponseReturnValue:
    """Mails the PDF to whoever reads it so; whoever has it gets no second one."""
    here, made, now = url_for("magazine_runs.show", issue_id=issue_id), shell.assembly(), shell.now()
    try:
        with made.database.transaction() as session:
            issue = magazine.issue(session, IssueId(issue_id))
            mailing = issues.send(session, made.desk, issue, at=now)
            note(session, "magazine-issue.pdf", issue_id, {"mailing": mailing.id}, subject="magazine-issue")
    except NoPdf:
        said = N_("Ce numéro n’a pas encore l’adresse de son PDF.")
        return shell.back(here, shell.say(said), kind="refused")
    return shell.back(here, shell.say(N_("Le PDF part par e-mail, une seule fois par personne.")))


@guard.page(blueprint, "/runs/<int:run_id>", permission=Permission.MAGAZINE_READ)
def run(run_id: int) -> ResponseReturnValue:
    """What was frozen together, and the letters that the printer's old alphabet lacks."""
    with shell.assembly().database.reading() as session:
        found = magazine.run(session, IssueRunId(run_id))
        issue = magazine.issue(session, found.issue_id)
        outlook = magazine.outlook_of(session, found.id)
        odd = printing.odd(session, found.id)
        seeds, hand = printing.marked(session, found.id, "seed"), printing.marked(session, found.id, "hand")
        seed_count = printing.count_marked(session, found.id, "seed")
        notes = magazine.delivery_notes(session, [one.person_id for one in hand])
        removed = printing.removed(session, found.id)
        files = printing.left(session, [found.id])
        recipient = printing.last_recipient(session)
        names = {account.id: account.name for account in staff.accounts(session)}
        order = ordering.latest_files(session, found.id)
    return shell.show(
        "office/magazine/run.html",
        order=order,
        kept_until=order.ready_at + ordering.KEPT if order and order.token and order.ready_at else None,
        run=found,
        issue=issue,
        outlook=outlook,
        odd=odd,
        seeds=seeds,
        seed_count=seed_count,
        hand=[(one, notes.get(one.person_id, "")) for one in hand],
        removed=[(words.REMOVALS[one], removed[one.value]) for one in words.REMOVALS if one.value in removed],
        files=files,
        recipient=recipient,
        names=names,
        sheets=[(name, name) for name in labels.SHEETS],
        most_labels=labels.MOST,
        sheet_most=printing.SHEET_MOST,
        today=brussels_day(shell.now()),
        words=words,
    )


@guard.page(blueprint, "/runs/<int:run_id>/excluded/<reason>", permission=Permission.MAGAZINE_READ)
def excluded(run_id: int, reason: str) -> ResponseReturnValue:
    """Some of the people left out for a reason."""
    if reason not in set(Reason):
        abort(404)
    with shell.assembly().database.reading() as session:
        found = magazine.run(session, IssueRunId(run_id))
        issue = magazine.issue(session, found.issue_id)
        ids = magazine.left_out(session, found.id, Reason(reason), size=SHOWN)
        known = people.people(session, set(ids))
        count = magazine.outlook_of(session, found.id).funnel.excluded.get(Reason(reason), 0)
    return shell.show(
        "office/magazine/excluded.html",
        run=found,
        issue=issue,
        reason=words.REASONS[Reason(reason)],
        people=[known[one] for one in ids if one in known],
        count=count,
    )
