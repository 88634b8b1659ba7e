"""What waits for a person: each kind of question, how many there are, and where to answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from flask import url_for
from sqlalchemy.orm import Session

from crm.attestations import drifting
from crm.care import service as care
from crm.donations import corrections, thanks
from crm.donations import service as donations
from crm.people import differences
from crm.privacy import service as privacy
from crm.staff.model import Permission
from crm.values.calendar import brussels_day
from crm.web.office import guard, shell
from crm.web.words import N_
from mailing.composition import service as composition
from mailing.composition.model import EditionState
from mailing.content import service as content
from mailing.delivery import service as delivery
from mailing.feeds import service as feeds
from mailing.feeds.model import Health

MOST = 100

HELD = (N_("Une édition retenue attend un mot"), N_("%(n)s éditions retenues attendent un mot"))
DRAFTS = (N_("Une édition attend une approbation"), N_("%(n)s éditions attendent une approbation"))
DOUBTS = (N_("Un mail est incertain"), N_("%(n)s mails sont incertains"))
BROKEN = (N_("Un flux est en panne"), N_("%(n)s flux sont en panne"))
LATE = (N_("Une tâche est en retard"), N_("%(n)s tâches sont en retard"))
MINE = (N_("Une tâche vous attend"), N_("%(n)s tâches vous attendent"))
COMPLAINTS = (N_("Une plainte attend une réponse"), N_("%(n)s plaintes attendent une réponse"))
DIFFERENCES = (N_("Une différence est à trancher"), N_("%(n)s différences sont à trancher"))
REFUNDS = (N_("Un remboursement attend un second regard"), N_("%(n)s remboursements attendent un second regard"))
CORRECTIONS = (N_("Une correction attend un second regard"), N_("%(n)s corrections attendent un second regard"))
DRIFTED = (
    N_("Une attestation ne dit plus ce que disent les dons"),
    N_("%(n)s attestations ne disent plus ce que disent les dons"),
)
THANKS = (N_("Une personne attend un merci"), N_("%(n)s personnes attendent un merci"))
NEAR = (N_("Une demande de données touche à son terme"), N_("%(n)s demandes de données touchent à leur terme"))
NEAR_DAYS = 7
TAGS = (N_("Une étiquette inconnue est à nommer"), N_("%(n)s étiquettes inconnues sont à nommer"))


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """One line of the list of things to decide."""

    words: tuple[str, str]
    count: int
    href: str
    is_urgent: bool = False

    @property
    def text(self) -> str:
        return shell.say_count(*self.words, self.count)


def waiting(session: Session) -> list[Question]:
    """The open questions that this person may answer, the urgent ones first. Counts stop at `MOST`."""
    found: list[Question] = []
    if guard.may(Permission.EDITIONS_APPROVE):
        held = composition.count_editions(session, states=[EditionState.HELD])
        drafts = composition.editions(session, states=[EditionState.DRAFT], limit=20)
        one = url_for("editions.show", edition_id=drafts[0].id) if len(drafts) == 1 else url_for("editions.index")
        found.append(Question(words=HELD, count=held, href=url_for("editions.index"), is_urgent=True))
        found.append(Question(words=DRAFTS, count=len(drafts), href=one))
    if guard.may(Permission.DELIVERIES_ACT):
        doubts = len(delivery.uncertain(session, limit=MOST))
        found.append(Question(words=DOUBTS, count=doubts, href=url_for("mails.uncertain"), is_urgent=True))
    if guard.may(Permission.CONTENT_EDIT):
        broken = sum(1 for feed in feeds.feeds(session) if feed.is_active and feed.health is Health.DOWN)
        found.append(Question(words=BROKEN, count=broken, href=url_for("feeds.index"), is_urgent=True))
        found.append(Question(words=TAGS, count=len(content.unknown_tags(session)), href=url_for("content.tags")))
    if guard.may(Permission.SUPPORTERS_READ):
        account_id, today = guard.signed_in().account.id, brussels_day(shell.now())
        tasks = care.task_counts(session, account_id=account_id, today=today)
        late, mine = url_for("tasks.index", view="late"), url_for("tasks.index")
        found.append(Question(words=LATE, count=tasks.late, href=late, is_urgent=True))
        found.append(Question(words=MINE, count=tasks.mine, href=mine))
    if guard.may(Permission.SUPPORTERS_EDIT):
        complaints, differing = care.open_complaint_count(session), differences.waiting_count(session)
        found.append(Question(words=COMPLAINTS, count=complaints, href=url_for("care_desk.index"), is_urgent=True))
        found.append(Question(words=DIFFERENCES, count=differing, href=url_for("supporter_differences.index")))
    if guard.may(Permission.PRIVACY_ACT):
        soon = brussels_day(shell.now()) + timedelta(days=NEAR_DAYS)
        near = sum(1 for one in privacy.waiting(session) if one.due_on <= soon)
        found.append(Question(words=NEAR, count=near, href=url_for("privacy_desk.index"), is_urgent=True))
    if guard.may(Permission.DONATIONS_EDIT):
        refunds = donations.refunds_to_decide(session)
        where = url_for("gifts.show", gift_id=refunds[0].gift_id) if len(refunds) == 1 else url_for("gifts.index")
        found.append(Question(words=REFUNDS, count=len(refunds), href=where, is_urgent=True))
        wrong = corrections.waiting(session)
        where = url_for("gifts.show", gift_id=wrong[0].gift_id) if len(wrong) == 1 else url_for("gifts.index")
        found.append(Question(words=CORRECTIONS, count=len(wrong), href=where, is_urgent=True))
        drifted = drifting.waiting(session)
        where = url_for("attestations.show", year=next(iter(drifted))) if drifted else ""
        found.append(Question(words=DRIFTED, count=sum(drifted.values()), href=where))
    if guard.may(Permission.DONATIONS_THANK):
        grateful = thanks.due_count(session)
        found.append(Question(words=THANKS, count=grateful, href=url_for("gift_thanks.index")))
    return sorted((question for question in found if question.count), key=lambda question: not question.is_urgent)
