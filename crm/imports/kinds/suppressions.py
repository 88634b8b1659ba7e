"""Addresses and numbers to leave alone: in plain, or hashed (MD5, SHA-1, SHA-256 of the address in lower case)."""

from __future__ import annotations

import re

from crm.foundation.translation import N_
from crm.imports.kinds import fields as shared
from crm.imports.kinds.cells import Cells
from crm.imports.kinds.model import Choice, Field
from crm.imports.model import Reason
from crm.imports.wish import Silence, Wish

_PHONE = tuple(dict.fromkeys(alias for field in shared.PHONES for alias in field.aliases))
_NUMBER = re.compile(r"[+(]?[\d ()./\-]{7,24}")
_DIGEST = re.compile(r"[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64}")


class Suppressions:
    """The blocklist of an old system. It makes no person, and silences an address or a number for every purpose."""

    code = "suppressions"
    label = N_("Liste d’opposition")
    about = N_(
        "Des adresses e-mail et des téléphones vers lesquels plus rien ne part, en clair ; des adresses hachées. "
        "Personne n’est créé. Qui ne veut plus rien, par aucun canal, vient avec « Ceux qui ne veulent plus » ; "
        "une adresse hachée est reconnue le jour où elle arrive par un autre fichier."
    )
    fields: tuple[Field, ...] = (
        Field(
            name="address",
            label=N_("Adresse e-mail, téléphone ou empreinte"),
            required=True,
            aliases=(
                *shared.EMAIL.aliases,
                *_PHONE,
                "adresse",
                "hash",
                "md5",
                "sha1",
                "sha256",
                "empreinte",
                "address",
            ),
        ),
        shared.SINCE,
    )
    choices: tuple[Choice, ...] = ()

    def read(self, cells: Cells) -> Wish | None:
        """The address to silence, and since when."""
        text = cells.text("address")
        since = cells.moment("since")
        if not text:
            cells.refuse(Reason.LACKING, "address")
        elif _DIGEST.fullmatch(text.lower()):
            return None if cells.reasons else Wish(silence=Silence(digest=text.lower(), since=since))
        elif "@" not in text:
            if _NUMBER.fullmatch(text) and (phones := cells.phones("address")) and not cells.reasons:
                if len(phones) == 1:
                    return Wish(silence=Silence(phone=phones[0], since=since))
                cells.refuse(Reason.ONE_A_ROW)
                return None
            cells.reasons[:] = [one for one in cells.reasons if one[0] is not Reason.NOT_PHONE]
            cells.refuse(Reason.NOT_SILENCEABLE, "address")
        elif (emails := cells.emails("address")) and not cells.reasons:
            if len(emails) == 1:
                return Wish(silence=Silence(email=emails[0], since=since))
            cells.refuse(Reason.ONE_A_ROW)
        return None
