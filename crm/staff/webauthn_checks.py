"""Passkeys as browsers speak of them (WebAuthn level 2): what is asked, and whether the answer is true."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from webauthn import (
    base64url_to_bytes,
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    CredentialDeviceType,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

_WRONG = (WebAuthnException, ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError)
"""What the library raises for answers that browsers would not send."""


@dataclass(frozen=True, kw_only=True, slots=True)
class NewCredential:
    """A key that was just made, binary values as base64url."""

    credential_id: str
    public_key: str
    sign_count: int
    is_synced: bool


def creation_options(
    *, rp_id: str, rp_name: str, handle: bytes, email: str, name: str, challenge: bytes, known: Sequence[str]
) -> str:
    """What `navigator.credentials.create` needs, as JSON. The key is kept on the device and asks for its owner."""
    return options_to_json(
        generate_registration_options(
            rp_id=rp_id,
            rp_name=rp_name,
            user_id=handle,
            user_name=email,
            user_display_name=name,
            challenge=challenge,
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.PREFERRED, user_verification=UserVerificationRequirement.PREFERRED
            ),
            exclude_credentials=_descriptors(known),
        )
    )


def created(answer: str, *, challenge: bytes, rp_id: str, origin: str) -> NewCredential | None:
    """The key that was made for exactly this challenge and site, or None."""
    try:
        found = verify_registration_response(
            credential=answer, expected_challenge=challenge, expected_rp_id=rp_id, expected_origin=origin
        )
    except _WRONG:
        return None
    return NewCredential(
        credential_id=bytes_to_base64url(found.credential_id),
        public_key=bytes_to_base64url(found.credential_public_key),
        sign_count=found.sign_count,
        is_synced=found.credential_device_type is CredentialDeviceType.MULTI_DEVICE,
    )


def request_options(*, rp_id: str, challenge: bytes, known: Sequence[str], asks_owner: bool) -> str:
    """What `navigator.credentials.get` needs, as JSON. `asks_owner`: the device must make sure of its owner."""
    wanted = UserVerificationRequirement.REQUIRED if asks_owner else UserVerificationRequirement.PREFERRED
    return options_to_json(
        generate_authentication_options(
            rp_id=rp_id, challenge=challenge, allow_credentials=_descriptors(known), user_verification=wanted
        )
    )


def named(answer: str) -> str:
    """The credential an answer speaks of; empty where it names none."""
    try:
        value = json.loads(answer)
    except (ValueError, RecursionError):
        return ""
    return value["id"][:1400] if isinstance(value, dict) and isinstance(value.get("id"), str) else ""


def answered(
    answer: str, *, challenge: bytes, rp_id: str, origin: str, public_key: str, sign_count: int, asks_owner: bool
) -> int | None:
    """The key's new counter where the answer was signed with it for exactly this challenge and site, or None."""
    try:
        found = verify_authentication_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=rp_id,
            expected_origin=origin,
            credential_public_key=base64url_to_bytes(public_key),
            credential_current_sign_count=sign_count,
            require_user_verification=asks_owner,
        )
    except _WRONG:
        return None
    return found.new_sign_count


def _descriptors(known: Sequence[str]) -> list[PublicKeyCredentialDescriptor]:
    return [PublicKeyCredentialDescriptor(id=base64url_to_bytes(one)) for one in known]
