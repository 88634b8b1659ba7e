"""`portevoix delivery`: the sender, the account of what left, and what to do about doubts."""

from __future__ import annotations

import signal
import threading
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import click
from sqlalchemy.orm import Session

from crm.assembly import Assembly
from crm.audit import service as audit
from crm.cli.helping import Orders
from crm.cli.output import assembly, json_option, show, telling
from crm.cli.refusals import plainly
from crm.foundation import rekeying
from crm.foundation.log import write_json_lines
from crm.values.errors import Invalid, Missing, Unavailable
from mailing.delivery import service as delivery
from mailing.delivery.model import MailingSummary, Report


@click.group(name="delivery", cls=Orders, subcommand_metavar="COMMANDE …")
def command() -> None:
    """Expédier les mails dus, rapprocher, rendre compte."""


@command.command(short_help="Expédie les mails dus.")
@click.option("--once", is_flag=True, help="S’arrête quand plus rien n’est dû.")
@json_option
@telling
def work(once: bool, as_json: bool) -> None:
    """Expédie les mails dus, jusqu’à Ctrl-C (ou avec --once jusqu’à ce qu’il n’y en ait plus).

    Un arrêt laisse finir ce qui est en route et rend le reste ; rien n’est perdu ni envoyé deux fois.
    """
    made = assembly()
    write_json_lines()
    with made.database.reading() as session:
        rekeying.require_current(session, made.addresses)
        switch = delivery.switch(session)
    if once and not switch.is_open:
        raise Unavailable(f"tous les envois sont arrêtés ({switch.reason}) : `portevoix delivery resume` les reprend")
    worker = delivery.Worker(made.database, relay=made.settings.mail, post=_post(made), clock=made.clock)
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, lambda *_: worker.stop())
        signal.signal(signal.SIGINT, lambda *_: worker.stop())
    tally = worker.run(once=once)
    counts = dict(tally.counts)
    words = ", ".join(f"{name} : {number}" for name, number in sorted(counts.items())) or (
        "rien n’est parti" if tally.relay else "rien à envoyer"
    )
    show({"counts": counts, "relay": tally.relay}, as_json=as_json, text=words)
    if once and tally.relay:
        mail = made.settings.mail
        raise Unavailable(
            f"le serveur d’envoi {mail.host}:{mail.port} ne prend rien : {plainly(tally.relay)} ; "
            "rien n’est perdu, les mails attendent"
        )


@command.command(short_help="Rend compte de chaque envoi.")
@click.option("--mailing", "code", default="", help="Un seul envoi (son code).")
@json_option
@telling
def report(code: str, as_json: bool) -> None:
    """Rend compte : destinataires = expédiés + en attente + différés + refusés + retenus + incertains + annulés."""
    made = assembly()
    with made.database.reading() as session:
        if code:
            found = delivery.find_mailing(session, code=code)
            if found is None:
                raise Missing(f"aucun envoi {code}")
            account = delivery.report(session, found.id)
            summaries: tuple[MailingSummary, ...] = (MailingSummary(mailing=found, subject="", report=account),)
        else:
            found, summaries = None, delivery.mailings(session)
        doubtful = delivery.uncertain(session, mailing_id=found.id if found else None)
        switch = delivery.switch(session)
    told = {
        "sending": {"open": switch.is_open, "reason": switch.reason},
        "mailings": [_told(s) for s in summaries],
        "uncertain": [
            {"delivery": d.id, "mailing": d.mailing_id, "message_id": d.message_id, "reason": d.reason}
            for d in doubtful
        ],
    }
    lines = [_line(s) for s in summaries] or ["aucun envoi"]
    lines += [f"incertain : {d.message_id} ({d.reason})" for d in doubtful]
    if not switch.is_open:
        lines.insert(0, f"tous les envois sont arrêtés : {switch.reason}")
    show(told, as_json=as_json, text="\n".join(lines))


