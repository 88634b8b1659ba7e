"""What happens by the clock, and when. Read this first."""

from __future__ import annotations

from datetime import time, timedelta

from crm.foundation.translation import N_
from jobs import (
    anchor_ledgers,
    close_rounds,
    compare_everybody,
    compare_newcomers,
    fetch_feeds,
    finish_mailings,
    forget_again,
    forget_changes,
    forget_imports,
    forget_over_term,
    hand_over_attestations,
    propose_editions,
    prune_api,
    prune_runs,
    read_bounces,
    recount_donors,
    recover_deliveries,
    seal_ledgers,
    send_due_editions,
    tidy_staff,
    verify_ledgers,
    work_imports,
)
from jobs.model import Daily, Every, Job

TIMETABLE: tuple[Job, ...] = (
    Job(
        name="fetch_feeds",
        label=N_("Relever les flux du site"),
        when=Every(period=timedelta(minutes=1)),
        run=fetch_feeds.run,
    ),
    Job(
        name="propose_editions",
        label=N_("Proposer les éditions"),
        when=Every(period=timedelta(minutes=1)),
        run=propose_editions.run,
    ),
    Job(
        name="send_due_editions",
        label=N_("Envoyer les éditions à leur heure"),
        when=Every(period=timedelta(seconds=10)),
        run=send_due_editions.run,
    ),
    Job(
        name="finish_mailings",
        label=N_("Clore les envois terminés"),
        when=Every(period=timedelta(seconds=10)),
        run=finish_mailings.run,
    ),
    Job(
        name="read_bounces",
        label=N_("Lire les retours de mails"),
        when=Every(period=timedelta(minutes=1)),
        run=read_bounces.run,
    ),
    Job(
        name="recover_deliveries",
        label=N_("Retrouver les mails restés en suspens"),
        when=Every(period=timedelta(minutes=1)),
        run=recover_deliveries.run,
    ),
    Job(
        name="seal_ledgers",
        label=N_("Chaîner les registres"),
        when=Every(period=timedelta(minutes=1)),
        run=seal_ledgers.run,
    ),
    Job(
        name="verify_ledgers",
        label=N_("Vérifier les registres"),
        when=Daily(at=time(3, 40)),
        run=verify_ledgers.run,
        lease=timedelta(hours=2),
    ),
    Job(
        name="anchor_ledgers",
        label=N_("Noter ailleurs la fin des registres"),
        when=Daily(at=time(6, 0)),
        run=anchor_ledgers.run,
        ask_after=timedelta(days=7),
    ),
    Job(
        name="work_imports",
        label=N_("Travailler aux importations"),
        when=Every(period=timedelta(seconds=10)),
        run=work_imports.run,
        lease=timedelta(seconds=90),
    ),
    Job(
        name="forget_imports",
        label=N_("Oublier les fichiers importés"),
        when=Daily(at=time(4, 10)),
        run=forget_imports.run,
        ask_after=timedelta(days=30),
    ),
    Job(
        name="compare_newcomers",
        label=N_("Comparer les nouvelles fiches aux autres"),
        when=Every(period=timedelta(minutes=1)),
        run=compare_newcomers.run,
    ),
    Job(
        name="compare_everybody",
        label=N_("Chercher les doublons parmi toutes les fiches"),
        when=Daily(at=time(2, 30)),
        run=compare_everybody.run,
        lease=timedelta(hours=2),
    ),
    Job(
        name="recount_donors",
        label=N_("Comparer les statistiques des donateurs à leurs dons"),
        when=Daily(at=time(1, 15)),
        run=recount_donors.run,
        lease=timedelta(hours=2),
        ask_after=timedelta(days=7),
    ),
    Job(
        name="tidy_staff",
        label=N_("Oublier les vieilles connexions"),
        when=Daily(at=time(4, 10)),
        run=tidy_staff.run,
    ),
    Job(
        name="forget_changes",
        label=N_("Oublier les anciennes corrections"),
        when=Daily(at=time(4, 10)),
        run=forget_changes.run,
        ask_after=timedelta(days=2),
    ),
    Job(
        name="forget_over_term",
        label=N_("Oublier ce qui a passé son terme"),
        when=Daily(at=time(4, 30)),
        run=forget_over_term.run,
        lease=timedelta(hours=1),
        ask_after=timedelta(days=30),
    ),
    Job(
        name="close_rounds",
        label=N_("Clore les questions restées sans réponse"),
        when=Daily(at=time(5, 10)),
        run=close_rounds.run,
        ask_after=timedelta(days=30),
    ),
    Job(
        name="hand_over_attestations",
        label=N_("Faire et remettre les attestations fiscales"),
        when=Every(period=timedelta(minutes=1)),
        run=hand_over_attestations.run,
    ),
    Job(
        name="forget_again",
        label=N_("Oublier à nouveau après une restauration"),
        when=Every(period=timedelta(hours=1)),
        run=forget_again.run,
    ),
    Job(
        name="prune_api",
        label=N_("Oublier les vieilles demandes de l’API"),
        when=Every(period=timedelta(hours=1)),
        run=prune_api.run,
    ),
    Job(
        name="prune_runs",
        label=N_("Ranger l’historique de l’horloge"),
        when=Daily(at=time(4, 20)),
        run=prune_runs.run,
        ask_after=timedelta(days=2),
    ),
)
