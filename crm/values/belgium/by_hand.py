"""What the open sources do not say of Belgian places: German names, names in both languages, some localities."""

from __future__ import annotations

from typing import Final

GERMAN: Final = {
    "11002": "Antwerpen",
    "12025": "Mecheln",
    "21004": "Brüssel",
    "24062": "Löwen",
    "31005": "Brügge",
    "33011": "Ypern",
    "35013": "Ostende",
    "44021": "Gent",
    "62063": "Lüttich",
    "63080": "Weismes",
    "63001": "Amel",
    "63012": "Büllingen",
    "63013": "Bütgenbach",
    "63023": "Eupen",
    "63040": "Kelmis",
    "63048": "Lontzen",
    "63061": "Raeren",
    "63067": "Sankt Vith",
    "63087": "Burg-Reuland",
}
"""NIS code to German name, where German has one of its own; the last nine speak German."""

GERMAN_SPEAKING: Final = frozenset({"63001", "63012", "63013", "63023", "63040", "63048", "63061", "63067", "63087"})
"""The nine communes of the German-speaking Community, which lie in Wallonia."""

RENAMED: Final = {
    "Autre-Eglise": "Autre-Église",
    "'s Gravenwezel": "’s-Gravenwezel",
    "'s Herenelderen": "’s-Herenelderen",
    "Chênee": "Chênée",
    "Evegnée": "Évegnée",
    "Grivegnee": "Grivegnée",
    "Kessel Lo": "Kessel-Lo",
    "Neder-Over-Heembeek": "Neder-over-Heembeek",
    "Schoenberg": "Schönberg",
    "Sint-Job-In-'T-Goor": "Sint-Job-in-’t-Goor",
}
"""Spellings of the source, mended."""

SHORTENED: Final = {
    "Ch.-Notre-Dame-Louvignies": "Chaussée-Notre-Dame-Louvignies",
    "Geest-Gérompont-Pt-Rosière": "Geest-Gérompont-Petit-Rosière",
    "Oomb.": "Oombergen",
}
"""Names that the list of the post shortens, whole."""

MISSPELT: Final = frozenset({("6831", "Noirfontaine"), ("7850", "Mark")})
"""Second spellings of places that the other tables name."""

BOTH_LANGUAGES: Final = {
    ("1020", "Laeken"): "Laken",
    ("3790", "Fouron-Saint-Martin"): "Sint-Martens-Voeren",
    ("3791", "Rémersdael"): "Remersdaal",
    ("3792", "Fouron-Saint-Pierre"): "Sint-Pieters-Voeren",
    ("3798", "Fouron-le-Comte"): "’s-Gravenvoeren",
    ("7784", "Warneton"): "Waasten",
    ("8587", "Espierres"): "Spiere",
}
"""Localities that have a French and a Dutch name."""

BESIDES: Final = {
    "1150": ("Stockel",),
    "1350": ("Jauche", "Orp-le-Grand"),
    "1367": ("Gérompont",),
    "4000": ("Rocourt",),
    "4020": ("Jupille-sur-Meuse", "Wandre"),
    "4730": ("Hauset",),
    "4750": ("Elsenborn", "Nidrum", "Weywertz"),
    "4760": ("Manderfeld",),
    "4770": ("Meyerode",),
    "4790": ("Reuland",),
    "5100": ("Jambes", "Wépion", "Wierde"),
    "5101": ("Loyers", "Lives-sur-Meuse"),
    "6030": ("Marchienne-au-Pont", "Goutroux"),
    "7500": ("Ere", "Saint-Maur"),
}
"""Localities that share a postcode with another one that the source names."""

CENTRES: Final = {
    "1357": (50.7470, 4.9940),
    "1910": (50.9420, 4.5510),
    "5600": (50.1960, 4.5430),
}
"""Where three communes of one postcode lie (Hélécine, Kampenhout, Philippeville), which the check cannot vouch for."""
