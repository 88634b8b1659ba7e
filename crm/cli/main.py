"""`portevoix`: the command line. Each command is a thin caller of a room's door."""

from __future__ import annotations

from importlib import import_module

import click

from crm.cli.helping import Orders

COMMANDS = {
    "database": "Mettre la base de données au schéma du jour.",
    "feeds": "Lire les flux du site, essayer un fichier.",
    "editions": "Proposer, approuver, envoyer une édition.",
    "delivery": "Expédier les mails dus, rapprocher, rendre compte.",
    "jobs": "Faire tourner l’horloge, voir ce qui est dû.",
    "staff": "Ouvrir un compte de l’équipe.",
    "audit": "Vérifier et lire le journal de l’équipe.",
    "imports": "Lire un fichier, l’essayer, l’importer, l’annuler.",
    "api": "Donner et reprendre l’accès à l’API.",
    "people": "Vérifier et reconstruire l’index de recherche des soutiens.",
    "donations": "Recompter les statistiques des donateurs.",
    "attestations": "Vérifier, numéroter, imprimer et déclarer les attestations fiscales.",
    "magazine": "Préparer le magazine imprimé, figer, emporter, lire les retours.",
    "bank": "Lire et importer les fichiers de la banque.",
    "duplicates": "Trouver, réunir et séparer les fiches d’une même personne.",
    "consent": "Vérifier et reconstruire le registre des consentements.",
    "privacy": "Montrer, emporter, oublier les données d’une personne.",
    "addresses": "Changer la clé sous laquelle les adresses se reconnaissent.",
    "vault": "Changer la clé du coffre des numéros nationaux.",
    "run": "Lancer le site, l’horloge et l’expéditeur ensemble.",
    "demo": "Lancer l’organisation de démonstration.",
}


class _Lazy(Orders):
    """Imports a command only when it is called: the help answers at once."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"crm.cli.{cmd_name}").command
        return command

    def lines(self, ctx: click.Context) -> list[tuple[str, str]]:
        return list(COMMANDS.items())


@click.group(cls=_Lazy, subcommand_metavar="COMMANDE …", context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Portevoix : la lettre d’information et les soutiens d’une organisation de défense des droits humains.

    Les réglages se lisent dans PORTEVOIX_HOME/settings.toml et dans les variables PORTEVOIX_*.
    Chaque commande connaît --help, et --json pour les programmes.
    """
