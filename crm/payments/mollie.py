"""Mollie: its notices, its payments with what went back of them, its settlements (API v2, as documented in 2026).

A classic notice says nothing but `id=tr_…`, unsigned: whoever forges one makes us look, and learns nothing. Newer ones
are JSON and signed (`X-Mollie-Signature: sha256=…`, twice while a secret changes). Either way the truth is fetched.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import parse_qs

from crm.donations.model import EntryKind
from crm.foundation.fetch import Fetcher, FetchFailed
from crm.foundation.settings import Mollie as Settings
from crm.foundation.signing import is_signed
from crm.payments import beside
from crm.payments.model import Back, LeftOut, PaidIn, PaidOut, PaymentState, Told
from crm.payments.rules import is_return_code
from crm.values.calendar import brussels_day
from crm.values.errors import Unavailable

_PAYMENT = re.compile(r"tr_[A-Za-z0-9]{4,60}")
_SETTLEMENT = re.compile(r"stl_[A-Za-z0-9]{4,60}")
_STATES = {"paid": PaymentState.PAID, "failed": PaymentState.FAILED, "canceled": PaymentState.FAILED,
           "expired": PaymentState.FAILED}  # fmt: skip
_GONE = frozenset({"processing", "refunded"})
_NOT_GONE = frozenset({"failed", "canceled"})
_VALUE = r"[0-9]{1,12}(\.[0-9]{1,4})?"
_NOT_TOLD = frozenset({400, 404, 410, 422})
"""What Mollie answers of one thing that it will not tell later either."""
_MOST_PAGES = 400
"""Of 250 each: no settlement of ours is larger."""


class Unreadable(Unavailable):
    """What Mollie answered is not what it documents."""

    def __init__(self, left_out: Sequence[LeftOut] = ()) -> None:
        super().__init__("the provider answered something else than it documents")
        self.left_out = tuple(left_out)
        """The payments because of which it is so."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Mollie:
    """The one adapter of Mollie."""

    settings: Settings
    fetcher: Fetcher

    @property
    def name(self) -> str:
        """How its movements are called in the ledger."""
        return "mollie"

    def named(self, body: bytes, *, is_form: bool, signatures: Sequence[str]) -> str | None:
        """Which payment a notice speaks of; None where it is none of theirs, or its signature is not."""
        if is_form:
            several = parse_qs(body.decode("latin-1"), max_num_fields=20).get("id", [])
            said: Any = several[0] if len(several) == 1 else ""
        else:
            said = self._named_in_event(body, signatures)
        return said if isinstance(said, str) and _PAYMENT.fullmatch(said) else None

    def payment(self, reference: str) -> Told | LeftOut | None:
        """The payment as it is now, left out where paid in another money, of which only a payout says what it became;
        None where they know none, or nought.
        """
        found = self._payment(reference)
        if found is None:
            return None
        if _currency(found) != "EUR":
            return _left_out(found, reference)
        return _told(found) if _cents(found.get("amount")) > 0 else None

    def payouts(self, known: Collection[str]) -> Iterator[PaidOut | LeftOut]:
        """The newest settlements that were paid out and whose reference is not known, the oldest of them first.

        One that cannot be read stops none of the others: it is left out, with the payments because of which it is.
        """
        if self.settings.token_file is None:
            return
        page = self._get(f"{self.settings.api_url}/settlements?limit=50", self._token())
        for one in reversed(_embedded(page, "settlements")):
            reference, number = str(one.get("reference") or ""), str(one.get("id") or "")
            is_new = reference and reference not in known and _SETTLEMENT.fullmatch(number)
            if not is_new or one.get("status") != "paidout":
                continue
            if _currency(one) != "EUR":
                yield _unread(one, reference)
                continue
            try:
                yield self._payout(one, reference, number)
            except FetchFailed as failed:
                if failed.status not in _NOT_TOLD:
                    raise
                yield _unread(one, reference)
            except Unreadable as error:
                yield from error.left_out
                yield _unread(one, reference)

    def _payout(self, one: Mapping[str, Any], reference: str, number: str) -> PaidOut:
        here = f"{self.settings.api_url}/settlements/{number}"
        found = list(self._pages(f"{here}/payments?limit=250", "payments"))
        foreign = [_left_out(each, str(each.get("id"))[:100]) for each in found if not _is_in_euro(each)]
        if foreign:
            raise Unreadable([each for each in foreign if each is not None])
        payments = [_told(each) for each in found]
        gone = [(EntryKind.REFUND, each) for each in self._pages(f"{here}/refunds?limit=250", "refunds")]
        gone += [(EntryKind.CHARGEBACK, each) for each in self._pages(f"{here}/chargebacks?limit=250", "chargebacks")]
        backs = [(str(each.get("paymentId")), _back(kind, each, is_settled=True)) for kind, each in gone]
        elsewhere = sorted({name for name, _ in backs} - {told.reference for told in payments})
        return PaidOut(
            reference=reference,
            cents=_cents(one.get("amount")),
            on=_day(one.get("settledAt") or one.get("createdAt")),
            payments=[_with(told, backs) for told in payments],
            others=[_with(_told(one), backs) for one in map(self._payment, elsewhere) if one and _is_in_euro(one)],
            backs=backs,
            costs=_costs(one),
        )

    def _payment(self, reference: str) -> Mapping[str, Any] | None:
        if not _PAYMENT.fullmatch(reference):
            return None
        try:
            found = self._get(f"{self.settings.api_url}/payments/{reference}?embed=refunds,chargebacks", self._key())
        except FetchFailed as error:
            if error.status in {404, 410}:
                return None
            raise
        return found if found.get("id") == reference else None

    def _named_in_event(self, body: bytes, signatures: Sequence[str]) -> Any:
        given = [one.strip().removeprefix("sha256=") for header in signatures for one in header.split(",")]
        if not any(is_signed(body, mark, secret) for secret in self._secrets() for mark in given):
            return None
        try:
            event = json.loads(body)
        except (ValueError, RecursionError):
            return None
        if not isinstance(event, dict):
            return None
        within = event.get("_embedded")
        entity = within.get("entity") if isinstance(within, dict) else None
        about = entity if isinstance(entity, dict) else {}
        return about.get("paymentId") or event.get("entityId") or about.get("id")

    def _pages(self, url: str, kind: str) -> Iterator[Mapping[str, Any]]:
        for _ in range(_MOST_PAGES):
            page = self._get(url, self._token())
            yield from _embedded(page, kind)
            links = page.get("_links")
            following = links.get("next") if isinstance(links, dict) else None
            url = str(following.get("href") or "") if isinstance(following, dict) else ""
            if not url:
                return
            if not url.startswith(f"{self.settings.api_url}/"):
                raise Unreadable
        raise Unreadable

    def _get(self, url: str, secret: str) -> Mapping[str, Any]:
        try:
            found = json.loads(self.fetcher.fetch(url, bearer=secret).body)
        except (ValueError, RecursionError) as error:
            raise Unreadable from error
        if not isinstance(found, dict):
            raise Unreadable
        return found

    def _key(self) -> str:
        return self.settings.key_file.read_text().strip() if self.settings.key_file else ""

    def _token(self) -> str:
        return self.settings.token_file.read_text().strip() if self.settings.token_file else ""

    def _secrets(self) -> list[str]:
        text = self.settings.signing_file.read_text() if self.settings.signing_file else ""
        return [line.strip() for line in text.splitlines() if line.strip()]


