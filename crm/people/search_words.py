"""How names, addresses and numbers become words that can be compared, and what a misspelt word may have been."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from rapidfuzz.distance import OSA

from crm.values.folding import folded
from crm.values.phone_number import PhoneNumber

LONGEST_WORD = 60
"""Characters; what is longer is compared by its beginning."""
SHORTEST_MISSPELT = 3
"""A word of fewer letters is taken as it is typed; one of so many may only lack a letter."""
SHORTEST_MEANT = 4
"""A misspelt word is taken for one of at least so many letters: shorter ones resemble everything."""
LONG_MEANT = 7
"""A word of so many letters may also have been meant as the beginning of a longer one."""
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_WORD = re.compile(r"[^\W_]+")
_SAME = str.maketrans({"ı": "i", "ð": "d", "þ": "th", "ħ": "h", "ŋ": "n"})

_COMMON = (
    "a aan am an au aux avenue av bd bld blvd boulevard chaussee chemin clos d da de del den der des di dreef du en "
    "et galerie het impasse in l la laan laid le les lei op place plein quai route rue ruelle sentier square st "
    "straat str strasse sur te ten ter the van voie von weg zu zum zur"
)
COMMON = frozenset(_COMMON.split())
"""Words of addresses that tell nobody apart; kept where an address has no others."""
_MAIL_HOUSES = (
    "gmail.com googlemail.com hotmail.com hotmail.be hotmail.fr outlook.com outlook.be outlook.fr live.be live.com "
    "live.fr msn.com yahoo.com yahoo.fr icloud.com me.com skynet.be proximus.be telenet.be scarlet.be voo.be "
    "belgacom.net base.be orange.fr free.fr laposte.net gmx.de gmx.net web.de proton.me protonmail.com"
)
MAIL_HOUSES = frozenset(_MAIL_HOUSES.split())
"""Where everybody has a mailbox: their names tell nobody apart."""
_ENDINGS = ("com", "be", "fr", "net", "nl", "de", "lu")


def words(text: str) -> tuple[str, ...]:
    """The words of `text` without accents, case or signs, in their order."""
    found = _WORD.findall(folded(text).translate(_SAME))
    return tuple(word[:LONGEST_WORD] for word in found)


def glued(parts: Iterable[str]) -> str:
    """Words written as one: « Van den Broeck » is also « vandenbroeck »."""
    return "".join(parts)[:LONGEST_WORD]


@lru_cache(maxsize=20_000)
def name_words(name: str) -> tuple[str, ...]:
    """The words of a name, and all of them as one."""
    parts = words(name)
    return parts if len(parts) < 2 else _once((*parts, glued(parts)))


@lru_cache(maxsize=20_000)
def place_words(text: str) -> tuple[str, ...]:
    """The words of a street or locality that tell it from others."""
    return _once(telling(words(text)))


def telling(parts: tuple[str, ...]) -> tuple[str, ...]:
    """Those words that tell addresses apart; all where none does."""
    return tuple(part for part in parts if part not in COMMON) or parts


def mail_words(address: str) -> tuple[str, ...]:
    """The words of a mailbox, and of its domain where that is not one of the great mail houses."""
    local, _, domain = address.rpartition("@")
    return _once((*words(local), *domain_words(domain)))


@lru_cache(maxsize=2_000)
def domain_words(domain: str) -> tuple[str, ...]:
    """What tells a domain from others: its words but the last."""
    return () if domain.casefold() in MAIL_HOUSES else words(domain.rpartition(".")[0])


def digits(text: str) -> str:
    """The decimal digits of `text`, whatever stands between them."""
    return "".join(str(unicodedata.decimal(c)) for c in text if c.isdecimal())


def phone_words(e164: str) -> tuple[str, ...]:
    """A phone number as it is compared; a foreign one also as it is dialled at home, with a 0 before it or none."""
    number = e164.removeprefix("+")
    return (number,) if number.startswith("32") else _once((number, PhoneNumber(e164).at_home))


def number_starts(typed: str) -> tuple[str, ...]:
    """How a number may begin in the index, from the digits somebody typed (0470…, 0032470…, +32 (0)470…, 470…)."""
    plain = digits(typed.replace("(0)", ""))
    starts = [plain]
    if plain.startswith("00"):
        starts.append(plain[2:])
    elif plain.startswith("0") and len(plain) > 1:
        starts.append(f"32{plain[1:]}")
    elif len(plain) >= 8:
        starts.append(f"32{plain}")
    return _once(starts)


def misspelt(word: str) -> tuple[str, ...]:
    """Every word that is one slip away: a letter more, less or other, or two neighbours swapped.

    The letters are those of our alphabet, or of the scripts that the word itself is written in. Those that begin like
    it stand first: a slip is rarely made in the first letter.
    """
    if len(word) < SHORTEST_MISSPELT or not word.isalpha():
        return ()
    letters = _alphabet(frozenset(c for c in word if c not in _LETTERS))
    cuts = [(word[:at], word[at:]) for at in range(len(word) + 1)]
    found = {left + right[1:] for left, right in cuts if right}
    found |= {left + right[1] + right[0] + right[2:] for left, right in cuts if len(right) > 1}
    found |= {left + letter + right[1:] for left, right in cuts if right for letter in letters}
    found |= {left + letter + right for left, right in cuts for letter in letters}
    meant = {one[:LONGEST_WORD] for one in found if len(one) >= SHORTEST_MEANT and one != word}
    return tuple(sorted(meant, key=lambda one: (one[0] != word[0], one)))


@lru_cache(maxsize=2_000)
def houses_near(domain: str) -> tuple[str, ...]:
    """The mail houses that somebody may have meant who typed `domain`: one slip away, or of another ending."""
    name = domain.rpartition(".")[0] or domain
    return tuple(
        house
        for house in _MAIL_HOUSES.split()
        if house != domain and (_is_near(house, domain) or _is_near(house.rpartition(".")[0], name))
    )


@lru_cache(maxsize=200)
def domains_near(domain: str) -> tuple[str, ...]:
    """What may stand in our files, or may have been meant, for a domain that is a mail house, or nearly one.

    « gmail.com » is near « gmial.com », « gmail.be » and « gmial.be », and each of them near it.
    """
    houses = houses_near(domain)
    names = {house.rpartition(".")[0] for house in (*houses, *({domain} & MAIL_HOUSES))}
    ending = domain.rpartition(".")[2]
    several = [f"{name}.{one}" for name in sorted(names) for one in _once((ending, *_ENDINGS))]
    if domain in MAIL_HOUSES:
        several += [f"{name}.{ending}" for name in misspelt(domain.rpartition(".")[0])]
    return tuple(one for one in _once((*houses, *several)) if one != domain)


def _is_near(one: str, other: str) -> bool:
    return one == other or (len(one) >= SHORTEST_MEANT and OSA.distance(one, other, score_cutoff=1) <= 1)


@lru_cache(maxsize=100)
def _alphabet(foreign: frozenset[str]) -> tuple[str, ...]:
    blocks = {ord(c) // 128 for c in foreign}
    others = (chr(code) for block in blocks for code in range(block * 128, block * 128 + 128))
    return (*_LETTERS, *(c for c in others if c.isalpha() and c == folded(c)))


def _once(several: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(several))
