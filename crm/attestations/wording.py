"""What an attestation says, in each language: finished sentences, frozen with it when its number is given.

The legal sentences are those the administration prefers (art. 145/33 § 1, second paragraph, CIR 92). Whoever reads
English gets the French paper with an explanation: the law knows three languages.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from crm.values.languages import Language


@dataclass(frozen=True, kw_only=True, slots=True)
class Wording:
    """The words of one language."""

    language: str
    title: str
    legend: str
    year: str
    number: str
    institution: str
    enterprise: str
    donor: str
    national: str
    missing: str
    amount: str
    certified: str
    check: str
    draft: str
    version: str
    copy: str
    signature: str
    explanation: str = ""


FRENCH = Wording(
    language="fr",
    title="Attestation fiscale",
    legend="Attestation délivrée en application de l’article 145³³, § 1er, alinéa 2, du Code des impôts sur les "
    "revenus 1992",
    year="Année civile",
    number="Numéro d’attestation",
    institution="Institution",
    enterprise="Numéro d’entreprise",
    donor="Donateur ou donatrice",
    national="Numéro national",
    missing="non communiqué",
    amount="Montant total des libéralités en argent reçues en {year}",
    certified="L’institution certifie que ces libéralités ont été effectuées à titre définitif et irrévocable.",
    check="Pour vérifier ce document : {url}, code {code}.",
    draft="Projet sans valeur",
    version="Cette attestation remplace la précédente qui portait le même numéro.",
    copy="DUPLICATA",
    signature="Signature de {name}",
)
DUTCH = Wording(
    language="nl",
    title="Fiscaal attest",
    legend="Attest uitgereikt in toepassing van artikel 145³³, § 1, tweede lid, van het Wetboek van de "
    "inkomstenbelastingen 1992",
    year="Kalenderjaar",
    number="Attestnummer",
    institution="Instelling",
    enterprise="Ondernemingsnummer",
    donor="Schenker",
    national="Rijksregisternummer",
    missing="niet meegedeeld",
    amount="Totaalbedrag van de giften in geld ontvangen in {year}",
    certified="De instelling bevestigt dat deze giften definitief en onherroepelijk werden verricht.",
    check="Dit document nakijken: {url}, code {code}.",
    draft="Ontwerp zonder waarde",
    version="Dit attest vervangt het vorige met hetzelfde nummer.",
    copy="DUPLICAAT",
    signature="Handtekening van {name}",
)
GERMAN = Wording(
    language="de",
    title="Steuerbescheinigung",
    legend="Bescheinigung ausgestellt in Anwendung von Artikel 145³³ § 1 Absatz 2 des Einkommensteuergesetzbuches 1992",
    year="Kalenderjahr",
    number="Nummer der Bescheinigung",
    institution="Einrichtung",
    enterprise="Unternehmensnummer",
    donor="Spenderin oder Spender",
    national="Nationalregisternummer",
    missing="nicht mitgeteilt",
    amount="Gesamtbetrag der {year} erhaltenen Geldspenden",
    certified="Die Einrichtung bescheinigt, dass diese Spenden endgültig und unwiderruflich erfolgt sind.",
    check="Dieses Dokument prüfen: {url}, Code {code}.",
    draft="Entwurf ohne Wert",
    version="Diese Bescheinigung ersetzt die vorige mit derselben Nummer.",
    copy="ZWEITSCHRIFT",
    signature="Unterschrift von {name}",
)
EXPLANATION = (
    "This is your tax certificate for the gifts you made in {year}. The certificate itself is in French, an official "
    "language in Belgium. Keep it: it gives the amount you may claim in your Belgian tax return."
)


LEGAL = ("legend", "certified")
SENTENCES = tuple(f"{part}_{words.language}" for words in (FRENCH, DUTCH, GERMAN) for part in LEGAL)
"""The sentences of the law that two people may decide otherwise for a year: which one, in which language."""
LONGEST = 300


def wording(language: Language, sentences: Mapping[str, str] | None = None) -> Wording:
    """The words for a reader of that language; `sentences` of a year stand in the place of the house's own."""
    words = {Language.NL: DUTCH, Language.DE: GERMAN}.get(language, FRENCH)
    said = {part: text for part in LEGAL if (text := (sentences or {}).get(f"{part}_{words.language}"))}
    return replace(words, **said)


def copy_word(language: str) -> str:
    """What a second copy is stamped with, on a page in that language."""
    return next(one.copy for one in (FRENCH, DUTCH, GERMAN) if one.language == language)
