"""What the office says of imports: a row as a sentence, a refusal, the labels of fields."""

from __future__ import annotations

from typing import Any

from crm.consent.model import Channel
from crm.imports import service as imports
from crm.imports import words
from crm.imports.errors import FileRefused, Refused
from crm.imports.kinds.every import KINDS
from crm.imports.model import STOPPED, Reason, Row, RowVerdict, Told
from crm.imports.wish import Wish
from crm.people.arrivals import one_line
from crm.people.model import Person, TieKind
from crm.people.rules import shown_number
from crm.people.words import TIES
from crm.values import enterprise_number as enterprises
from crm.values.money import typed
from crm.web.office import shell
from crm.web.words import N_

AS_SAID = frozenset(
    {
        *(Reason.SIGNS, Reason.NOT_PETITION, Reason.NOT_FUND, Reason.NOT_SOURCE, Reason.NOT_MEMBER_KIND),
        *(Reason.ACCOUNT_OTHERWISE, Reason.ACCOUNT_TAKEN, Reason.FOR_ADDRESS),
        *(Reason.ORGANISATION_UNCLEAR, Reason.ORGANISATION_NEW, Reason.ORGANISATION_THERE, Reason.OF_ORGANISATION),
        *(Reason.NOT_ENTERPRISE, Reason.NOT_ORGANISATION_KIND, Reason.NOT_TIE, Reason.AT_HOME, Reason.HOUSEHOLD_NAMED),
        *(Reason.NOT_TAG, Reason.TAGS, Reason.TAGS_NEW, Reason.TAG_UNKNOWN, Reason.TAG_SENSITIVE),
    }
)
"""Reasons that name something as the file says it: a code, the ends of accounts."""
OF_CONSENT = frozenset({Reason.OBJECTION, Reason.CONSENT, Reason.LEGACY, Reason.NO_STANDS, Reason.WITHDRAWAL})
"""Reasons that name a purpose, and perhaps a channel."""
AMOUNTS = frozenset(
    {
        *(Reason.GIVES, Reason.GIFT_THERE, Reason.GIFT_OTHERWISE, Reason.GIFT_ALIKE),
        *(Reason.PROMISES, Reason.PLAN_THERE, Reason.PLAN_OTHERWISE, Reason.AMENDS),
        *(Reason.ATTESTS, Reason.PAPER_THERE, Reason.PAPER_OTHERWISE),
    }
)
"""Reasons that name an amount."""
LINE = N_("%(sentence)s Ligne %(line)s.")
AT_ROW = N_(
    "Une erreur inattendue s’est produite à la ligne %(line)s. Ce qui la précède est entré, rien n’est à moitié."
)
IT_IS = N_("C’est %(who)s")
TAKE_ACCOUNT = N_("Prendre le compte %(tail)s")
KEEP_ACCOUNT = N_("Garder celui du mandat")
KEPT_ACCOUNT = N_("Décidé : garder le compte du mandat")
KNOWN = N_("Décidé : c’est cette personne")
SOMEWHERE = N_("Une erreur inattendue s’est produite. Rien n’est resté à moitié.")


def refusal(refused: FileRefused) -> str:
    """Why a file cannot be read, in one sentence, with the line where that is known."""
    return refusal_of(refused.why, refused.line)


def refusal_of(why: Refused, line: int | None) -> str:
    """The same, from its parts."""
    sentence = shell.say(words.REFUSED[why])
    return shell.say(LINE, sentence=sentence, line=shell.number(line)) if line else sentence


def kept_error(text: str) -> str:
    """The same, from what a run keeps of it (`too-heavy:12`)."""
    why, _, line = text.partition(":")
    if why == STOPPED:
        return shell.say(AT_ROW, line=shell.number(int(line))) if line else shell.say(SOMEWHERE)
    return refusal_of(Refused(why), int(line) if line else None)


def label(kind: str, field: str) -> str:
    """What people call a field of that kind of file."""
    if field in words.FIELDS and field != "external_id":
        return shell.say(words.FIELDS[field]).lower()
    found = next((one.label for one in KINDS[kind].fields if one.name == field), None)
    found = (
        found
        or words.FIELDS.get(field)
        or next((one.label for every in KINDS.values() for one in every.fields if one.name == field), field)
    )
    text = shell.say(found)
    return text[:1].lower() + text[1:]


def sentences(kind: str, reasons: tuple[Told, ...], purposes: dict[str, str]) -> list[str]:
    """Each reason of a row as a sentence."""
    return [sentence(kind, why, what, purposes) for why, what in reasons]


