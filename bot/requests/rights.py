"""Request types in plain words: title and the right's name under each law. Holds no policy text, and no time rule of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from bot.requests.deadlines import RULES
from vectorstore.policy import REQUEST_TYPES

# A rule of law must never read like a promise of the policy.
DISCLAIMER = "computed from the law, not stated in the policy; not legal advice"


@dataclass(frozen=True, slots=True)
class RequestKind:
    """One request type. `names` is the right's name by regime, `plain` its name where the policy names no law.

    `plain` is None where the type is no right of its own.
    """

    title: str
    plain: str | None
    description: str
    names: Mapping[str, str] = field(default_factory=dict)


# Statutes: Cal. Civ. Code 1798.105 (delete), .106 (correct), .110 and .115 (know), .120 (sale), .121 (limit),
# .125 (retaliation), .130(a)(3) (portable form); GDPR Art. 15-17, 20, 21.
KINDS: Mapping[str, RequestKind] = MappingProxyType(
    {
        "know_categories": RequestKind(
            "See what kinds of data you hold about me",
            "access to the categories of data",
            "You ask which kinds of personal data the company holds about you, where they came from and who got them.",
            {"CCPA": "CCPA right to know (categories)", "GDPR": "GDPR access"},
        ),
        "know_specific": RequestKind(
            "Get a copy of my data",
            "access",
            "You ask for a copy of the personal data the company holds about you.",
            {"CCPA": "CCPA right to know (specific pieces)", "GDPR": "GDPR access"},
        ),
        "delete": RequestKind(
            "Delete my data",
            "deletion",
            "You ask the company to delete the personal data it holds about you.",
            {"CCPA": "CCPA deletion", "GDPR": "GDPR erasure"},
        ),
        "correct": RequestKind(
            "Correct my data",
            "correction",
            "You ask the company to put wrong personal data about you right.",
            {"CCPA": "CCPA correction", "GDPR": "GDPR rectification"},
        ),
        "opt_out_sale": RequestKind(
            "Do not sell or share my data",
            "opt-out of sale",
            "You tell the company not to sell your personal data or pass it on for advertising.",
            {"CCPA": "CCPA opt-out of sale or sharing", "GDPR": "GDPR objection"},
        ),
        "limit_sensitive": RequestKind(
            "Limit the use of my sensitive data",
            "limit on sensitive data",
            "You ask the company to use sensitive data about you only for what you asked it to do.",
            {"CCPA": "CCPA right to limit"},
        ),
        "opt_out_marketing": RequestKind(
            "Stop marketing messages",
            "opt-out of marketing",
            "You tell the company to stop sending you advertising by e-mail, text, phone or post.",
            {"GDPR": "GDPR objection to direct marketing"},
        ),
        "cookie_analytics_delete": RequestKind(
            "Delete analytics data and cookies",
            "deletion of analytics data",
            "You remove tracking cookies and ask for the records of your visits to be deleted.",
            {"GDPR": "GDPR erasure"},
        ),
        "authorized_agent": RequestKind(
            "Let someone act for me",
            "request through an authorised agent",
            "You let another person make a privacy request for you, or you make one for someone else.",
            {"CCPA": "CCPA authorised agent"},
        ),
        "portability": RequestKind(
            "Take my data elsewhere",
            "portability",
            "You ask for your data as a file that another service can read.",
            {"CCPA": "CCPA right to know (portable copy)", "GDPR": "GDPR portability"},
        ),
        "object": RequestKind(
            "Object to a use of my data",
            "objection",
            "You object to a use of your data, such as profiling or decisions made by software alone.",
            {"GDPR": "GDPR objection"},
        ),
        "complaint_discrimination": RequestKind(
            "Complain about worse treatment",
            "equal treatment",
            "You complain that you were treated worse because you used a privacy right.",
            {"CCPA": "CCPA non-retaliation"},
        ),
        "general_contact": RequestKind(
            "Contact the privacy team", None, "You reach the people who answer privacy questions at the company."
        ),
    }
)


def kind_of(request_type: str) -> RequestKind:
    """Return the row of a request type. Raises ValueError if there is none."""
    if request_type not in KINDS:
        raise ValueError(f"unknown request type {request_type!r}: known are {', '.join(REQUEST_TYPES)}")
    return KINDS[request_type]


def right_name(request_type: str, regime: str | None) -> str | None:
    """Return what the right is called under `regime`, its plain name if that law has none; None for a mere contact."""
    kind = kind_of(request_type)
    return kind.names.get(regime or "", kind.plain)


def expectation(request_type: str, regime: str | None) -> str | None:
    """Return the law's general time rule for a request card; None if the policy names no law or the rule is unknown.

    Days and months appear only under the law that `regime` names. Never use it as an answer about the policy.
    """
    kind_of(request_type)  # an unknown type is a fault, not a type without a rule
    rule = RULES.get((regime or "", request_type))
    return f"{rule.words} ({rule.source}): {DISCLAIMER}." if rule else None
