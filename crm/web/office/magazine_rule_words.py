"""A version of who gets the magazine, in a sentence."""

from __future__ import annotations

from crm.magazine import words
from crm.magazine.model import SAID, Eligibility
from crm.web.office import shell
from crm.web.words import N_


def sentence(rule: Eligibility) -> str:
    """Everybody whom it gives a right, one after the other."""
    parts = []
    if rule.members:
        parts.append(shell.say(N_("membres (%(months)s mois de grâce)"), months=rule.grace_months))
    if rule.regular_plans:
        parts.append(
            shell.say(N_("don régulier, un versement dans les %(months)s derniers mois"), months=rule.plan_months)
        )
    if rule.gift_count or rule.gift_cents:
        said = N_("%(count)s dons, %(money)s en tout, en %(months)s mois")
        money = shell.money(rule.gift_cents)
        parts.append(shell.say(said, count=rule.gift_count, money=money, months=rule.gift_months))
    parts += [shell.say(words.BASES[one]).lower() for one in SAID if one in rule.said]
    return " · ".join(parts)
