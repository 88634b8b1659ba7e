"""The last look before an edition leaves, its approval, and every way back."""

from __future__ import annotations

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from crm.audit import service as audit
from crm.segments.errors import ThingGone
from crm.staff import service as staff
from crm.staff.model import Permission
from crm.values.identifiers import EditionId
from crm.web.errors import gone_words
from crm.web.office import delivery_words, edition_among, edition_view, guard, shell
from crm.web.words import N_
from mailing.composition import service as composition
from mailing.composition.errors import EditionChanged, EditionElsewhere, EditionNotReady
from mailing.composition.model import Audience, Edition, EditionState
from mailing.delivery import service as delivery

blueprint = Blueprint("edition_approval", __name__, url_prefix="/office/editions/<int:edition_id>")

NOT_READY = N_("Elle ne peut pas partir telle quelle : corrigez d’abord ce qui est marqué.")
CHANGED = N_("L’édition a changé pendant que vous la relisiez. Rien n’est parti : relisez-la.")
ELSEWHERE = N_("L’état de cette édition a changé entre-temps : rien n’a été fait.")


@guard.page(blueprint, "/approve", permission=Permission.EDITIONS_APPROVE)
def review(edition_id: int) -> ResponseReturnValue:
    """The question with its number, who is left out and why, and what is still to be seen to."""
    with shell.assembly().database.reading() as session:
        edition, series = edition_view.load(session, edition_id)
        if edition.state not in (EditionState.DRAFT, EditionState.HELD):
            return shell.back(_page(edition_id), shell.say(ELSEWHERE), kind="refused")
        values = edition_view.whole(session, edition, series)
        made = shell.assembly()
        among = {
            "choices": edition_among.choices(session, edition.among),
            "value": edition_among.value(edition.among),
            "away": edition_among.away(session, edition.among),
        }
        try:
            audience = delivery.foreseen(
                session, series, now=shell.now(), among=edition.among, catalogue=made.questions
            )
        except ThingGone as gone:
            said = gone_words(gone, shell.language())
            return shell.show("office/editions/among_gone.html", status=409, said=said, among=among, **values)
    return shell.show(
        "office/editions/review.html",
        question=question(edition, audience),
        audience=audience,
        among=among,
        left_out=_left_out(audience),
        digest=composition.digest_of(edition, series),
        is_ready=not any(remark.is_error for remark in values["remarks"]),
        **values,
    )


@guard.page(blueprint, "/approve", permission=Permission.EDITIONS_APPROVE, methods=("POST",))
def approve(edition_id: int) -> ResponseReturnValue:
    """Binds to exactly what was reviewed: its revision and its digest."""
    now, revision = shell.now(), request.form.get("revision", default=-1, type=int)
    with shell.assembly().database.reading() as session:
        found = edition_view.remarks(session, *edition_view.load(session, edition_id))
    if any(remark.is_error for remark in found):
        return shell.back(_page(edition_id), shell.say(NOT_READY), kind="refused")
    try:
        with shell.assembly().database.transaction() as session:
            approved = composition.approve(
                session,
                EditionId(edition_id),
                by=guard.signed_in().account.id,
                revision=revision,
                now=now,
                digest=request.form.get("digest", ""),
            )
            _note(session, "approve", approved, digest=approved.digest)
    except EditionNotReady:
        return shell.back(_page(edition_id), shell.say(NOT_READY), kind="refused")
    except EditionChanged:
        return shell.back(_page(edition_id), shell.say(CHANGED), kind="refused")
    except EditionElsewhere:
        return shell.back(_page(edition_id), _who(edition_id), kind="refused")
    if approved.due_at <= now:
        return shell.back(_page(edition_id), shell.say(N_("Approuvée : elle part dans un instant.")))
    said = shell.say(N_("Approuvée : elle partira %(hour)s."), hour=edition_view.hour(approved.due_at))
    return shell.back(_page(edition_id), said, undo=(url_for("edition_approval.reopen", edition_id=edition_id), ""))


