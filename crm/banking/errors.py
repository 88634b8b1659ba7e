"""What can go wrong with the bank."""

from __future__ import annotations

from enum import StrEnum

from crm.banking.kept import HeldStatement, KeptLine
from crm.values.errors import Conflict, Invalid, Missing
from crm.values.identifiers import GiftId, PersonId


class Refused(StrEnum):
    """Why a file of the bank is not read. `words.REFUSED` says each in a sentence."""

    EMPTY = "the file is empty"
    UNKNOWN_FORMAT = "neither a CODA nor a camt.053 or camt.054 file"
    OTHER_MESSAGE = "an ISO 20022 message, but neither a camt.053 nor a camt.054"
    LENGTH = "a CODA record has 128 characters"
    CONTROL = "a control character stands in a record"
    RECORD = "no CODA record begins like this"
    ORDER = "this record does not belong here"
    VERSION = "a CODA of version 1 or 2 is expected"
    SEQUENCE = "the sequence number is not that of the movement above"
    DIGITS = "digits are expected"
    DAY = "a day is expected"
    SIGN = "a sign is expected: 0 or 1"
    FRACTION = "the amount has a fraction of a cent"
    CURRENCY = "an account or an amount that is not in euro"
    ACCOUNT = "an account number is expected"
    OTHER_ACCOUNT = "the closing balance is that of another account"
    BALANCE = "the opening balance and the movements do not make the closing balance"
    RECORDS = "the number of records is not that of the trailer"
    DEBITS = "the debits do not make the total of the trailer"
    CREDITS = "the credits do not make the total of the trailer"
    CUT = "the file ends before its end"
    NOT_XML = "the XML is not well-formed"
    DOCTYPE = "a document type declaration is not accepted"
    DEPTH = "the XML is nested too deep"
    OVERSIZE = "an element is too large for a file of the bank"
    ABSENT = "a required element is missing"
    AMOUNT = "an amount is expected"
    INDICATOR = "CRDT or DBIT is expected"
    HELD = "another format told this statement already"


class FileRefused(Invalid):
    """A file of the bank that cannot be read: why, and where. Nothing of its content is told.

    `expected` and `found` are the two sides of a check that fails, as decimals or counts.
    """

    def __init__(
        self, why: Refused, *, line: int, column: int, expected: str | None = None, found: str | None = None
    ) -> None:
        sides = f" (expected {expected}, found {found})" if expected is not None else ""
        super().__init__(f"line {line}, column {column}: {why.value}{sides}", field="file")
        self.why = why
        self.line = line
        self.column = column
        self.expected = expected
        self.found = found


class HeldAlready(FileRefused):
    """A statement of this file came already, in another format: its lines would count twice. `held` says which."""

    def __init__(self, held: HeldStatement, *, row: int) -> None:
        super().__init__(Refused.HELD, line=row, column=1)
        self.held = held


class LineMissing(Missing):
    """There is no such line."""

    def __init__(self) -> None:
        super().__init__("no such line of the bank")


class MoneyLeft(Conflict):
    """Money that left is nobody's gift: it paid a refund, or it is set aside."""

    def __init__(self) -> None:
        super().__init__("money that left is nobody's gift")


class MoneyCameBack(Conflict):
    """Money of ours that came back is nobody's gift: it is a refund that was paid, or it is set aside."""

    def __init__(self) -> None:
        super().__init__("money of ours that came back is nobody's gift")


class RefundElsewhere(Conflict):
    """This line did not pay that refund: it is paid already, of another amount, or there is none."""

    def __init__(self) -> None:
        super().__init__("no such refund to pay with this line")


class DepositDiffers(Conflict):
    """This credit is not the deposit of those piles: of another amount, one is deposited already, it is none."""

    def __init__(self) -> None:
        super().__init__("not the deposit of these piles")


class GiftHasMoved(Conflict):
    """The gift of this line was returned, refunded or corrected since: the line cannot simply be taken back."""

    def __init__(self, gifts: tuple[GiftId, ...]) -> None:
        super().__init__("the gift of this line has moved since")
        self.gifts = gifts


class DayToCome(Invalid):
    """The line is of a day that has not come."""

    def __init__(self) -> None:
        super().__init__("the line is of a day to come", field="booked_on")


class NothingToUndo(Invalid):
    """A return takes a gift back, and nobody said which: `person_id`, whose gifts may be meant."""

    def __init__(self, person_id: PersonId) -> None:
        super().__init__("a return is of a gift", field="gift")
        self.person_id = person_id


class LineDecided(Conflict):
    """Somebody decided about this line meanwhile; `found` is how it stands."""

    def __init__(self, found: KeptLine) -> None:
        super().__init__("somebody has decided about this line meanwhile")
        self.found = found


class LineSettles(Conflict):
    """The line settled collections, or undid one, and is not taken back: `gifts`, those that moved since."""

    def __init__(self, gifts: tuple[GiftId, ...] = ()) -> None:
        super().__init__("this line settled collections")
        self.gifts = gifts
