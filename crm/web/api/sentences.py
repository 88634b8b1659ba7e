"""What pydantic finds wrong, as sentences with a JSON pointer (RFC 6901)."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import ValidationError

from crm.web.api.problems import Flaw
from crm.web.words import N_

SENTENCES = {
    "missing": N_("Ce champ manque."),
    "extra_forbidden": N_("Ce champ n’est pas connu : retirez-le, ou vérifiez son orthographe."),
    "string_type": N_("Donnez un texte, entre guillemets."),
    "bool_type": N_("Donnez true ou false, sans guillemets."),
    "int_type": N_("Donnez un nombre entier, sans guillemets."),
    "list_type": N_("Donnez une liste, entre crochets."),
    "model_type": N_("Donnez un objet, entre accolades."),
    "model_attributes_type": N_("Donnez un objet, entre accolades."),
    "string_too_short": N_("Ce texte est trop court : %(min_length)s caractères au moins."),
    "string_too_long": N_("Ce texte est trop long : %(max_length)s caractères au plus."),
    "string_pattern_mismatch": N_("Ce texte n’a pas la forme demandée : voyez la documentation de ce champ."),
    "too_long": N_("Cette liste est trop longue : %(max_length)s au plus."),
    "too_short": N_("Cette liste est trop courte : %(min_length)s au moins."),
    "greater_than": N_("Ce nombre est trop petit : plus que %(gt)s."),
    "less_than": N_("Ce nombre est trop grand : moins que %(lt)s."),
    "words": N_("Donnez les mots exacts que la personne a lus."),
    "greater_than_equal": N_("Ce nombre est trop petit : %(ge)s au moins."),
    "less_than_equal": N_("Ce nombre est trop grand : %(le)s au plus."),
    "enum": N_("Donnez une de ces valeurs : %(expected)s."),
    "literal_error": N_("Donnez une de ces valeurs : %(expected)s."),
    "date_type": N_("Donnez une date comme 2026-11-23."),
    "date_parsing": N_("Donnez une date comme 2026-11-23."),
    "date_from_datetime_parsing": N_("Donnez une date comme 2026-11-23."),
    "date_from_datetime_inexact": N_("Donnez une date comme 2026-11-23, sans heure."),
    "datetime_type": N_("Donnez un instant comme 2026-11-23T10:00:00+01:00."),
    "datetime_parsing": N_("Donnez un instant comme 2026-11-23T10:00:00+01:00."),
    "datetime_from_date_parsing": N_("Donnez un instant comme 2026-11-23T10:00:00+01:00."),
    "timezone_aware": N_("Donnez le fuseau de cet instant : 2026-11-23T10:00:00+01:00."),
}
ANY = N_("Cette valeur ne convient pas : voyez la documentation de ce champ.")


def flaws(error: ValidationError) -> Iterator[Flaw]:
    """Each thing to mend, with where it stands; never the value itself."""
    for one in error.errors(include_url=False, include_input=False):
        pointer = "".join(f"/{escaped(part)}" for part in one["loc"])
        sentence = SENTENCES.get(one["type"], ANY)
        values = {name: str(value).replace(" or ", ", ") for name, value in one.get("ctx", {}).items()}
        yield Flaw(sentence=sentence, pointer=pointer, values=values if "%(" in sentence else {})


def escaped(part: str | int) -> str:
    """One step of a pointer."""
    return str(part).replace("~", "~0").replace("/", "~1")
