"""What an address is made of."""

from __future__ import annotations

import pytest

from crm.values.languages import Language
from crm.values.postal_address import LONGEST, AddressFlaw, AddressInvalid, PostalAddress, TypedParts


@pytest.mark.parametrize(
    ("typed", "flaw", "field"),
    [
        ({"street": "Rue de la Loi", "postcode": "10000"}, AddressFlaw.POSTCODE, "postcode"),
        ({"street": "Rue de la Loi", "postcode": "0100"}, AddressFlaw.POSTCODE, "postcode"),
        ({"street": "Rue de la Loi", "postcode": "١٠٠٠"}, AddressFlaw.POSTCODE, "postcode"),
        ({"street": "Rue\x00de la Loi"}, AddressFlaw.UNPRINTABLE, "street"),
        ({"street": "Rue \u202ede la Loi"}, AddressFlaw.UNPRINTABLE, "street"),
        ({"street": "x" * (LONGEST["street"] + 1)}, AddressFlaw.TOO_LONG, "street"),
        ({"street": "Rue de la Loi", "country": "ZZ"}, AddressFlaw.COUNTRY, "country"),
        ({"street": "Rue de la Loi", "nis_code": "2100"}, AddressFlaw.NIS_CODE, "nis_code"),
        ({"postcode": "1000"}, AddressFlaw.EMPTY, "street"),
        ({}, AddressFlaw.EMPTY, "street"),
    ],
)
def test_a_part_that_cannot_be_used_is_refused_at_its_field(typed: TypedParts, flaw: AddressFlaw, field: str) -> None:
    with pytest.raises(AddressInvalid) as news:
        PostalAddress.parse(**typed)
    assert (news.value.flaw, news.value.field) == (flaw, field)


def test_parts_are_tidied_and_none_is_lost() -> None:
    address = PostalAddress.parse(
        organisation=" Maison  des\tDroits ", street="Rue de la Loi,", number=" 16 ", postcode="B-1000", country="be"
    )
    assert address == PostalAddress(
        organisation="Maison des Droits",
        street="Rue de la Loi",
        number="16",
        postcode="1000",
        country="BE",
        nis_code="21004",
        language=Language.FR,
    )