@guard.page(blueprint, "/release", permission=Permission.EDITIONS_APPROVE, methods=("POST",))
def release(edition_id: int) -> ResponseReturnValue:
    """A held edition leaves after all, now."""
    try:
        with shell.assembly().database.transaction() as session:
            released = composition.release(
                session, EditionId(edition_id), by=guard.signed_in().account.id, now=shell.now()
            )
            _note(session, "release", released, digest=released.digest)
    except EditionNotReady:
        return shell.back(_page(edition_id), shell.say(NOT_READY), kind="refused")
    except EditionElsewhere:
        return shell.back(_page(edition_id), shell.say(ELSEWHERE), kind="refused")
    return shell.back(_page(edition_id), shell.say(N_("Elle part dans un instant.")))


@guard.page(blueprint, "/reopen", permission=Permission.EDITIONS_EDIT, methods=("POST",))
def reopen(edition_id: int) -> ResponseReturnValue:
    """Back to a draft; it does not leave before it is approved again."""
    organisation = shell.assembly().settings.organisation
    try:
        with shell.assembly().database.transaction() as session:
            reopened = composition.reopen(session, EditionId(edition_id), now=shell.now(), organisation=organisation)
            _note(session, "reopen", reopened)
    except EditionElsewhere:
        said = shell.say(N_("Trop tard : elle a commencé à partir. Vous pouvez suspendre l’envoi."))
        return shell.back(_page(edition_id), said, kind="refused")
    return shell.back(
        _page(edition_id), shell.say(N_("Rouverte : elle ne partira pas avant d’être approuvée de nouveau."))
    )


@guard.page(blueprint, "/cancel", permission=Permission.EDITIONS_APPROVE, methods=("POST",))
def cancel(edition_id: int) -> ResponseReturnValue:
    """Given up before it leaves; it can be reopened."""
    try:
        with shell.assembly().database.transaction() as session:
            _note(session, "cancel", composition.cancel(session, EditionId(edition_id)))
    except EditionElsewhere:
        return shell.back(_page(edition_id), shell.say(ELSEWHERE), kind="refused")
    return shell.back(
        _page(edition_id),
        shell.say(N_("Édition annulée. Rien n’est parti.")),
        undo=(url_for("edition_approval.reopen", edition_id=edition_id), ""),
    )


def question(edition: Edition, audience: Audience) -> str:
    """What approving would do, with its number and its hour."""
    people = {"people": shell.number(audience.readers)}
    if edition.due_at <= shell.now():
        return shell.say_count(
            N_("Envoyer maintenant à %(people)s personne ?"),
            N_("Envoyer maintenant à %(people)s personnes ?"),
            audience.readers,
            **people,
        )
    return shell.say_count(
        N_("Envoyer à %(people)s personne %(hour)s ?"),
        N_("Envoyer à %(people)s personnes %(hour)s ?"),
        audience.readers,
        hour=edition_view.hour(edition.due_at),
        **people,
    )


def _left_out(audience: Audience) -> list[tuple[str, str]]:
    ordered = sorted(audience.left_out.items(), key=lambda pair: -pair[1])
    return [(shell.say(delivery_words.REASONS.get(code, code)), shell.number(count)) for code, count in ordered]


def _who(edition_id: int) -> str:
    """Who approved it first, where somebody did."""
    with shell.assembly().database.reading() as session:
        edition = composition.edition(session, EditionId(edition_id))
        if edition.state is not EditionState.APPROVED or edition.approved_by is None:
            return shell.say(ELSEWHERE)
        name = staff.account(session, edition.approved_by).name
    return shell.say(N_("%(name)s vient de l’approuver : elle partira une seule fois."), name=name)


def _page(edition_id: int) -> str:
    return url_for("editions.show", edition_id=edition_id)


def _note(session: Session, action: str, edition: Edition, **facts: str) -> None:
    audit.record(
        session,
        shell.assembly().sealer,
        at=shell.now(),
        account_id=guard.signed_in().account.id,
        action=f"edition.{action}",
        subject="edition",
        subject_id=edition.id,
        facts=facts,
    )