def sentence(kind: str, why: Reason, what: str, purposes: dict[str, str]) -> str:
    """One reason; what it names is a purpose or a field."""
    if "%(what)s" not in words.REASONS[why]:
        return shell.say(words.REASONS[why])
    if why in AS_SAID:
        return shell.say(words.REASONS[why], what=what)
    if why is Reason.TIED:
        return shell.say(words.REASONS[why], what=shell.say(TIES[TieKind(what)][0]))
    if why in OF_CONSENT and "/" in what:
        purpose, channel = what.split("/")
        by = shell.say(words.CHANNELS[Channel(channel)])
        return shell.say(words.REASONS[why], what=f"« {purposes.get(purpose, purpose)} » ({by})")
    if why in AMOUNTS:
        return shell.say(words.REASONS[why], what=shell.money(typed(what)))
    return shell.say(words.REASONS[why], what=f"« {purposes[what]} »" if what in purposes else label(kind, what))


def shown(row: Row, known: str = "") -> dict[str, Any]:
    """Who a row is about, in a line or two: from its wish, or from its bare cells where it is a bad one.

    `known` is what we call them: it stands where the row says no name.
    """
    if row.verdict is RowVerdict.ERROR and isinstance(row.given, list):
        filled = [cell for cell in row.given if cell]
        return {"title": " · ".join(filled)[:120] or "—", "text": ""}
    wish = Wish.of_json(row.given)
    if wish.silence is not None:
        mail, phone = wish.silence.email, wish.silence.phone
        title = mail.text if mail else phone.e164 if phone else wish.silence.digest
        return {"title": title, "text": shell.day(wish.silence.since) if wish.silence.since else ""}
    who = wish.arrival
    if who is None:
        return {"title": "—", "text": ""}
    name = f"{who.first_name} {who.last_name}".strip() or who.organisation_name or known
    parts = [*(email.text for email in who.emails), *(phone.international for phone in who.phones)]
    parts += [shell.day(who.birth_on)] if who.birth_on else []
    parts += [wish.organisation.organisation_name] if wish.organisation else []
    parts += [enterprises.shown(one.enterprise_number) for one in (who, wish.organisation) if one]
    parts += [one_line(one.address) for one in (who, wish.organisation) if one and one.address]
    parts += [shell.day(said.occurred_at) for said in wish.said if said.occurred_at]
    parts += [shell.day(wish.gave.given_on), shell.money(wish.gave.cents)] if wish.gave else []
    if one := wish.promised:
        parts += [one.reference, shell.day(one.signed_on), shell.money(one.cents)]
    if wish.amended and wish.amended.cents:
        parts.append(shell.money(wish.amended.cents))
    enclosed = (wish.promised and wish.promised.enclosed) or (wish.amended and wish.amended.enclosed)
    parts += [f"…{enclosed.tail}"] if enclosed else []
    if wish.joined:
        parts += [wish.joined.kind, shell.day(wish.joined.joined_on)]
        parts += [shell.day(wish.joined.ended_on)] if wish.joined.ended_on else []
    parts += wish.bound.tags if wish.bound else ()
    parts = [part for part in dict.fromkeys(parts) if part]
    return {"title": name or (parts.pop(0) if parts else who.member_number or "—"), "text": " · ".join(parts)}


def decided(row: Row) -> str:
    """What a person said of a row before the file goes in; empty where nobody did."""
    said = Wish.of_json(row.given).decided if imports.is_decided(row) else None
    if said is None:
        return ""
    if said.takes_account is not None:
        return shell.say(N_("Décidé : prendre le compte du fichier") if said.takes_account else KEPT_ACCOUNT)
    if said.is_another_gift:
        return shell.say(N_("Décidé : c’est un autre don"))
    return shell.say(N_("Décidé : quelqu’un de nouveau") if said.person_id == 0 else KNOWN)


def choices(row: Row, possible: tuple[Person, ...] | None) -> list[dict[str, Any]]:
    """What a person may answer to a row in doubt: buttons with what they send."""
    found: list[dict[str, Any]] = []
    if possible is not None and imports.asks_who(row):
        for person in possible[:4]:
            name = person.full_name or shown_number(person.member_number)
            found.append({"label": shell.say(IT_IS, who=name), "send": {"person": person.id}})
        if not Wish.of_json(row.given).must_be_known:
            found.append({"label": shell.say(N_("C’est quelqu’un de nouveau")), "send": {"person": 0}})
    if imports.asks_another_gift(row):
        found.append({"label": shell.say(N_("C’est un autre don")), "send": {"gift": 1}})
    if imports.asks_account(row):
        tails = next(what for why, what in row.reasons if why is Reason.ACCOUNT_OTHERWISE).split(" → ")
        if len(tails) > 1:  # a standing order has no account of ours to change
            found.append({"label": shell.say(TAKE_ACCOUNT, tail=tails[-1]), "send": {"account": "take"}})
        found.append({"label": shell.say(KEEP_ACCOUNT), "send": {"account": "keep"}})
    return found if row.verdict is RowVerdict.REVIEW else []
