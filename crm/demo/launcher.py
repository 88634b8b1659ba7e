"""Starts the demonstration: its home, its people, and six programs in one process group; Ctrl-C ends them all."""

from __future__ import annotations

import fcntl
import os
import sys
import threading
import time
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from crm.assembly import assemble
from crm.cli.database import bring_up
from crm.cli.run import house_programs
from crm.demo import site
from crm.demo.filling import fill
from crm.demo.load import load
from crm.demo.newsletters import Invitation, invitation
from crm.demo.organisation import BOUNCES, TEAM, Ports, settings_text, settings_variables
from crm.foundation.programs import Program, Together, answers, is_free
from crm.foundation.settings import read_settings
from crm.values.calendar import brussels
from crm.values.errors import Conflict, Unavailable
from jobs import fetch_feeds, propose_editions

FIRST_PORT = 8000
PORT_VARIABLE = "PORTEVOIX_DEMO_PORT"


@dataclass(frozen=True, kw_only=True, slots=True)
class Demonstration:
    """One demonstration: where it keeps what it writes, and the ports it answers on."""

    home: Path
    ports: Ports

    def run(self, say: Callable[[str], None]) -> None:
        """Runs until a signal ends it.

        Raises Conflict where this home already runs one or belongs to an organisation, Unavailable for a taken port or
        a program that does not stay up. Nothing is changed before both are known to be fine.
        """
        self.home.mkdir(parents=True, exist_ok=True, mode=0o700)
        with self._alone():
            self._find_ports_free()
            self._write_settings()
            os.environ.update(settings_variables(self.ports, self.home))
            os.environ["PORTEVOIX_HOME"] = str(self.home)
            say("Portevoix prépare la démonstration…")
            invited = self._prepare()
            together = Together(programs=self.programs(), environment=os.environ, say=say, logs=self.home / "journaux")
            together.run(when_up=lambda: say(welcome(self, invited)))
            say("La démonstration est arrêtée. Tout est resté dans " + str(self.home))

    def programs(self) -> list[Program]:
        """The site with its feeds and the catcher first, so that nobody knocks at a closed door."""
        ports, module = self.ports, [sys.executable, "-m"]
        site = [*module, "crm.demo.site", "--port", str(ports.site), "--sign-up", f"{ports.public_url}/inscription"]
        catcher = [*module, "crm.demo.catcher", "--smtp-port", str(ports.smtp), "--web-port", str(ports.mails)]
        catcher += ["--folder", str(self.home / "mails"), "--bounces", str(self.home / BOUNCES)]
        return [
            Program(name="le site de l’organisation", command=site, port=ports.site),
            Program(name="l’attrape-mails", command=catcher, port=ports.mails),
            *house_programs("127.0.0.1", ports.web),
        ]

    def _prepare(self) -> Invitation:
        """Fills the home, then does at once what the clock would do in its first minutes: fetch and propose."""
        assembly = assemble(read_settings())
        try:
            bring_up(assembly.database)
            load(assembly, assembly.clock(), site_url=self.ports.site_url)
            with self._site():
                fetch_feeds.run(assembly, assembly.clock())
            fill(assembly)
            propose_editions.run(assembly, assembly.clock())
            with assembly.database.reading() as session:
                return invitation(session)
        finally:
            assembly.database.close()

    @contextmanager
    def _site(self) -> Iterator[None]:
        """The organisation's site, here, until its own program takes over."""
        ended = threading.Event()
        serving = threading.Thread(target=site.serve, args=(site.LOOPBACK, self.ports.site, ended))
        serving.start()
        try:
            while serving.is_alive() and not answers(self.ports.site):
                time.sleep(0.05)
            yield
        finally:
            ended.set()
            serving.join()

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Holds this home's lock, which goes with the process however it ends."""
        with (self.home / "demonstration.lock").open("a+") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                lock.seek(0)
                raise Conflict(
                    f"la démonstration tourne déjà : {lock.read().strip() or 'elle démarre'}. "
                    "Arrêtez-la par Ctrl-C dans son terminal, ou servez-vous-en."
                ) from error
            lock.truncate(0)
            lock.write(self.ports.public_url + "/office/")
            lock.flush()
            yield
            lock.truncate(0)

    def _find_ports_free(self) -> None:
        uses = {
            "web": "le bureau et les pages publiques",
            "mails": "les mails attrapés",
            "smtp": "SMTP",
            "site": "le site",
        }
        for name, use in uses.items():
            port = getattr(self.ports, name)
            if not is_free(port):
                raise Unavailable(
                    f"le port {port} ({use}) est déjà pris par un autre programme. "
                    f"Choisissez quatre ports qui se suivent, par exemple : {PORT_VARIABLE}={port + 1000} make demo"
                )

    def _write_settings(self) -> None:
        file = self.home / "settings.toml"
        if file.exists():
            if not tomllib.loads(file.read_text()).get("demo"):
                raise Conflict(
                    f"{file} est celui d’une organisation, pas d’une démonstration ; rien n’a été touché. "
                    "Donnez un autre dossier : PORTEVOIX_HOME=var-demo make demo"
                )
            return
        draft = file.with_suffix(".new")
        draft.write_text(settings_text(self.ports, self.home))
        draft.rename(file)


def chosen(environment: dict[str, str]) -> Demonstration:
    """The demonstration that PORTEVOIX_HOME and PORTEVOIX_DEMO_PORT ask for. Raises Unavailable for a bad port."""
    wanted = environment.get(PORT_VARIABLE, str(FIRST_PORT))
    if not wanted.isdigit() or not 1024 <= int(wanted) <= 65532:
        raise Unavailable(f"{PORT_VARIABLE} doit être un nombre entre 1024 et 65532, pas « {wanted} »")
    home = Path(environment.get("PORTEVOIX_HOME", "var")).expanduser().resolve()
    return Demonstration(home=home, ports=Ports.from_first(int(wanted)))


def welcome(demonstration: Demonstration, invited: Invitation) -> str:
    """What the terminal says once everything answers."""
    ports = demonstration.ports
    team = "\n".join(f"  {c.name:<17} {c.email:<40} {c.password:<22} {c.does}" for c in TEAM)
    if invited.leaves_at is None:
        first = (
            f"Rien de nouveau depuis la dernière édition de {invited.newsletter}. Au bureau, « Composer la prochaine\n"
            "     édition » en fait une quand même, et vous y mettez ce que vous voulez."
        )
    else:
        first = (
            f"Une édition de {invited.newsletter} vous attend au bureau. Changez ce que vous voulez, approuvez-la :\n"
            f"     elle part à {brussels(invited.leaves_at):%H h %M}, ou tout de suite si cette heure est passée."
        )
    return f"""
Portevoix — démonstration (rien ne quitte cette machine)

  Le bureau             {ports.public_url}/office/
  La page d’inscription {ports.public_url}/inscription
  Les mails attrapés    {ports.mails_url}
  Le site et ses flux   {ports.site_url}

Pour entrer au bureau
{team}

À essayer
  1. {first}
  2. Inscrivez-vous sur la page d’inscription : le mail de confirmation arrive chez les mails attrapés.
  3. Regardez l’édition arriver, ouvrez-la, désinscrivez-vous d’un clic : la suivante vous laisse tranquille.

Ctrl-C arrête tout. Ce qui est écrit reste dans {demonstration.home} ; effacez ce dossier pour recommencer.
"""
