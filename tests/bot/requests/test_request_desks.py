"""A person's request goes to desks that take it: never to the press, a regulator or another firm, never to a fax."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.requests.offer import channels_for, href
from ingest.manifest import Entry
from ingest.reader import read_policy
from vectorstore.policy import REQUEST_TYPES, ChannelMention, ContactChannel, Policy

POLICY = """Acme Privacy Policy
Acme Tools, Inc. (“Acme” or “we”) respects your privacy. This notice says which personal information we collect and why we collect it.
You have the right to delete your personal information and to opt out of sales. To delete your data, write to privacy@acme.example.
You may also delete it by fax at 212-555-0145, or on our text telephone (TTY) at 212-555-0146.
Journalists with a question about how we delete data write to press@acme.example.
Report a security issue that lets others delete data to security@acme.example.
Law enforcement agencies may write about data we delete to legal-requests@acme.example.
If we do not delete your data, complain to the Information Commissioner's Office (ICO) at casework@ico.org.uk.
You can also delete your file at Equifax by calling 1-800-685-1111.
We are glad to explain every line of this notice to you whenever you ask.
"""


@pytest.fixture(scope="module")
def policy() -> Policy:
    return read_policy(POLICY.encode(), Path("acme.txt").name, Entry(id="acme", source="acme.txt"))


@pytest.mark.parametrize("kind", REQUEST_TYPES)
def test_only_the_privacy_desk_is_offered(policy: Policy, kind: str) -> None:
    assert {channel.value for channel in channels_for(policy, kind)} <= {"privacy@acme.example"}


def test_the_other_channels_are_known_all_the_same(policy: Policy) -> None:
    assert {(channel.type, channel.desk) for channel in policy.channels} >= {
        ("email", "press"),
        ("email", "security"),
        ("email", "law_enforcement"),
        ("email", "regulator"),
        ("phone", "other"),
    }
    assert {channel.type for channel in policy.channels} >= {"fax", "tty"}


@pytest.mark.parametrize(
    ("value", "link"),
    [
        ("1-800-FLOWERS", "tel:18003569377"),
        ("+44 20 7946 0958", "tel:+442079460958"),
        ("(212) 555-0145", "tel:2125550145"),
    ],
)
def test_the_link_of_a_number_dials_it(value: str, link: str) -> None:
    mention = ChannelMention(0, 0, ("delete",))
    assert href(ContactChannel("phone", value, "ok", None, (mention,))) == link
