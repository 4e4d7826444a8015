"""Which of a person's claims go to a business by DRP, and how they are written (DRP 1.0 s.3.04)."""

from __future__ import annotations

from typing import Any

import phonenumbers

from bot.requests.protocols.endpoints import DrpEndpoint
from bot.requests.records import Person


def claims_for(person: Person, regime: str | None, endpoint: DrpEndpoint) -> dict[str, Any]:
    """Return the claims the business verifies by, as far as the person gave them; other ones should not be sent.

    "name" is no verification a business can list, so it goes only where the business lists none and the choice is the
    sender's: then name and e-mail address go. The blanks read are "phone_number" and "address".
    """
    blanks = dict(person.blanks)
    known: dict[str, Any] = {"email": person.email, "name": person.name}
    known["phone_number"] = as_e164(blanks.get("phone_number", ""), "US" if regime == "CCPA" else None)
    known["address"] = {"formatted": blanks["address"]} if blanks.get("address") else None
    wanted = endpoint.supported_verifications or ("name", "email")
    return {claim: known[claim] for claim in wanted if known[claim]}


def as_e164(number: str, region: str | None) -> str | None:
    """Return the number in E.164, None where it is no valid number.

    `region` is where a number without a country code is taken to be, an ISO 3166 code; None: nowhere.
    """
    try:
        parsed = phonenumbers.parse(number, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(parsed):
        return None
    return str(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164))
