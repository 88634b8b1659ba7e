"""The words of the notice on paper, and how an origin is called in the office."""

from __future__ import annotations

from crm.foundation.translation import N_, say
from crm.values.languages import Language

TITLE = N_("D’où nous avons vos coordonnées")
FILE = N_("Fichier importé nº %(number)s")
_PAPER = (
    N_("Elles ne viennent pas de vous directement. Vous avez le droit de savoir qui nous les a données :"),
    "{source}",
    N_(
        "Ce que nous avons : votre nom, vos coordonnées, et ce que vous avez fait ou signé là-bas. Nous nous en "
        "servons pour tenir à jour votre dossier, vous rendre les services que vous attendez et, là où vous l’avez "
        "permis seulement, vous écrire. C’est notre intérêt légitime, et votre accord pour nos lettres."
    ),
    N_(
        "Personne ne les achète ni ne les loue. Elles restent chez nous et chez qui transporte notre courrier, tant "
        "que vous nous soutenez, puis le temps que la loi demande."
    ),
    N_(
        "Vous pouvez les voir, les corriger, les emporter, vous opposer à un usage ou être oublié·e : répondez à cette "
        "lettre, ou écrivez à %(email)s."
    ),
    N_(
        "Si notre réponse ne vous convient pas, l’Autorité de protection des données reçoit votre plainte : "
        "www.autoriteprotectiondonnees.be."
    ),
)


def said(name: str, language: Language) -> str:
    """An origin as the office calls it: a program by its name, a file by its number."""
    kind, _, number = name.partition(":")
    return say(language, FILE, number=number) if kind == "import" else name


def paragraphs(source: str, language: Language, email: str) -> list[str]:
    """The letter, paragraph by paragraph."""
    told = " ".join(source.split())
    return [told if one == "{source}" else say(language, one, **_values(one, email)) for one in _PAPER]


def _values(text: str, email: str) -> dict[str, object]:
    return {"email": email} if "%(email)s" in text else {}
