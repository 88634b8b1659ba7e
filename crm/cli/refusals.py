"""What the house refuses, as the command line says it: in French, one sentence, with the way out where there is one."""

from __future__ import annotations

import re

from sqlalchemy.exc import DBAPIError

SAID = (
    (r"there is no such edition", "cette édition n’existe pas : `portevoix editions list` les montre"),
    (r"there is no such newsletter", "cette lettre n’existe pas"),
    (
        r"papers of that year exist that this database does not know: .*",
        (
            "des documents de cette année existent que cette base ne connaît pas : elle vient d’une sauvegarde d’avant "
            "la numérotation, et rien n’est numéroté (voir docs/attestations.md)"
        ),
    ),
    (r"that year is not over: more gifts may come", "cette année n’est pas finie : d’autres dons peuvent venir"),
    (
        r"no approval period of the institution is known for that year",
        "la période d’agrément de cette année n’est pas connue : proposez-la au bureau, une autre personne l’accepte",
    ),
    (
        r"something changed since the check: check again, then lock",
        "quelque chose a changé depuis la vérification : `check`, puis `lock`",
    ),
    (r"no run of that year is checked and waits for its numbers", "rien n’attend de numéro : `check` d’abord"),
    (r"nothing of that year is ready to be filed", "rien de cette année n’attend d’être déclaré"),
    (
        r"something changed while the file was made: nothing is noted, make it again",
        "quelque chose a changé pendant que le fichier se faisait : rien n’est noté, recommencez",
    ),
    (r"the file would be refused: (.+)", r"le fichier serait refusé, rien n’est noté : \1"),
    (r"there is no such account", "aucun compte n’a cette adresse : `portevoix staff list` les montre"),
    (r"an account has this address already", "un compte a déjà cette adresse"),
    (r"an account needs at least one role", "un compte a au moins un rôle"),
    (r"somebody has to stay administrator", "quelqu’un doit rester dans le rôle administrator"),
    (
        r"something encrypted cannot be read.*",
        "une valeur chiffrée ne se lit pas : le fichier keys/secrets.1.key manque",
    ),
    (r"a password needs at least (\d+) characters", r"un mot de passe a au moins \1 caractères"),
    (r"not an e-mail address", "ce n’est pas une adresse e-mail complète, comme marie@exemple.be"),
    (r"a name of at most (\d+) characters", r"un nom a au plus \1 caractères"),
    (r"a name has letters only", "un nom n’a que des lettres"),
    (r"the edition is (\w+): nothing was changed", r"l’édition est dans l’état « \1 » : rien n’a été changé"),
    (r"the edition is not approved but (\w+)", r"l’édition n’est pas approuvée (elle est « \1 ») : rien ne part"),
    (
        r"the edition is no longer what was approved",
        "l’édition a changé depuis son approbation : approuvez-la de nouveau",
    ),
    (r"not ready to be approved: (.+)", r"l’édition n’est pas prête à être approuvée : \1"),
    (r"the timetable has no such job", "cette tâche n’existe pas : `portevoix jobs list` les montre"),
    (
        r"no line of the log begins with a time",
        "ce n’est pas un journal de Postfix : aucune ligne ne commence par une heure",
    ),
    (r"a name of 1 to 100 characters", "un nom de 1 à 100 caractères"),
    (r"a token ends in the future", "un jeton finit un jour à venir"),
    (r"at most (\d+) sites", r"\1 sites au plus"),
    (r"a site such as (\S+)", r"un site comme \1"),
    (r"no such person", "cette fiche n’existe pas"),
    (r"no such person, or they have been forgotten", "personne ne vit sous ce numéro, ou elle a été oubliée"),
    (r"no such term", "rien n’est gardé sous ce nom : `portevoix privacy term` les montre"),
    (r"a term of 1 to 1200 months", "un terme de 1 à 1200 mois"),
    (r"a term needs its reason", "dites pourquoi, avec --reason"),
    (r"no such import", "cette importation n’existe pas : `portevoix imports list` les montre"),
    (
        r"the import is no longer in a state that allows this",
        "cette importation n’attend rien de tel : `portevoix imports list` dit où elle en est",
    ),
    (r"still to be chosen: (.+)", r"il reste à choisir, avec --column, --format ou --choice : \1"),
    (r"no such pair", "cette paire n’existe pas : `portevoix duplicates list` les montre"),
    (r"no such merge", "cette réunion n’existe pas"),
    (r"one record cannot be merged with itself", "une fiche ne se réunit pas à elle-même"),
    (r"a person and an organisation are never one", "une personne et une organisation ne sont jamais la même"),
    (r"one of these records has just been merged", "l’une de ces fiches est déjà réunie à une autre : rien n’est fait"),
    (r"one of these records has changed since it was shown", "l’une de ces fiches a changé entre-temps"),
    (r"this merge has been undone already", "cette réunion est déjà annulée"),
    (
        r"the record was merged into another one later: undo that merge first",
        "la fiche a été réunie à une autre ensuite : annulez d’abord cette réunion-là",
    ),
    (r"a field of one of the two", "CHAMP=NUMÉRO : un champ de la fiche, et le numéro de l’une des deux"),
    (
        r"addresses in the database lie under another key than the newest",
        (
            "les adresses sont sous une autre clé que la plus récente : remettez les fichiers keys/addresses.*.key, "
            "puis lancez `portevoix addresses rotate`"
        ),
    ),
    (r"settings: (.+)", r"réglages : \1"),
    (r"settings\.toml cannot be read: (.+)", r"settings.toml ne se lit pas : \1"),
    (
        r"key file (\S+) was written by somebody else at the same moment",
        r"quelqu’un d’autre vient d’ajouter la clé \1 : rien n’a été changé, recommencez",
    ),
    (r"key file (\S+) is damaged.*", r"le fichier de clé \1 est abîmé : 64 chiffres hexadécimaux attendus"),
    (r"the relay refuses connections", "il refuse les connexions"),
    (r"the relay does not answer|no answer in time", "il ne répond pas"),
    (r"the relay's name is not known", "ce nom est inconnu"),
    (r"the relay refused our name and password \((\d+)\)", r"il refuse notre nom et notre mot de passe (\1)"),
    (r"the relay's certificate is not valid: (.+)", r"son certificat n’est pas valable (\1)"),
    (r"the relay offers no STARTTLS", "il ne propose pas STARTTLS"),
    (r"the relay answered .+ with (\d{3}.*)", r"il répond « \1 »"),
    (r"the connection (?:failed|was closed).*", "la liaison a été coupée"),
)
"""Sentences of the rooms (they speak to programmers), and what a colleague would say."""

_OLD_SCHEMA = re.compile(r"no such (?:table|column)|relation .+ does not exist|column .+ does not exist", re.IGNORECASE)


def plainly(said: str) -> str:
    """A room's sentence in French; as it is where it is French already."""
    for pattern, words in SAID:
        if found := re.fullmatch(pattern, said):
            return found.expand(words)
    return said


def of_database(error: DBAPIError) -> str:
    """What is wrong with the database, and what to do."""
    first = str(error.orig).strip().partition("\n")[0]
    if _OLD_SCHEMA.search(first):
        return "la base de données n’est pas au schéma du jour : `portevoix database upgrade`"
    if "database is locked" in first:
        return "la base de données est occupée par un autre programme ; rien n’a été fait, recommencez dans un instant"
    return f"la base de données ne répond pas ({first})"
