"""Members as an old system lists them: of which kind, since when, and, where they left, when and why."""

from __future__ import annotations

from dataclasses import replace

from crm.foundation.translation import N_
from crm.imports.kinds import binding
from crm.imports.kinds import fields as shared
from crm.imports.kinds.cells import Cells
from crm.imports.kinds.model import Choice, Field, Sort
from crm.imports.model import Reason
from crm.imports.wish import Wish
from crm.imports.wish_beside import Joined
from crm.members.model import LeaveReason
from crm.values.folding import folded

_REASONS = {
    LeaveReason.MONEY: "argent moyens cotisation money geld trop-cher financier financieel",
    LeaveReason.DISAGREES: "desaccord disagrees oneens politique",
    LeaveReason.MOVED: "demenage demenagement moved verhuisd etranger",
    LeaveReason.UNEXPLAINED: "inconnu inconnue sans-raison unexplained onbekend autre other demission",
    LeaveReason.HOUSEHOLD: "foyer menage household gezin",
    LeaveReason.DECEASED: "deces decede decedee deceased overleden",
    LeaveReason.EXCLUDED: "exclu exclue exclusion excluded uitgesloten",
}
_REASON_OF = {word: reason for reason, words in _REASONS.items() for word in words.split()}
_REASON_OF |= {"": LeaveReason.UNEXPLAINED}


class Memberships:
    """Who is, or was, a member."""

    code = "memberships"
    label = N_("Membres")
    about = N_(
        "Qui est ou fut membre : de quelle sorte, depuis quand, et quand et pourquoi l’adhésion a pris fin. "
        "Les cotisations viennent avec les dons : ce sont elles qui mettent en règle."
    )
    fields: tuple[Field, ...] = (
        Field(
            name="joined_on",
            label=N_("Membre depuis"),
            sort=Sort.DAY,
            required=True,
            aliases=("membre depuis", "date d'adhesion", "adhesion", "member since", "join date", "lid sinds", "since"),
        ),
        Field(
            name="member_kind",
            label=N_("Sorte d’adhésion"),
            aliases=("sorte", "type de membre", "type d'adhesion", "categorie", "membership type", "soort lid", "kind"),
            help=N_("Le nom d’une sorte de vos réglages, comme « membre d’honneur ». Sans elle, l’ordinaire."),
        ),
        Field(
            name="ended_on",
            label=N_("A pris fin le"),
            sort=Sort.DAY,
            aliases=("fin", "demission le", "date de demission", "date de fin", "end date", "resigned on", "einde"),
            help=N_("Le jour d’un départ. Une adhésion qui n’est plus payée n’a pas pris fin : laissez vide."),
        ),
        Field(
            name="end_reason",
            label=N_("Pourquoi"),
            aliases=("raison", "motif", "raison du depart", "reason", "reden"),
        ),
        shared.MEMBER_NUMBER,
        shared.OLD_NUMBER,
        shared.TITLE,
        shared.FIRST_NAME,
        shared.LAST_NAME,
        binding.NAMED,
        binding.ENTERPRISE,
        *shared.EMAILS,
        *shared.PHONES,
        *shared.ADDRESS,
        shared.LANGUAGE,
    )
    choices: tuple[Choice, ...] = (
        Choice(
            name="system",
            label=N_("Nom de l’ancien système"),
            help=N_("Par exemple « civicrm » : ses références seront gardées sous ce nom."),
        ),
        shared.LANGUAGE_CHOICE,
        binding.ADDRESS_OF,
    )

    def read(self, cells: Cells) -> Wish | None:
        """The person, and their membership."""
        who, group, bound = binding.split(cells)
        shared.require_somebody(cells, who)
        joined_on, ended_on = cells.day("joined_on"), cells.day("ended_on")
        if joined_on is None and not cells.when("joined_on"):
            cells.refuse(Reason.LACKING, "joined_on")
        if joined_on and ended_on and ended_on < joined_on:
            cells.refuse(Reason.NOT_DAY, "ended_on")
        word = "-".join(folded(cells.text("end_reason")).split())
        reason = _REASON_OF.get(word, LeaveReason.UNEXPLAINED)
        if joined_on is None or cells.reasons:
            return None
        said = Joined(
            kind=cells.text("member_kind")[:80],
            joined_on=joined_on,
            ended_on=ended_on,
            reason=reason.value if ended_on else "",
            note=cells.text("end_reason")[:500] if ended_on and word not in _REASON_OF else "",
        )
        died = ended_on is not None and reason is LeaveReason.DECEASED and group is None
        return Wish(arrival=replace(who, died=died), organisation=group, bound=bound, joined=said)
