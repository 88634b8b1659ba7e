"""What came of an appeal, as it is kept in a row and read from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from typing import Any

from crm.fundraising.model import Arms, Lift
from crm.fundraising.outcome_model import Answered, Promises, Results


def as_json(found: Results) -> dict[str, Any]:
    """Plain words and numbers."""
    paid_back = found.paid_back_on and found.paid_back_on.isoformat()
    return asdict(found) | {"until_on": found.until_on.isoformat(), "paid_back_on": paid_back}


def from_json(kept: Mapping[str, Any]) -> Results:
    """The inverse of `as_json`."""
    paid_back, promised = kept["paid_back_on"], kept["promises"]
    told = {
        "until_on": date.fromisoformat(kept["until_on"]),
        "answered": tuple(Answered(**one) for one in kept["answered"]),
        "paid_back_on": date.fromisoformat(paid_back) if paid_back else None,
        "promises": Promises(**{**promised, **_compared(promised)}),
    }
    return Results(**{**kept, **_compared(kept), **told})


def _compared(kept: Mapping[str, Any]) -> dict[str, Any]:
    arms = {name: Arms(**kept[name]) for name in ("mailed_arm", "control_arm")}
    return arms | {"lift": Lift(**kept["lift"]) if kept["lift"] else None}
