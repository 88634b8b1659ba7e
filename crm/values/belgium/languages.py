"""In which language a Belgian address is written: its words tell, else the place where it lies."""

from __future__ import annotations

import re
from typing import Final

from crm.values.belgium.localities import language_of, name_languages
from crm.values.languages import Language

_FRENCH: Final = re.compile(
    r"(?:grand[- ])?(?:rue|r\.|avenue|av\.?|boulevard|bd\.?|bld\.?|chaussée|chaussee|chée|ch\.|place|pl\.|square|sq\.|"
    r"clos|allée|allee|all\.|chemin|route|impasse|imp\.|drève|dreve|cour|sentier|venelle|cité|voie|galerie|passage|"
    r"résidence|parvis|esplanade|faubourg|quai|rond-point|boîte postale|b\.?\s?p\.?)(?=[\s\d])",
    re.IGNORECASE,
)
_DUTCH: Final = re.compile(
    r"(?:straat|str\.|laan|plein|steenweg|stwg\.?|dreef|lei|kaai|markt|baan|dijk|postbus)(?:\s|$)",
    re.IGNORECASE,
)
_GERMAN: Final = re.compile(r"(?:straße|strasse|gasse|platz|markt|allee|postfach)(?:\s|$)", re.IGNORECASE)


def street_languages(street: str) -> tuple[Language, ...]:
    """The languages that the street's own word may be of (`Rue`, `-straat`, `-straße`; `Markt` is of two)."""
    french, dutch, german = _FRENCH.match(street), _DUTCH.search(street), _GERMAN.search(street)
    found = ((Language.FR, french), (Language.NL, dutch), (Language.DE, german))
    return tuple(language for language, matches in found if matches)


def written_language(*, street: str, postcode: str, locality: str) -> Language | None:
    """The language of the whole address: the street's word, else the locality's name, else the place's own language."""
    spoken = language_of(postcode)
    for told in (street_languages(street), name_languages(postcode, locality), spoken):
        here = [language for language in told if language in spoken]
        if len(here) == 1:
            return here[0]
        if len(told) == 1:
            return told[0]
    return None
