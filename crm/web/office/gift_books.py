"""The books of gifts: month by month, day by day, as a file for the accounts; a month is closed once it is over."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from io import BytesIO
from typing import Any, TypedDict

from flask import Blueprint, Response, request, url_for
from flask.typing import ResponseReturnValue

from crm.donations import books, day_balances, fiscal_days, rules, words
from crm.donations import service as donations
from crm.donations.books import Month, Posting
from crm.donations.day_balances import Day
from crm.donations.errors import MonthOpen
from crm.donations.model import Method
from crm.foundation.csv_out import csv_lines
from crm.foundation.print_files import Sheet
from crm.staff import service as staff
from crm.staff.model import Permission
from crm.values import money
from crm.values.calendar import brussels_day
from crm.web.office import guard, shell
from crm.web.office.gifts import fund_names
from crm.web.office.noting import note
from crm.web.office.supporter_proof import download
from crm.web.words import N_

blueprint = Blueprint("gift_books", __name__, url_prefix="/office/gifts/books")


@guard.page(blueprint, "", permission=Permission.DONATIONS_READ)
def index() -> ResponseReturnValue:
    """Every month with what it brought, and the one that can be closed next; any that is over where none is closed."""
    today = brussels_day(shell.now())
    with shell.assembly().database.reading() as session:
        months = books.months(session)
        until = donations.closed_until(session)
        names = {account.id: account.name for account in staff.accounts(session)}
    closable = {one.month_on for one in months if until is None and rules.last_of_month(one.month_on) < today}
    if until is not None and rules.last_of_month(following := until + timedelta(days=1)) < today:
        closable = {following}
        if following not in {one.month_on for one in months}:
            quiet = Month(month_on=following, net_cents=0, fee_cents=0)
            months = tuple(sorted((*months, quiet), key=lambda one: one.month_on, reverse=True))
    return shell.show(
        "office/gifts/books.html",
        months=months,
        names=names,
        closable=closable,
        is_first=until is None,
    )


@guard.page(blueprint, "/<int:year>/<int:month>", permission=Permission.DONATIONS_READ)
def show(year: int, month: int) -> ResponseReturnValue:
    """The journal of a month and its balance, day by day; of one fund or means where that is asked."""
    day = _month(year, month)
    with shell.assembly().database.reading() as session:
        funds = fund_names(session)
        asked = _asked(request.args, funds)
        whole = books.journal(session, day)
        postings = day_balances.of(whole, **asked)
        opening = day_balances.opening(session, day, **asked)
        redated = fiscal_days.of_month(session, day)
        until = donations.closed_until(session)
    chosen = {name: str(value) for name, value in asked.items() if value}
    shown = {**funds, **{one.value: shell.say(word) for one, word in words.METHODS.items()}}
    here: dict[str, Any] = {"year": year, "month": month}
    without: dict[str, dict[str, Any]] = {
        name: {other: value for other, value in chosen.items() if other != name} for name in chosen
    }
    return shell.show(
        "office/gifts/journal.html",
        month_on=day,
        is_quiet=not whole,
        postings=postings,
        days=day_balances.days(postings, opening),
        chosen=chosen,
        chips=[
            {"label": shown.get(value, value), "without": url_for("gift_books.show", **here, **without[name])}
            for name, value in chosen.items()
        ],
        methods=[(one.value, shell.say(word)) for one, word in words.METHODS.items()],
        redated=redated,
        total=sum(one.cents for one in postings),
        balance=books.balance(postings),
        is_closed=until is not None and day <= until,
        funds=funds,
        words=words,
    )


@guard.page(blueprint, "/<int:year>/<int:month>/file", permission=Permission.DONATIONS_READ, methods=("POST",))
def file(year: int, month: int) -> ResponseReturnValue:
    """The same for the accounts, line by line or as a balance a day: amounts as exact decimals, no name of anybody."""
    day, made, is_daily = _month(year, month), shell.assembly(), request.form.get("what") == "days"
    with made.database.transaction() as session:
        funds = fund_names(session)
        asked = _asked(request.form, funds)
        postings = day_balances.of(books.journal(session, day), **asked)
        opening = day_balances.opening(session, day, **asked)
        facts = {"month": f"{day:%Y-%m}", "rows": len(postings)}
        note(session, "gift-books.export", None, facts, subject="gift")
    head, rows = [shell.say(one) for one in HEAD], [_row(one, funds) for one in postings]
    if is_daily:
        head, rows = [shell.say(one) for one in DAILY], [_daily(one) for one in day_balances.days(postings, opening)]
    name = f"{'balance' if is_daily else 'journal'}-{day:%Y-%m}"
    if request.form.get("as") == "xlsx":
        return _workbook(head, rows, name=name)
    lines = [[money.exact(cell) if type(cell) is Cents else str(cell) for cell in row] for row in rows]
    answer = Response(csv_lines([head, *lines]), mimetype="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return answer


def _asked(typed: Mapping[str, str], funds: Mapping[str, str]) -> Asked:
    """The fund and the means that are asked for; what is none of ours asks for nothing."""
    fund, method = typed.get("fund", ""), typed.get("method", "")
    return Asked(fund=fund if fund in funds else "", method=Method(method) if method in set(Method) else None)


def _workbook(head: Sequence[str], rows: Iterable[Sequence[str | int]], *, name: str) -> Response:
    """The same rows as a workbook: numbers that it can add up, everything else as text."""
    file = BytesIO()
    sheet = Sheet(file, head, name=name)
    for row in rows:
        sheet.add_with_amounts([money.euros(cell) if type(cell) is Cents else cell for cell in row])
    sheet.close()
    return download(file.getvalue(), f"{name}.xlsx", XLSX)


XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
HEAD = (N_("Jour"), N_("Mouvement"), N_("Moyen"), N_("Fonds"), N_("Centre de coûts"), N_("Nombre"), N_("Montant"))


DAILY = (N_("Jour"), N_("Solde d’ouverture"), N_("Entrées"), N_("Sorties"), N_("Solde de clôture"))


class Asked(TypedDict):
    """What of a journal is asked for."""

    fund: str
    method: Method | None


class Cents(int):
    """A cell that is an amount, in a row where others count."""


def _row(one: Posting, funds: Mapping[str, str]) -> list[str | int]:
    kind, method = shell.say(words.ENTRIES[one.kind][0]), shell.say(words.METHODS[one.method])
    fund = funds.get(one.fund, one.fund)
    return [one.on.isoformat(), kind, method, fund, one.centre, one.count, Cents(one.cents)]


def _daily(one: Day) -> list[str | int]:
    amounts = (one.opening_cents, one.came_cents, one.gone_cents, one.closing_cents)
    return [one.on.isoformat(), *map(Cents, amounts)]


@guard.page(blueprint, "/close", permission=Permission.DONATIONS_EDIT, methods=("POST",))
def close() -> ResponseReturnValue:
    """Closes a month that is over: what comes later of it counts in the open one."""
    try:
        day = _month(request.form.get("year", 0, type=int), request.form.get("month", 0, type=int))
        with shell.assembly().database.transaction() as session:
            donations.close_month(session, day, at=shell.now(), by=guard.signed_in().account.id)
            note(session, "gift-books.close", None, {"month": f"{day:%Y-%m}"}, subject="gift")
    except MonthOpen:
        message = N_("Ce mois ne peut pas encore être clos : il n’est pas fini, ou celui d’avant ne l’est pas.")
        return shell.back(url_for("gift_books.index"), shell.say(message), kind="refused")
    return shell.back(url_for("gift_books.index"), shell.say(N_("Le mois est clos.")))


def _month(year: int, month: int) -> date:
    try:
        return date(year, month, 1)
    except ValueError as error:
        raise MonthOpen from error