def _told(found: Mapping[str, Any]) -> Told:
    metadata, amount = found.get("metadata"), found.get("amount")
    paid_in = None if _currency(found) == "EUR" else _paid_in(amount)
    cents = _cents(amount if paid_in is None else found.get("settlementAmount"))
    beside_it: dict[str, Any] = {"cents": cents, "is_recurring": found.get("sequenceType") == "recurring"}
    backs = []
    if paid_in is None:  # else what goes back is told by the payout that holds it, in euro
        backs += [_back(EntryKind.REFUND, one) for one in _embedded(found, "refunds") if _is_told(one)]
        backs += [_back(EntryKind.CHARGEBACK, one) for one in _embedded(found, "chargebacks")]
    else:
        beside_it["written"] = int(Decimal(paid_in.amount).scaleb(2))
    code = metadata.get("return_code") if isinstance(metadata, dict) else None
    return Told(
        reference=str(found.get("id")),
        state=_STATES.get(str(found.get("status")), PaymentState.OPEN),
        cents=cents,
        on=_day(found.get("paidAt") or found.get("createdAt")),
        means=str(found.get("method") or ""),
        is_test=found.get("mode") == "test",
        giver=beside.giver(metadata, **beside_it),
        said=beside.what(metadata, **beside_it),
        return_code=code if isinstance(code, str) and is_return_code(code) else "",
        backs=tuple(backs),
        paid_in=paid_in,
    )