@command.command(short_help="Lève les doutes d’après le journal de Postfix.")
@click.option(
    "--postfix-log",
    "path",
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Le journal du Postfix à qui nous remettons les mails.",
)
@click.option(
    "--grace",
    default=60.0,
    show_default=True,
    type=click.FloatRange(min=0),
    help="Secondes pendant lesquelles Postfix a pu encore accepter un mail après la fin de l’expéditeur.",
)
@json_option
@telling
def reconcile(path: Path, grace: float, as_json: bool) -> None:
    """Lève les doutes d’après le journal de Postfix : accepté, ou prouvé non accepté et donc renvoyé."""
    made = assembly()
    now = made.clock()
    local = datetime.now().astimezone().tzinfo
    assert local is not None
    with path.open(encoding="utf-8", errors="replace") as file:
        log = delivery.read_relay_log(file, now=now, zone=local)
    if grace < 10 and not as_json:
        click.echo("attention : moins de 10 secondes de grâce, un mail lent pourrait partir deux fois", err=True)
    with made.database.transaction() as session:
        abandoned = delivery.recover(session, now)
        found = delivery.reconcile(session, now, log, timedelta(seconds=grace))
        if found.accepted or found.planned_again:
            facts = {"accepted": found.accepted, "planned_again": found.planned_again, "grace": grace}
            audit.record(
                session,
                made.sealer,
                at=now,
                account_id=None,
                action="delivery.reconciled",
                subject="sending",
                facts=facts,
            )
    show(
        {
            "accepted": found.accepted,
            "planned_again": found.planned_again,
            "still_uncertain": found.still_uncertain,
            "recovered": abandoned.uncertain,
        },
        as_json=as_json,
        text=f"acceptés : {found.accepted}, à renvoyer : {found.planned_again}, incertains : {found.still_uncertain}",
    )


@command.command()
@click.option("--reason", required=True, help="Pourquoi ; l’équipe le lira.")
@json_option
@telling
def stop(reason: str, as_json: bool) -> None:
    """Arrête tous les envois, en moins de deux secondes."""
    if not reason.strip():
        raise Invalid("dites pourquoi", field="reason")
    _switch(is_open=False, reason=reason.strip(), as_json=as_json)


@command.command()
@json_option
@telling
def resume(as_json: bool) -> None:
    """Laisse repartir les envois après un arrêt."""
    _switch(is_open=True, reason="", as_json=as_json)


def _switch(*, is_open: bool, reason: str, as_json: bool) -> None:
    made = assembly()
    now = made.clock()
    with made.database.transaction() as session:
        delivery.set_switch(session, is_open=is_open, reason=reason, by=None, now=now)
        _record(made, session, now, "sending.resume" if is_open else "sending.stop", {})
    text = "les envois reprennent" if is_open else f"tous les envois sont arrêtés : {reason}"
    show({"open": is_open, "reason": reason}, as_json=as_json, text=text)


def _record(made: Assembly, session: Session, now: datetime, action: str, facts: dict[str, Any]) -> None:
    audit.record(session, made.sealer, at=now, account_id=None, action=action, subject="sending", facts=facts)


def _post(made: Assembly) -> delivery.Post:
    return delivery.Post(
        links=made.links, public_url=made.settings.public_url, bounce_domain=made.settings.mail.bounce_domain
    )


def _told(summary: MailingSummary) -> dict[str, Any]:
    account: Report = summary.report
    return {
        "mailing": summary.mailing.code,
        "kind": summary.mailing.kind,
        "state": summary.mailing.state,
        "recipients": account.recipients,
        "waiting": account.waiting,
        "accepted": account.accepted,
        "deferred": account.deferred,
        "refused": account.refused,
        "withheld": account.withheld,
        "uncertain": account.uncertain,
        "cancelled": account.cancelled,
        "withheld_by_reason": account.withheld_by_reason,
        "excluded": account.excluded,
        "balances": account.balances,
    }


def _line(summary: MailingSummary) -> str:
    account = summary.report
    return (
        f"{summary.mailing.code} ({summary.mailing.state}) : destinataires {account.recipients} = "
        f"expédiés {account.accepted} + en attente {account.waiting} + différés {account.deferred} + "
        f"refusés {account.refused} + retenus {account.withheld} + incertains {account.uncertain} + "
        f"annulés {account.cancelled}"
    )
