"""`portevoix donations`: the figures of donors, counted anew and compared with their gifts."""

from __future__ import annotations

import sys

import click

from crm.attestations import yearly_control
from crm.cli.helping import Orders
from crm.cli.output import assembly, json_option, show, telling
from crm.donations import donors
from crm.donations import service as donations
from crm.values.money import exact
from jobs import recount_donors


@click.group(name="donations", cls=Orders, subcommand_metavar="COMMANDE …")
def command() -> None:
    """Recompter les statistiques des donateurs, les comparer aux dons."""


@command.command(name="rebuild-stats")
@json_option
@telling
def rebuild_stats(*, as_json: bool) -> None:
    """Recompte tous les donateurs à partir de leurs dons, par tranches, pendant que la maison travaille."""
    made = assembly()
    found = recount_donors.rebuild(made, made.clock())
    show({"donors": found}, as_json=as_json, text=f"donateurs comptés : {found}")


@command.command()
@click.argument("year", type=click.IntRange(2020, 2100), metavar="ANNÉE")
@json_option
@telling
def control(year: int, *, as_json: bool) -> None:
    """Compare le registre, la banque et les attestations d’une année. Code de sortie 1 s’ils diffèrent."""
    made = assembly()
    with made.database.reading() as session:
        found = yearly_control.control(session, year, at=made.clock())
    said = {
        "year": found.year,
        "even": found.is_even,
        "ledger": found.ledger_cents,
        "ledger_by_bank": found.ledger_by_bank_cents,
        "bank": found.bank_cents,
        "paid_out": found.paid_out_cents,
        "unpaid_out": {"payments": found.unpaid.count, "cents": found.unpaid.cents},
        "payouts": [{"payout": one.reference, "said": one.cents, "bank": one.credited_cents} for one in found.payouts],
        "deposited": found.deposited_cents,
        "piles_waiting": {
            "count": found.pile_count,
            "cents": found.pile_cents,
            "piles": [
                {"batch": one.batch_id, "received": one.received_on.isoformat(), "cents": one.cents}
                for one in found.piles
            ],
        },
        "waiting": {"lines": found.waiting, "cents": found.waiting_cents},
        "refunds_unpaid": {
            "count": found.owed_count,
            "cents": found.owed_cents,
            "gifts": [{"gift": one.gift_id, "on": one.on.isoformat(), "cents": one.cents} for one in found.owed],
        },
        "aside": {
            "count": found.aside_count,
            "cents": found.aside_cents,
            "lines": [
                {
                    "line": one.line_id,
                    "on": one.on.isoformat(),
                    "cents": one.cents,
                    "why": one.why.value if one.why else None,
                }
                for one in found.aside
            ],
        },
        "gaps": [
            {
                "account": one.account,
                "before": one.before_on.isoformat(),
                "closed": one.closed_cents,
                "after": one.after_on.isoformat(),
                "opened": one.opened_cents,
            }
            for one in found.gaps
        ],
        "elsewhere": {method.value: dict(several) for method, several in found.elsewhere.items()},
        "differences": [
            {
                "gift": one.gift_id,
                "on": one.on.isoformat() if one.on else None,
                "ledger": one.ledger_cents,
                "bank": one.bank_cents,
                "lines": list(one.line_ids),
                "batch": one.batch_id,
            }
            for one in found.differences
        ],
        "attestations": {
            "given": found.attestations.given,
            "on_paper": found.attestations.on_paper,
            "owed": found.attestations.owed,
            "left_out": found.attestations.left_out,
            "difference": found.attestations.difference,
        },
    }
    text = (
        f"registre, par la banque : {exact(found.ledger_by_bank_cents)}\n"
        f"lignes de la banque : {exact(found.bank_cents)}\n"
        f"lignes qui attendent : {found.waiting}\n"
        f"chèques et espèces déposés : {exact(found.deposited_cents)}\n"
        f"piles pas encore déposées : {found.pile_count} ({exact(found.pile_cents)})\n"
        f"remboursements jamais payés : {found.owed_count} ({exact(found.owed_cents)})\n"
        f"lignes mises de côté, à regarder : {found.aside_count} ({exact(found.aside_cents)})\n"
        f"extraits qui manquent : {len(found.gaps)}\n"
        f"paiements en ligne jamais versés : {found.unpaid.count} ({exact(found.unpaid.cents)})\n"
        f"versements crédités autrement : {len(found.payouts)}\n"
        f"dons et jours qui diffèrent : {len(found.differences)}\n"
        f"attestations, différence : {exact(found.attestations.difference)}"
    )
    show(said, as_json=as_json, text=text)
    if not found.is_even:
        sys.exit(1)


@command.command()
@json_option
@telling
def drift(*, as_json: bool) -> None:
    """Compte ce qui diffère : dons et mouvements, donateurs et dons. Code de sortie 1 s’il y en a."""
    with assembly().database.reading() as session:
        money, people = donations.drift(session), donors.drift(session)
    text = (
        f"dons et lignes qui diffèrent de leurs mouvements : {money}\ndonateurs qui diffèrent de leurs dons : {people}"
    )
    show({"gifts": money, "donors": people}, as_json=as_json, text=text)
    if money or people:
        sys.exit(1)
