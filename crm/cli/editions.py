"""`portevoix editions`: propose, look, approve, send."""

from __future__ import annotations

from datetime import datetime

import click

from crm.audit import service as audit
from crm.cli.helping import Orders
from crm.cli.output import assembly, json_option, show, telling
from crm.staff import rules as roles
from crm.staff import service as staff
from crm.staff.model import Permission
from crm.values.calendar import brussels
from crm.values.errors import Invalid
from crm.values.identifiers import EditionId
from mailing.composition import service as composition
from mailing.composition.errors import EditionNotReady
from mailing.composition.model import Edition, EditionState, Finding
from mailing.delivery import service as delivery

LEFT = (EditionState.SENDING, EditionState.PAUSED, EditionState.SENT)


@click.group(name="editions", cls=Orders, subcommand_metavar="COMMANDE …")
def command() -> None:
    """Proposer, approuver, envoyer une édition."""


@command.command()
@click.option("--newsletter", "code", default="", help="Seulement cette lettre (son code).")
@click.option("--now", "at_once", is_flag=True, help="Sans attendre : l’édition de la prochaine heure prévue.")
@json_option
@telling
def propose(code: str, at_once: bool, as_json: bool) -> None:
    """Compose les éditions dont le moment est venu ; avec --now, celle de la prochaine heure de --newsletter."""
    made = assembly()
    now, organisation = made.clock(), made.settings.organisation
    if at_once and not code:
        raise Invalid("--now demande --newsletter", field="newsletter")
    with made.database.transaction() as session:
        if at_once:
            series = composition.newsletter_by_code(session, code)
            slot = composition.next_slot(session, series.id, now)
            found: tuple[Edition, ...] = (
                composition.propose(session, series.id, slot, now, organisation=organisation),
            )
        else:
            only = composition.newsletter_by_code(session, code).id if code else None
            found = composition.propose_due(session, now, organisation=organisation, only=only)
    show([_brief(e) for e in found], as_json=as_json, text=_table(found) or "rien à proposer pour l’instant")


@command.command(name="list")
@click.option("--newsletter", "code", default="", help="Seulement cette lettre (son code).")
@click.option("--state", type=click.Choice([s.value for s in EditionState]), help="Seulement dans cet état.")
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1, 500))
@json_option
@telling
def list_editions(code: str, state: str | None, limit: int, as_json: bool) -> None:
    """Les éditions, la plus récente d’abord."""
    with assembly().database.reading() as session:
        only = composition.newsletter_by_code(session, code).id if code else None
        states = {EditionState(state)} if state else None
        found = composition.editions(session, newsletter_id=only, states=states, limit=limit)
    show([_brief(e) for e in found], as_json=as_json, text=_table(found) or "aucune édition")


@command.command(name="show")
@click.argument("edition_id", metavar="ID", type=int)
@json_option
@telling
def show_edition(edition_id: int, as_json: bool) -> None:
    """Une édition et ses blocs, avec ce qui reste à corriger."""
    made = assembly()
    with made.database.reading() as session:
        edition = composition.edition(session, EditionId(edition_id))
        findings = composition.look_over(session, edition, now=made.clock())
    blocks = [f"  {b.section.value:<10} {b.title}" for b in edition.blocks]
    flaws = [f"  {f.severity.value:<8} {f.flaw.value}{f' (bloc {f.block_id})' if f.block_id else ''}" for f in findings]
    show(
        {**_brief(edition), "words": _words(edition), "blocks": edition.blocks, "findings": findings},
        as_json=as_json,
        text="\n".join([_table([edition]), *blocks, *flaws]),
    )


@command.command()
@click.argument("edition_id", metavar="ID", type=int)
@click.option("--by", "email", required=True, help="Le compte qui approuve.")
@json_option
@telling
def approve(edition_id: int, email: str, as_json: bool) -> None:
    """Approuve l’édition telle qu’elle est : elle partira à son heure."""
    made = assembly()
    now = made.clock()
    with made.database.transaction() as session:
        account = staff.account_at(session, email)
        if not (account.is_active and roles.may(account.roles, Permission.EDITIONS_APPROVE)):
            raise Invalid("ce compte ne peut pas approuver une édition", field="by")
        seen = composition.edition(session, EditionId(edition_id))
        try:
            edition = composition.approve(session, seen.id, by=account.id, revision=seen.revision, now=now)
        except EditionNotReady as refusal:
            _tell_findings(refusal.findings)
            raise
        audit.record(
            session,
            made.sealer,
            at=now,
            account_id=account.id,
            action="edition.approve",
            subject="edition",
            subject_id=edition.id,
            facts={"digest": edition.digest, "way": "cli"},
        )
    show(_brief(edition), as_json=as_json, text=_table([edition]))


@command.command()
@click.argument("edition_id", metavar="ID", type=int)
@json_option
@telling
def send(edition_id: int, as_json: bool) -> None:
    """Fait partir une édition approuvée tout de suite, sans attendre son heure."""
    made = assembly()
    now = made.clock()
    with made.database.transaction() as session:
        left_before = composition.edition(session, EditionId(edition_id)).state in LEFT
        report = delivery.launch(
            session,
            edition_id=EditionId(edition_id),
            organisation=made.settings.organisation,
            mail=made.settings.mail,
            public_url=made.settings.public_url,
            now=now,
            catalogue=made.questions,
        )
        if not left_before:
            audit.record(
                session,
                made.sealer,
                at=now,
                account_id=None,
                action="edition.send",
                subject="edition",
                subject_id=edition_id,
                facts={"recipients": report.recipients, "way": "cli"},
            )
    news = "elle était déjà partie" if left_before else "l’envoi commence"
    show(report, as_json=as_json, text=f"{news}, destinataires : {report.recipients}")


def _brief(edition: Edition) -> dict[str, object]:
    return {
        "id": edition.id,
        "newsletter_id": edition.newsletter_id,
        "number": edition.number,
        "state": edition.state,
        "due_at": edition.due_at,
        "subject": edition.subject,
        "blocks": len(edition.blocks),
        "revision": edition.revision,
        "reason": edition.reason,
        "digest": edition.digest,
    }


def _words(edition: Edition) -> dict[str, str]:
    return {
        "subject": edition.subject,
        "preheader": edition.preheader,
        "greeting": edition.greeting,
        "opening": edition.opening,
    }


def _table(editions: tuple[Edition, ...] | list[Edition]) -> str:
    return "\n".join(f"{e.id:>6}  {_local(e.due_at)}  {e.state.value:<10} {e.subject or e.reason}" for e in editions)


def _local(instant: datetime) -> str:
    return f"{brussels(instant):%Y-%m-%d %H:%M}"


def _tell_findings(findings: tuple[Finding, ...]) -> None:
    for finding in findings:
        where = f" (bloc {finding.block_id})" if finding.block_id else ""
        click.echo(f"  {finding.flaw.value}{where}", err=True)
