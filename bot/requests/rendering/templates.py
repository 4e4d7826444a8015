"""The fixed words of every request type. A change of the words is a new TEMPLATE_VERSION: receipts name it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

TEMPLATE_VERSION = "1"


@dataclass(frozen=True, slots=True)
class Template:
    """The fixed words of one request type: `needs` are the blanks a person fills in beside name and e-mail."""

    subject: str
    ask: str
    needs: tuple[str, ...] = ()
    close: str = "If you need something from me to confirm who I am, please tell me what."


TEMPLATES: Mapping[str, Template] = MappingProxyType(
    {
        "know_categories": Template(
            "Request to know: categories of my personal information",
            "Please tell me which categories of personal information you hold about me, where they came from, "
            "why you collected them and with which categories of third parties you shared them.",
        ),
        "know_specific": Template(
            "Request for a copy of my personal information",
            "Please send me a copy of the specific personal information you hold about me.",
        ),
        "delete": Template(
            "Request to delete my personal information",
            "Please delete the personal information you hold about me, ask your service providers to do the same, "
            "and tell me when it is done. If you have to keep part of it, please tell me which part and why.",
        ),
        "correct": Template(
            "Request to correct my personal information",
            "Please correct the personal information below and tell me when it is done.",
            ("What is wrong: [what your records say]", "What is right: [what they should say]"),
        ),
        "opt_out_sale": Template(
            "Opt-out of the sale and sharing of my personal information",
            "Please do not sell my personal information and do not share it for advertising, "
            "and tell me when this is recorded.",
            close="Thank you.",
        ),
        "limit_sensitive": Template(
            "Request to limit the use of my sensitive personal information",
            "Please use and disclose my sensitive personal information only for the products or services "
            "I asked you for, and tell me when this is recorded.",
            ("The data I mean: [such as health data or precise location]",),
            close="Thank you.",
        ),
        "opt_out_marketing": Template(
            "Please stop marketing messages",
            "Please stop sending me marketing messages by e-mail, text, phone and post.",
            close="Messages about my orders are fine. Thank you.",
        ),
        "cookie_analytics_delete": Template(
            "Request to delete analytics data about my visits",
            "Please delete the analytics data about my visits to your website, and tell me when it is done.",
            ("Analytics cookie or client ID, if you can find it: [ID]",),
            close="Thank you.",
        ),
        "authorized_agent": Template(
            "Privacy request through an authorised agent",
            "I want another person to make a privacy request for me. Please tell me where to send the authorisation "
            "and what else you need from either of us.",
            ("Person who acts for me: [name and e-mail]", "Request they will make: [such as deletion]"),
        ),
        "portability": Template(
            "Request for my data in a portable format",
            "Please send me the personal information I gave you in a common, machine-readable format "
            "such as CSV or JSON.",
        ),
        "object": Template(
            "Objection to the use of my personal information",
            "I object to the use of my personal information described below. Please stop it, "
            "or tell me why you will not.",
            ("The use I object to: [such as profiling]", "My reason: [your reason]"),
        ),
        "complaint_discrimination": Template(
            "Complaint: treated differently after a privacy request",
            "I believe I was treated worse because I used a privacy right. "
            "Please look into it and tell me what you find.",
            ("What I asked for, and when: [request and date]", "What happened then: [such as a higher price]"),
            close="Thank you.",
        ),
        "general_contact": Template(
            "Question about your privacy policy",
            "I have a question about how you handle personal information:",
            ("My question: [your question]",),
            close="Thank you.",
        ),
    }
)
