"""Amounts of euro, in integer cents. No float ever touches one."""

from __future__ import annotations

from collections.abc import Sequence


def exact(cents: int) -> str:
    """An amount as files and programs read it: `-1234` is "-12.34"."""
    sign = "-" if cents < 0 else ""
    return f"{sign}{abs(cents) // 100}.{abs(cents) % 100:02d}"


def shared(cents: int, weights: Sequence[int]) -> tuple[int, ...]:
    """`cents` in parts as the weights are to one another, to the cent; each part has the sign of `cents`.

    Whoever loses most by rounding down gets the cent that is left, the first of equals. Weights are not negative, and
    not all nought unless `cents` is.
    """
    whole, amount = sum(weights), abs(cents)
    if not whole:
        if cents:
            raise ValueError("nothing to share among")
        return tuple(0 for _ in weights)
    parts = [amount * weight // whole for weight in weights]
    lost = sorted(range(len(weights)), key=lambda i: (-(amount * weights[i] % whole), i))
    for i in lost[: amount - sum(parts)]:
        parts[i] += 1
    return tuple(-part if cents < 0 else part for part in parts)
