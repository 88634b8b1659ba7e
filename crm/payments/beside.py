"""What our own site writes beside a payment at its provider (Mollie calls it metadata): who pays, and what for.

`{"email", "first_name", "last_name", "language", "given_as", "fund", "source_code", "tribute", "lines", "return_code"}`
where only `email` is needed; `lines` are `{"cents", "kind", "fund"}` that add up to the payment. What cannot be read, a
person looks at, and finds what of it could be: a payment whose giver is illegible is still for what it says.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from crm.donations import rules
from crm.donations.model import GENERAL, GiftKind, LineKind, NewLine
from crm.payments.model import Giver, Said
from crm.values.email_address import EmailAddress
from crm.values.errors import Invalid
from crm.values.languages import Language
from crm.values.money import shared

_Text = Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f\x7f-\x9f]*$", max_length=100)]
_Code = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._-]*$", max_length=40)]


class _LineSaid(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)

    cents: int = Field(gt=0)
    kind: Literal["donation", "fee", "goods"] = "donation"
    fund: _Code = GENERAL


class _What(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)

    given_as: Literal["one-off", "instalment", "membership-fee", "sale"] = "one-off"
    fund: _Code = GENERAL
    source_code: _Text = ""
    tribute: Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f\x7f-\x9f]*$", max_length=200)] = ""
    lines: Annotated[list[_LineSaid], Field(max_length=10)] = []


class _Who(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)

    email: Annotated[str, StringConstraints(max_length=254)]
    first_name: _Text = ""
    last_name: _Text = ""
    language: Literal["fr", "nl", "de", "en"] = "fr"


def what(metadata: Any, *, cents: int, is_recurring: bool, written: int | None = None) -> Said | None:
    """What a payment is for, or None where it cannot be read. Where it was paid in another money, `written` is what it
    was there, in hundredths: lines fixed in it are as much of the euros.
    """
    if not isinstance(metadata, dict):
        return None
    try:
        said = _What.model_validate(metadata)
    except ValidationError:
        return None
    kind = GiftKind.INSTALMENT if is_recurring and said.given_as == "one-off" else GiftKind(said.given_as)
    sizes: Sequence[int] = [one.cents for one in said.lines]
    if sizes and sum(sizes) == written:
        sizes = shared(cents, sizes)
    fixed = tuple(
        NewLine(cents=size, kind=LineKind(one.kind), fund=one.fund)
        for one, size in zip(said.lines, sizes, strict=True)
        if size
    )
    whole = NewLine(cents=cents, kind=rules.LINE_OF.get(kind, LineKind.DONATION), fund=said.fund)
    return Said(
        lines=fixed or (whole,),
        kind=kind,
        source_code=said.source_code.strip(),
        tribute=" ".join(said.tribute.split()),
    )


def giver(metadata: Any, *, cents: int, is_recurring: bool, written: int | None = None) -> Giver | None:
    """Who pays and what for, or None where either cannot be read."""
    said = what(metadata, cents=cents, is_recurring=is_recurring, written=written)
    if said is None:
        return None
    try:
        who = _Who.model_validate(metadata)
        email = EmailAddress.parse(who.email)
    except (ValidationError, Invalid):
        return None
    return Giver(
        email=email,
        first_name=who.first_name.strip(),
        last_name=who.last_name.strip(),
        language=Language(who.language),
        lines=said.lines,
        kind=said.kind,
        source_code=said.source_code,
        tribute=said.tribute,
    )
