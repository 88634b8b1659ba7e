"""To which cost centre money is accounted: rules as data, the most particular first; a code may hold a year. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from crm.donations.model import GiftKind
from crm.values.identifiers import AppealId, CampaignId

YEAR, SHORT_YEAR = "{year}", "{yy}"
"""What a code may hold: the year in which the donor first gave, in four digits or two."""
_CODE = re.compile(r"(?:[A-Za-z0-9._/-]|\{year\}|\{yy\}){1,40}")


class Donors(StrEnum):
    """Whose money a rule is about: anybody's, of those who first gave in the year of the books, or before it."""

    ANY = "any"
    NEW = "new"
    LATER = "later"


@dataclass(frozen=True, kw_only=True, slots=True)
class CentreRule:
    """Money of a campaign or one of its appeals, for a fund, of a kind, of such donors: this code. None: of any."""

    code: str
    campaign_id: CampaignId | None = None
    appeal_id: AppealId | None = None
    fund: str | None = None
    kind: GiftKind | None = None
    donors: Donors = Donors.ANY
    id: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Money:
    """What a rule looks at; a provider's fee is for no fund (empty)."""

    campaign_id: CampaignId | None
    appeal_id: AppealId | None
    fund: str
    kind: GiftKind
    acquired: int
    booked: int


def is_code(text: str) -> bool:
    """Whether a cost centre may be called so."""
    return len(text) <= 40 and _CODE.fullmatch(text) is not None


def ordered(rules: Iterable[CentreRule]) -> tuple[CentreRule, ...]:
    """The rules, the most particular first: an appeal before a campaign, a fund, a kind, donors; then the newest."""
    return tuple(sorted(rules, key=_weight, reverse=True))


def _weight(rule: CentreRule) -> tuple[bool, bool, bool, bool, bool, int]:
    return (
        rule.appeal_id is not None,
        rule.campaign_id is not None,
        rule.fund is not None,
        rule.kind is not None,
        rule.donors is not Donors.ANY,
        rule.id,
    )


def centre(rules: Iterable[CentreRule], money: Money) -> str:
    """The code of the first rule that answers; empty where none does."""
    for rule in ordered(rules):
        if _answers(rule, money):
            year = f"{money.acquired:04}"
            return rule.code.replace(YEAR, year).replace(SHORT_YEAR, year[2:])
    return ""


def _answers(rule: CentreRule, money: Money) -> bool:
    return (
        rule.appeal_id in (None, money.appeal_id)
        and rule.campaign_id in (None, money.campaign_id)
        and rule.fund in (None, money.fund)
        and rule.kind in (None, money.kind)
        and (rule.donors is Donors.ANY or (money.acquired >= money.booked) is (rule.donors is Donors.NEW))
    )
