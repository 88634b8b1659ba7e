"""What each room hands in for the whole: its tables, panels, questions, and whom to ask at a merge or an erasure."""

from __future__ import annotations

from importlib import import_module

from crm.actions import merging as actions_merging
from crm.actions import own_space as actions_own_space
from crm.actions import panel as actions_panel
from crm.actions import personal_data as actions_personal_data
from crm.actions import segment_fields as actions_segment_fields
from crm.attestations import merging as attestations_merging
from crm.attestations import own_space as attestations_own_space
from crm.attestations import panel as attestations_panel
from crm.attestations import personal_data as attestations_personal_data
from crm.attestations import segment_fields as attestations_segment_fields
from crm.attestations import terms as attestations_terms
from crm.banking import merging as banking_merging
from crm.banking import panel as banking_panel
from crm.banking import personal_data as banking_personal_data
from crm.care import merging as care_merging
from crm.care import panel as care_panel
from crm.care import personal_data as care_personal_data
from crm.care import segment_fields as care_segment_fields
from crm.care import terms as care_terms
from crm.collections import personal_data as collections_personal_data
from crm.collections import segment_fields as collections_segment_fields
from crm.consent import merging as consent_merging
from crm.consent import panel as consent_panel
from crm.consent import personal_data as consent_personal_data
from crm.consent import segment_fields as consent_segment_fields
from crm.consent import taking_over as consent_taking_over
from crm.contracts import mailboxes, rhythms
from crm.contracts.own_space import OwnSource, WishBook
from crm.contracts.person_page import PersonPanel, TimelineSource
from crm.contracts.person_pointer import PersonPointer
from crm.contracts.personal_data import PersonHolder, TermKeeper
from crm.donations import merging as donations_merging
from crm.donations import own_space as donations_own_space
from crm.donations import panel as donations_panel
from crm.donations import personal_data as donations_personal_data
from crm.donations import segment_fields as donations_segment_fields
from crm.duplicates import merging as duplicates_merging
from crm.duplicates import panel as duplicates_panel
from crm.duplicates import personal_data as duplicates_personal_data
from crm.duplicates import segment_fields as duplicates_segment_fields
from crm.fundraising import merging as fundraising_merging
from crm.fundraising import own_space as fundraising_own_space
from crm.fundraising import panel as fundraising_panel
from crm.fundraising import personal_data as fundraising_personal_data
from crm.fundraising import segment_fields as fundraising_segment_fields
from crm.fundraising import terms as fundraising_terms
from crm.imports import personal_data as imports_personal_data
from crm.legacies import merging as legacies_merging
from crm.legacies import panel as legacies_panel
from crm.legacies import personal_data as legacies_personal_data
from crm.magazine import merging as magazine_merging
from crm.magazine import own_space as magazine_own_space
from crm.magazine import panel as magazine_panel
from crm.magazine import personal_data as magazine_personal_data
from crm.magazine import segment_fields as magazine_segment_fields
from crm.members import merging as members_merging
from crm.members import panel as members_panel
from crm.members import personal_data as members_personal_data
from crm.members import segment_fields as members_segment_fields
from crm.partners import personal_data as partners_personal_data
from crm.payments import personal_data as payments_personal_data
from crm.people import merging as people_merging
from crm.people import panel as people_panel
from crm.people import personal_data as people_personal_data
from crm.people import segment_fields as people_segment_fields
from crm.plans import merging as plans_merging
from crm.plans import own_space as plans_own_space
from crm.plans import panel as plans_panel
from crm.plans import personal_data as plans_personal_data
from crm.plans import segment_fields as plans_segment_fields
from crm.plans import selects as plans_selects
from crm.privacy import personal_data as privacy_personal_data
from crm.privacy import terms as privacy_terms
from crm.privacy.own_wishes import DeskWishes
from crm.segments import merging as segments_merging
from crm.segments import panel as segments_panel
from crm.segments import personal_data as segments_personal_data
from crm.segments import terms as segments_terms
from crm.segments.catalogue import Catalogue
from crm.vault import merging as vault_merging
from crm.vault import panel as vault_panel
from crm.vault import personal_data as vault_personal_data
from crm.vault import segment_fields as vault_segment_fields
from crm.visits import personal_data as visits_personal_data
from mailing.content import segment_fields as content_segment_fields
from mailing.delivery import merging as delivery_merging
from mailing.delivery import panel as delivery_panel
from mailing.delivery import personal_data as delivery_personal_data
from mailing.delivery import segment_fields as delivery_segment_fields
from mailing.delivery import terms as delivery_terms
from mailing.feedback import personal_data as feedback_personal_data
from mailing.origins import merging as origins_merging
from mailing.origins import personal_data as origins_personal_data
from mailing.rounds import merging as rounds_merging
from mailing.rounds import personal_data as rounds_personal_data
from mailing.rounds import terms as rounds_terms

