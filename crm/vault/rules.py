"""What becomes of a number that is given for somebody."""

from __future__ import annotations

from crm.vault.model import Outcome


def outcome(*, held_by_them: bool | None, held_elsewhere: bool, replaces: bool) -> Outcome:
    """The verdict. `held_by_them`: None where they have none, else whether theirs is this very number.

    A colleague who types a number `replaces` the one that is held; one found in a communication never does.
    """
    if held_by_them:
        return Outcome.SAME
    if held_elsewhere:
        return Outcome.ELSEWHERE
    if held_by_them is None:
        return Outcome.KEPT
    return Outcome.REPLACED if replaces else Outcome.DIFFERS
