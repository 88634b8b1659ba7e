"""Names for the numbers that point at rows, so that one kind is never passed for another."""

from __future__ import annotations

from typing import NewType

PersonId = NewType("PersonId", int)
ContactPointId = NewType("ContactPointId", int)
AccountId = NewType("AccountId", int)
NoticeId = NewType("NoticeId", int)
FeedId = NewType("FeedId", int)
FeedItemId = NewType("FeedItemId", int)
ContentId = NewType("ContentId", int)
TermId = NewType("TermId", int)
NewsletterId = NewType("NewsletterId", int)
EditionId = NewType("EditionId", int)
BlockId = NewType("BlockId", int)
MailingId = NewType("MailingId", int)
BodyId = NewType("BodyId", int)
DeliveryId = NewType("DeliveryId", int)
PostalAddressId = NewType("PostalAddressId", int)
HouseholdId = NewType("HouseholdId", int)
TagId = NewType("TagId", int)
TieId = NewType("TieId", int)
DifferenceId = NewType("DifferenceId", int)
CallId = NewType("CallId", int)
SignatureId = NewType("SignatureId", int)
RegistrationId = NewType("RegistrationId", int)
PolicyId = NewType("PolicyId", int)
PairId = NewType("PairId", int)
MergeId = NewType("MergeId", int)
