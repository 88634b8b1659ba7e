"""A payment house that says what a test puts on its shelf, and the answers that Mollie documents."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from crm.assembly import Assembly
from crm.foundation.fetch import Fetched, Fetcher, FetchFailed
from crm.foundation.settings import Egress, Mollie, Payments
from crm.payments.model import PaidOut, Told

API = "https://api.mollie.com/v2"
SECRET = "a secret of webhooks"


@dataclass
class Shelf:
    """What a house knows: payments by their reference, and payouts."""

    payments: dict[str, Told] = field(default_factory=dict)
    paid_out: list[PaidOut] = field(default_factory=list)
    name: str = "mollie"

    def named(self, body: bytes, *, is_form: bool, signatures: Sequence[str]) -> str | None:
        return body.decode() if is_form else None

    def payment(self, reference: str) -> Told | None:
        return self.payments.get(reference)

    def payouts(self, known: Collection[str]) -> Iterator[PaidOut]:
        return (one for one in self.paid_out if one.reference not in known)


class Answering(Fetcher):
    """Answers from a shelf of JSON by address; anything else is not found. `asked`: each address and its secret."""

    pages: Mapping[str, Any]
    asked: list[tuple[str, str]]
    is_down: bool

    def __init__(self, pages: Mapping[str, Any]) -> None:
        super().__init__(Egress())
        for name, value in (("pages", pages), ("asked", []), ("is_down", False)):
            object.__setattr__(self, name, value)

    def fetch(
        self, url: str, *, etag: str = "", last_modified: str = "", max_bytes: int | None = None, bearer: str = ""
    ) -> Fetched:
        self.asked.append((url, bearer))
        if self.is_down or url not in self.pages:
            raise FetchFailed("nothing there", status=503 if self.is_down else 404)
        return Fetched(status=200, body=json.dumps(self.pages[url]).encode(), url=url)


def mollie_settings(folder: Path) -> Mollie:
    """Secrets as an installation lays them down."""
    for name, text in (("key", "live_key"), ("token", "access_token"), ("signing", f"{SECRET}\n")):
        (folder / f"mollie-{name}").write_text(text)
    return Mollie(
        key_file=folder / "mollie-key", token_file=folder / "mollie-token", signing_file=folder / "mollie-signing"
    )


def with_mollie(assembly: Assembly, fetcher: Fetcher) -> Assembly:
    """The same house, linked to Mollie, which answers by that fetcher."""
    payments = Payments(mollie=mollie_settings(assembly.settings.home))
    return replace(assembly, fetcher=fetcher, settings=assembly.settings.model_copy(update={"payments": payments}))


def euro(value: str) -> dict[str, str]:
    return {"currency": "EUR", "value": value}


def payment(name: str, value: str = "25.00", **facts: Any) -> dict[str, Any]:
    """A payment as Mollie's API shows it, with what our site wrote beside it."""
    return {
        "resource": "payment",
        "id": name,
        "mode": "live",
        "status": "paid",
        "amount": euro(value),
        "method": "bancontact",
        "createdAt": "2026-11-22T20:01:00+00:00",
        "paidAt": "2026-11-22T23:30:00+00:00",
        "sequenceType": "oneoff",
        "metadata": {
            "email": "marie@exemple.be", "first_name": "Marie", "last_name": "Dupont", "language": "nl",
            "return_code": f"retour-{name}-abcdefgh",
        },
    } | facts  # fmt: skip


def at(name: str) -> str:
    return f"{API}/payments/{name}?embed=refunds,chargebacks"


def settlement(payments: Sequence[Mapping[str, Any]], *, amount: str, **facts: Any) -> dict[str, Any]:
    """The pages by which Mollie tells of one settlement, by their address."""
    here = f"{API}/settlements/stl_abcd1234"
    one = {
        "id": "stl_abcd1234", "reference": "1234567.2611.03", "status": "paidout", "amount": euro(amount),
        "createdAt": "2026-11-23T05:00:00+00:00", "settledAt": "2026-11-23T06:00:00+00:00",
        "periods": {"2026": {"11": {"costs": facts.get("costs", []), "revenue": []}}},
    }  # fmt: skip
    return {
        f"{API}/settlements?limit=50": {"_embedded": {"settlements": [one]}},
        f"{here}/payments?limit=250": {"_embedded": {"payments": list(payments)}, "_links": {"next": None}},
        f"{here}/refunds?limit=250": {"_embedded": {"refunds": facts.get("refunds", [])}},
        f"{here}/chargebacks?limit=250": {"_embedded": {"chargebacks": facts.get("chargebacks", [])}},
    }
