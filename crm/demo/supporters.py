"""The demonstration's supporters: made up from a seed, so that every installation meets the same people."""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from crm.consent.model import Act, SuppressionCause, Way
from crm.values.languages import Language

SEED = 1961
HOW_MANY = 240


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split("|"))


_FIRST = {
    Language.FR: _names(
        "Léa | Lucas | Chloé | Hugo | Manon | Louis | Camille | Nathan | Inès | Arthur | Zoé | Gabriel | "
        "Sarah | Victor | Fatima | Mehdi | Aurélie | Benoît | Françoise | Michel | Nadine | Philippe | "
        "Anne-Sophie | Jean-Marc | Yasmine | Karim | Émilie | Thierry | Gaëlle | Samira | Olivier | Véronique "
        "| Rachid | Amélie | Xavier | Noémie | Ahmed | Bernadette | Cédric | Leïla "
    ),
    Language.NL: _names(
        "Emma | Noah | Lotte | Jef | Sien | Lowie | Fien | Wout | Marieke | Pieter | Annelies | Bart | Griet "
        "| Koen | Hilde | Stijn "
    ),
    Language.DE: _names("Anna | Leon | Sophie | Elias | Martina | Jürgen | Heike | Günther | Lena | Markus "),
    Language.EN: _names("Oliver | Amelia | Priya | Daniel | Grace | Samuel | Aoife | Tom | Hannah | Kwame "),
}
_LAST = {
    Language.FR: _names(
        "Dubois | Lambert | Dupont | Martin | Leroy | Simon | Laurent | Renard | Lejeune | Gérard | Collignon "
        "| Denis | Henrard | Evrard | Delvaux | Bertrand | Mathieu | Noël | Fontaine | Lemaire | Pirard | "
        "Thonon | Benali | El Amrani | Haddad | Mukendi | Kabongo | Nguyen | Rossi | D’Agostino | Di Stefano "
        "| Yılmaz | Gonçalves | Van den Broeck | De Clercq | Wauters | Lefèvre | Maréchal | Charlier | "
        "Godefroid "
    ),
    Language.NL: _names(
        "Peeters | Janssens | Maes | Jacobs | Mertens | Willems | Claes | Goossens | Wouters | De Smet | "
        "Vermeulen | Van Damme | Hendrickx | Segers "
    ),
    Language.DE: _names("Müller | Schmitz | Weber | Heinen | Jousten | Keutgen | Kockartz | Schröder | Fischer "),
    Language.EN: _names("Murphy | Okafor | Smith | Taylor | O’Brien | Patel | Walker | Campbell "),
}
_SPOKEN = [Language.FR] * 72 + [Language.NL] * 14 + [Language.EN] * 8 + [Language.DE] * 6


@dataclass(frozen=True, kw_only=True, slots=True)
class Deed:
    """One act about one purpose, so long after the person arrived."""

    purpose: str
    act: Act
    way: Way
    after: timedelta


@dataclass(frozen=True, kw_only=True, slots=True)
class Story:
    """A made-up supporter and what they did, from their first day on."""

    first_name: str
    last_name: str
    email: str
    language: Language
    arrived_ago: timedelta
    deeds: tuple[Deed, ...]
    suppressed: SuppressionCause | None = None

    def arrived_at(self, now: datetime) -> datetime:
        return now - self.arrived_ago


def stories(count: int = HOW_MANY, seed: int = SEED) -> Iterator[Story]:
    """The same supporters for the same seed; nobody arrived in the last day, and no address is used twice but one."""
    chance = random.Random(seed)  # noqa: S311 - made-up people, not secrets
    taken: set[str] = set()
    for number in range(count):
        language = chance.choice(_SPOKEN)
        first = chance.choice(_FIRST[language])
        last = chance.choice(_LAST[language])
        named = chance.random()
        email = _address(first, last, number, taken)
        days = int(min(400, 1 + chance.expovariate(1 / 140)))
        arrived = timedelta(days=days, minutes=chance.randrange(60 * 24))
        deeds, suppressed = _life(chance, arrived)
        yield Story(
            first_name=first if named < 0.93 else "",
            last_name=last if named < 0.86 else "",
            email=email,
            language=language,
            arrived_ago=arrived,
            deeds=deeds,
            suppressed=suppressed,
        )


def _plain(text: str) -> str:
    """`text` in plain small letters, as a mailbox would be named."""
    spread = unicodedata.normalize("NFKD", text.casefold().replace("ı", "i"))
    return "".join(c for c in spread if c.isascii() and (c.isalnum() or c == "-"))


def _address(first: str, last: str, number: int, taken: set[str]) -> str:
    """Mailboxes at `exemple.test`; two of all refuse their mail, two send it back."""
    part = {17: "refus.", 66: "retour.", 117: "refus.", 166: "retour."}.get(number, "")
    part += f"{_plain(first)}.{_plain(last)}"
    address, again = f"{part}@exemple.test", 2
    while address in taken:
        address, again = f"{part}{again}@exemple.test", again + 1
    taken.add(address)
    return address


def _fate(chance: random.Random) -> str:
    """How it went with someone: most said yes and stayed."""
    fates = {
        "stayed": 69,
        "imported": 7,
        "never-confirmed": 7,
        "refused": 3,
        "left": 7,
        "came-back": 2,
        "dead": 4,
        "complained": 1,
    }
    return chance.choices(list(fates), weights=list(fates.values()))[0]


def _life(chance: random.Random, arrived: timedelta) -> tuple[tuple[Deed, ...], SuppressionCause | None]:
    """What someone did, in a likely order; nothing happens later than an hour ago."""
    fate = _fate(chance)
    wanted = ["newsletter"]
    wanted += ["urgent-actions"] * (chance.random() < 0.45) + ["events"] * (chance.random() < 0.35)
    minutes = timedelta(minutes=chance.randrange(2, 600))
    deeds = [deed for purpose in wanted for deed in _first_words(fate, purpose, minutes)]
    if fate in ("left", "came-back"):
        later = minutes + (arrived - minutes - timedelta(hours=1)) * (0.2 + 0.6 * chance.random())
        way = chance.choice((Way.ONE_CLICK, Way.UNSUBSCRIBE_PAGE, Way.PREFERENCES, Way.STAFF))
        left = chance.choice(wanted)
        deeds.append(Deed(purpose=left, act=Act.WITHDRAWN, way=way, after=later))
        if fate == "came-back":
            back = later + (arrived - later) * 0.4
            deeds.append(Deed(purpose=left, act=Act.REQUESTED, way=Way.WEB, after=back))
            deeds.append(Deed(purpose=left, act=Act.GIVEN, way=Way.CONFIRMATION, after=back + timedelta(minutes=9)))
    causes = {"dead": SuppressionCause.DEAD_ADDRESS, "complained": SuppressionCause.COMPLAINT}
    return tuple(deeds), causes.get(fate)


def _first_words(fate: str, purpose: str, minutes: timedelta) -> list[Deed]:
    start = timedelta()
    asked = Deed(purpose=purpose, act=Act.REQUESTED, way=Way.WEB, after=start)
    match fate:
        case "imported":
            return [Deed(purpose=purpose, act=Act.GIVEN, way=Way.IMPORT, after=start)]
        case "never-confirmed":
            return [asked]
        case "refused":
            return [Deed(purpose=purpose, act=Act.REFUSED, way=Way.STAFF, after=start)]
        case _:
            return [asked, Deed(purpose=purpose, act=Act.GIVEN, way=Way.CONFIRMATION, after=minutes)]