def _paid_in(amount: Any) -> PaidIn | None:
    """What was paid in another money; words of theirs that are no currency or amount are none."""
    said = amount if isinstance(amount, dict) else {}
    currency, value = str(said.get("currency")), str(said.get("value"))
    is_one = re.fullmatch(r"[A-Z]{3}", currency) and re.fullmatch(_VALUE, value) and currency != "EUR"
    return PaidIn(currency=currency, amount=value) if is_one else None


def _is_in_euro(found: Mapping[str, Any]) -> bool:
    """Whether a payment says what it is in euro: paid so, or converted by its payout."""
    if _currency(found) == "EUR":
        return True
    try:
        return _paid_in(found.get("amount")) is not None and _cents(found.get("settlementAmount")) > 0
    except Unreadable:
        return False


def _left_out(found: Mapping[str, Any], reference: str) -> LeftOut | None:
    paid_in = _paid_in(found.get("amount"))
    if found.get("status") != "paid" or paid_in is None:
        return None
    on = _day(found.get("paidAt") or found.get("createdAt"))
    return LeftOut(reference=reference, currency=paid_in.currency, amount=paid_in.amount, on=on)


def _unread(one: Mapping[str, Any], reference: str) -> LeftOut:
    """A settlement that cannot be read, as much of it as can."""
    amount, currency = one.get("amount"), _currency(one)
    value = str(amount.get("value")) if isinstance(amount, dict) else ""
    try:
        on: date | None = _day(one.get("settledAt") or one.get("createdAt"))
    except Unreadable:
        on = None
    return LeftOut(
        reference=reference[:100],
        currency=currency if re.fullmatch(r"[A-Z]{3}", currency) else "EUR",
        amount=value if re.fullmatch(_VALUE, value) else "",
        on=on,
    )


def _is_told(refund: Mapping[str, Any]) -> bool:
    return str(refund.get("status")) in _GONE | _NOT_GONE


def _back(kind: EntryKind, found: Mapping[str, Any], *, is_settled: bool = False) -> Back:
    is_undone = bool(found.get("reversedAt")) or str(found.get("status")) in _NOT_GONE
    return Back(
        reference=str(found.get("id")),
        kind=kind,
        cents=_cents(found.get("amount")) if _currency(found) == "EUR" else abs(_cents(found.get("settlementAmount"))),
        on=_day(found.get("createdAt")),
        stands=is_settled or not is_undone,
    )


def _with(told: Told, backs: Sequence[tuple[str, Back]]) -> Told:
    """The payment with what a settlement says went back of it, also where the payment does not say so yet."""
    known = {back.reference for back in told.backs}
    more = tuple(back for name, back in backs if name == told.reference and back.reference not in known)
    return replace(told, backs=(*told.backs, *more))


def _costs(one: Mapping[str, Any]) -> list[tuple[str, int]]:
    """What each means cost, in 1/10 000 euro, over all months of a settlement."""
    periods = one.get("periods")
    years = periods.values() if isinstance(periods, dict) else ()
    months = [month for year in years if isinstance(year, dict) for month in year.values() if isinstance(month, dict)]
    told = [month.get("costs") for month in months]
    costs = [cost for several in told if isinstance(several, list) for cost in several if isinstance(cost, dict)]
    return [(str(cost.get("method") or ""), abs(_exact(cost.get("amountGross"), 4))) for cost in costs]


def _embedded(found: Mapping[str, Any], kind: str) -> list[Mapping[str, Any]]:
    within = found.get("_embedded")
    several = within.get(kind) if isinstance(within, dict) else None
    return [one for one in several if isinstance(one, dict)] if isinstance(several, list) else []


def _currency(found: Mapping[str, Any]) -> str:
    amount = found.get("amount")
    return str(amount.get("currency")) if isinstance(amount, dict) else ""


def _cents(amount: Any) -> int:
    return _exact(amount, 2)


def _exact(amount: Any, decimals: int) -> int:
    """`{"currency": "EUR", "value": "10.00"}` in its smallest parts, exactly."""
    try:
        whole = Decimal(str(amount["value"])).scaleb(decimals)
        found = int(whole)
    except (KeyError, TypeError, InvalidOperation, ValueError, OverflowError) as error:
        raise Unreadable from error
    if whole != found or amount.get("currency") != "EUR":
        raise Unreadable
    return found


def _day(text: Any) -> date:
    try:
        moment = datetime.fromisoformat(str(text))
    except ValueError as error:
        raise Unreadable from error
    return brussels_day(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