ROOMS_WITH_ROWS = (
    "crm.actions",
    "crm.attestations",
    "crm.audit",
    "crm.banking",
    "crm.care",
    "crm.collections",
    "crm.consent",
    "crm.donations",
    "crm.figures",
    "crm.fundraising",
    "crm.imports",
    "crm.ledgers",
    "crm.legacies",
    "crm.magazine",
    "crm.members",
    "crm.partners",
    "crm.payments",
    "crm.people",
    "crm.plans",
    "crm.privacy",
    "crm.segments",
    "crm.staff",
    "crm.vault",
    "crm.visits",
    "mailing.composition",
    "mailing.content",
    "mailing.delivery",
    "mailing.feedback",
    "mailing.feeds",
    "mailing.origins",
    "mailing.rounds",
    "mailing.series",
)
"""A foreign key is found by the name of its table: every process has to know them all, whichever rooms it calls."""

for _room in ROOMS_WITH_ROWS:
    import_module(f"{_room}.tables")

mailboxes.listen(consent_taking_over.heed_lists)
rhythms.tell(plans_selects.running)
"""A hashed list silences the addresses it waits for, whichever way they come."""

POINTERS: tuple[PersonPointer, ...] = (
    people_merging,
    consent_merging,
    actions_merging,
    donations_merging,
    plans_merging,
    attestations_merging,
    legacies_merging,
    members_merging,
    magazine_merging,
    vault_merging,
    banking_merging,
    care_merging,
    delivery_merging,
    origins_merging,
    rounds_merging,
    duplicates_merging,
    segments_merging,
    fundraising_merging,
)
"""Who has rows that point at a person: a merge asks each in this order, an un-merge the other way round."""
HOLDERS: tuple[PersonHolder, ...] = (
    origins_personal_data,
    rounds_personal_data,
    feedback_personal_data,
    delivery_personal_data,
    fundraising_personal_data,
    segments_personal_data,
    imports_personal_data,
    duplicates_personal_data,
    banking_personal_data,
    magazine_personal_data,
    members_personal_data,
    legacies_personal_data,
    collections_personal_data,
    plans_personal_data,
    attestations_personal_data,
    payments_personal_data,
    donations_personal_data,
    care_personal_data,
    actions_personal_data,
    vault_personal_data,
    consent_personal_data,
    people_personal_data,
    visits_personal_data,
    partners_personal_data,
    privacy_personal_data,
)
"""Who holds something of people: an erasure asks each in this order, upper rooms first; a pack the other way round."""
KEEPERS: tuple[TermKeeper, ...] = (
    attestations_terms,
    delivery_terms,
    care_terms,
    fundraising_terms,
    segments_terms,
    privacy_terms,
    rounds_terms,
)
"""Who forgets by age alone, each night."""
_SHOWING = (
    people_panel,
    consent_panel,
    donations_panel,
    plans_panel,
    members_panel,
    legacies_panel,
    vault_panel,
    attestations_panel,
    banking_panel,
    care_panel,
    actions_panel,
    fundraising_panel,
    delivery_panel,
    duplicates_panel,
    magazine_panel,
    segments_panel,
)

PERSON_PANELS: tuple[PersonPanel, ...] = tuple(panel for room in _SHOWING for panel in room.PANELS)
"""What every room shows on a person's page."""
TIMELINE: tuple[TimelineSource, ...] = tuple(source for room in _SHOWING for source in room.TIMELINE)
"""What every room knows of a person's past."""


OWN_SOURCES: tuple[OwnSource, ...] = (
    *donations_own_space.SOURCES,
    *plans_own_space.SOURCES,
    *attestations_own_space.SOURCES,
    *magazine_own_space.SOURCES,
    *fundraising_own_space.SOURCES,
    *actions_own_space.SOURCES,
)
"""What rooms show supporters in their own space, beside their details and choices."""
WISHES: WishBook = DeskWishes()
"""Where what they ask about their data is written down."""
QUESTIONS = Catalogue.of(
    (
        people_segment_fields,
        donations_segment_fields,
        plans_segment_fields,
        collections_segment_fields,
        members_segment_fields,
        consent_segment_fields,
        actions_segment_fields,
        content_segment_fields,
        magazine_segment_fields,
        delivery_segment_fields,
        care_segment_fields,
        fundraising_segment_fields,
        vault_segment_fields,
        attestations_segment_fields,
        duplicates_segment_fields,
    )
)
"""What every room lets one ask about people, as segments do."""
