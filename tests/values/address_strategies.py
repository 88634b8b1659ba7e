"""Random addresses as people have them: real localities of Belgium, every way to write a box, and places abroad."""

from __future__ import annotations

from hypothesis import strategies as st

from crm.values.belgium.localities import Locality, every_locality
from crm.values.languages import Language
from crm.values.postal_address import PostalAddress, TypedParts

STREETS = {
    Language.FR: (
        "Rue de la Loi",
        "Avenue des Arts",
        "Chaussée de Wavre",
        "Rue du 4 Août",
        "Place du 20 Août",
        "Rue du 8 Mai 1945",
        "Boulevard de l’Abattoir",
        "Clos des Trois Tilleuls",
        "Rue des Boîtes",
        "Quai de la Batte",
        "Rue Grande",
        "Chemin de la Tour 4 Vents",
        "Rue Saint-Étienne",
        "Avenue Charles-Quint",
    ),
    Language.NL: (
        "Kerkstraat",
        "Antwerpsesteenweg",
        "Koning Albert II-laan",
        "Grote Markt",
        "Sint-Pietersplein",
        "8 Meiplein",
        "Busstraat",
        "’s-Gravenstraat",
        "Laan van de 5de Linie 2-straat",
    ),
    Language.DE: ("Hauptstraße", "Klötzerbahnstraße", "Marktplatz", "Neustraße", "Straße des 4. Mai 1945"),
}
NUMBERS = st.one_of(
    st.integers(1, 1788).map(str),
    st.builds(lambda n, letter: f"{n}{letter}", st.integers(1, 999), st.sampled_from("ABCabc")),
    st.builds(lambda n, word: f"{n}{word}", st.integers(1, 999), st.sampled_from(["bis", " bis", "ter", " A"])),
    st.builds(lambda a, b: f"{a}-{b}", st.integers(1, 999), st.integers(1, 999)),
)
BOXES = st.one_of(
    st.just(""),
    st.integers(1, 9999).map(str),
    st.builds(lambda n: f"{n:04d}", st.integers(0, 999)),
    st.builds(lambda a, n: f"{a}{n}", st.sampled_from("ABCD"), st.integers(1, 99)),
    st.builds(lambda a, b: f"{a}.{b}", st.integers(0, 9), st.integers(1, 9)),
    st.builds(lambda a, b: f"{a}/{b}", st.integers(0, 9), st.integers(1, 9)),
    st.sampled_from(["A", "B", "RC", "A 3", "2ème G", "1-2"]),
)
DEPARTMENTS = st.sampled_from(["", "Service des membres", "Afdeling Leden", "Direction générale", "Abteilung Spenden"])
ORGANISATIONS = st.sampled_from(
    ["", "Amnesty International", "ASBL Les Amis de la Terre", "École n° 12", "Gemeente Ukkel"]
)
COMPLEMENTS = st.sampled_from(
    ["", "Bâtiment B, porte 3", "Résidence Les Tilleuls", "Gebouw C", "3e étage", "c/o Dupont", "Block 2, Eingang 3"]
)
ABROAD = (
    ("FR", "75001", "Paris", ("Rue des Lilas", "Boulevard Saint-Michel", "Place du 11 Novembre 1918")),
    ("FR", "13001", "Aix-en-Provence", ("Cours Mirabeau",)),
    ("LU", "1234", "Luxembourg", ("Rue de la Gare",)),
    ("NL", "1012 AB", "Amsterdam", ("Damrak", "Nieuwezijds Voorburgwal")),
    ("NL", "2511 CV", "Den Haag", ("Lange Voorhout",)),
    ("DE", "60311", "Frankfurt am Main", ("Zeil", "Große Gallusstraße")),
    ("CH", "1204", "Genève", ("Rue du Rhône",)),
    ("AT", "1010", "Wien", ("Graben",)),
    ("GB", "SW1A 2AA", "London", ("Downing Street", "Baker Street")),
    ("IE", "D02 AF30", "Dublin", ("Kildare Street",)),
    ("US", "62701", "Springfield, IL", ("Main Street", "5th Avenue")),
    ("CA", "H2X 1Y4", "Montréal", ("Rue Sherbrooke",)),
    ("ES", "28013", "Madrid", ("Calle Mayor",)),
    ("IT", "00184", "Roma", ("Via Nazionale",)),
    ("PT", "1100-148", "Lisboa", ("Rua Augusta",)),
    ("SE", "114 55", "Stockholm", ("Strandvägen",)),
    ("PL", "00-950", "Warszawa", ("Nowy Świat",)),
    ("CD", "", "Kinshasa", ("Avenue de la Justice",)),
    ("MA", "20000", "Casablanca", ("Rue Tahar Sebti",)),
    ("BR", "01310-100", "São Paulo", ("Avenida Paulista",)),
    ("AU", "2000", "Sydney", ("George Street",)),
)


def _speaking(place: Locality) -> st.SearchStrategy[Language]:
    return st.sampled_from(place.languages)


@st.composite
def belgian_parts(draw: st.DrawFn) -> TypedParts:
    """Typed parts of an address at a real locality, all in one of its languages."""
    place = draw(st.sampled_from(every_locality()))
    language = draw(_speaking(place))
    return TypedParts(
        organisation=draw(ORGANISATIONS),
        department=draw(DEPARTMENTS),
        complement=draw(COMPLEMENTS),
        street=draw(st.sampled_from(STREETS[language])),
        number=draw(NUMBERS),
        box=draw(BOXES),
        postcode=place.postcode,
        locality=place.name(language),
        language=language,
    )


@st.composite
def foreign_parts(draw: st.DrawFn) -> TypedParts:
    """Typed parts of an address abroad."""
    country, postcode, locality, streets = draw(st.sampled_from(ABROAD))
    return TypedParts(
        organisation=draw(ORGANISATIONS),
        department=draw(DEPARTMENTS),
        complement=draw(COMPLEMENTS),
        street=draw(st.sampled_from(streets)),
        number=draw(NUMBERS),
        box=draw(BOXES),
        postcode=postcode,
        locality=locality,
        country=country,
        language=draw(st.sampled_from(Language)),
    )


def addresses() -> st.SearchStrategy[PostalAddress]:
    """At home and abroad."""
    return st.one_of(belgian_parts(), foreign_parts()).map(lambda parts: PostalAddress.parse(**parts))
