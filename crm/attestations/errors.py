"""What can go wrong with attestations."""

from __future__ import annotations

from crm.attestations.model import Exclusion, SealFlaw
from crm.values.errors import Conflict, Invalid, Missing, Unavailable


class RulesInvalid(Invalid):
    """These rules cannot hold."""

    def __init__(self, field: str) -> None:
        super().__init__("the rules of a year need sound amounts, days and codes", field=field)


class RulesMissing(Missing):
    """No such rules wait for a decision."""

    def __init__(self) -> None:
        super().__init__("no such rules wait for a second person")


class FourEyes(Conflict):
    """Whoever proposed it does not decide on it."""

    def __init__(self) -> None:
        super().__init__("somebody else has to decide on this")


class InstitutionIncomplete(Conflict):
    """Our own legal name, address or enterprise number is missing from the settings."""

    def __init__(self) -> None:
        super().__init__("the settings lack the organisation's legal name, address or enterprise number")


class NotApproved(Conflict):
    """No approval of the institution is known for any day of that year."""

    def __init__(self) -> None:
        super().__init__("no approval period of the institution is known for that year")


class PapersUnknown(Conflict):
    """Papers of that year lie in the cabinet that this database never numbered: it came back from an older backup."""

    def __init__(self) -> None:
        super().__init__(
            "papers of that year exist that this database does not know: it came back from a backup of before the "
            "lock, and numbers given now would be given twice"
        )


class YearOpen(Conflict):
    """The year is not over: more may come."""

    def __init__(self) -> None:
        super().__init__("that year is not over: more gifts may come")


class NothingOwed(Conflict):
    """That person is owed no attestation of that year: `reasons` say why, payment by payment."""

    def __init__(self, reasons: frozenset[Exclusion]) -> None:
        super().__init__("nothing is owed to that person for that year")
        self.reasons = reasons


class RunMissing(Missing):
    """There is no such run."""

    def __init__(self) -> None:
        super().__init__("there is no such run")


class RunElsewhere(Conflict):
    """The run is not at the stage at which this is done."""

    def __init__(self) -> None:
        super().__init__("the run is not at that stage")


class RunChanged(Conflict):
    """Something changed since the run was checked."""

    def __init__(self) -> None:
        super().__init__("something changed since the check: check again, then lock")


class AttestationMissing(Missing):
    """There is no such attestation."""

    def __init__(self) -> None:
        super().__init__("there is no such attestation")


class AttestationEnded(Conflict):
    """It was cancelled already, or it says what is right."""

    def __init__(self) -> None:
        super().__init__("this attestation was cancelled, or nothing in it has changed")


class NothingToFile(Conflict):
    """Nothing of that year waits to be filed."""

    def __init__(self) -> None:
        super().__init__("nothing of that year is ready to be filed")


class FormatUnknown(Conflict):
    """The settings do not say how that format is written for that year: its schema file is missing."""

    def __init__(self) -> None:
        super().__init__("the settings name no schema file for that format and year (see docs/attestations.md)")


class AnswerUnreadable(Invalid):
    """The file is no answer of the administration (problem+json)."""

    def __init__(self) -> None:
        super().__init__("this file is no answer of the administration", field="file")


class FileUnsound(Conflict):
    """What would be filed does not pass our own checks: `flaws` say what, by number."""

    def __init__(self, flaws: tuple[str, ...]) -> None:
        super().__init__(f"the file would be refused: {'; '.join(flaws[:5])}")
        self.flaws = flaws


class FileChanged(Conflict):
    """Something else would be told than what was looked at: nothing was noted."""

    def __init__(self) -> None:
        super().__init__("something changed while the file was made: nothing is noted, make it again")


class FileGone(Missing):
    """No such file lies there to be taken: it was taken, its time is over, or it was never made."""

    def __init__(self) -> None:
        super().__init__("no such file is there to be taken")


class SealUnavailable(Unavailable):
    """Papers are to be sealed, and the certificate cannot serve: `flaw` says why. Nothing is made without it."""

    def __init__(self, flaw: SealFlaw) -> None:
        super().__init__(
            f"the certificate of the electronic seal cannot serve: {flaw.value} (see docs/attestations.md)"
        )
        self.flaw = flaw
