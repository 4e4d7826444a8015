"""Company, aliases, title and dates as the policy itself states them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ingest.names import find_company, host_label
from vectorstore.policy import Policy

Read = Callable[..., Policy]


@pytest.mark.parametrize(
    ("body", "url", "titles", "company", "aliases"),
    [
        (
            "The Site is operated by Fujitsu Computer Products of America, Inc. (“FCPA” or “We”) . We run it.",
            "http://www.fujitsu.com/us/",
            [],
            "Fujitsu",
            ("Fujitsu Computer Products of America, Inc.", "Fujitsu Computer Products of America", "FCPA"),
        ),
        ("Casio respects you. CASIO sells watches. Casio is here.", "http://www.casio.com/x", [], "Casio", ()),
        (
            'This is Acme Tools Ltd ("ACT," "we," or "us"). It uses Google, Inc. for maps.',
            None,
            [],
            "Acme Tools",
            ("Acme Tools Ltd", "Acme", "ACT"),
        ),
        ("At Quill (“Quill,” “we” or “us”) we care.", None, [], "Quill", ()),
        (
            "TGI Diner’s Inc. is here. TGI Diners serves you. TGI Diners cooks.",
            None,
            ["TGI Diners"],
            "TGI Diners",
            ("TGI Diner’s Inc.", "TGI Diner’s"),
        ),
        (
            "You can use BeSeen daily. With BeSeen, photos of BeSeen users are shown by BeSeen.",
            None,
            ["Privacy Policy"],
            "BeSeen",
            (),
        ),
        (
            "The University of Anywhere runs this site.",
            None,
            ["University of Anywhere Privacy Policy"],
            "University of Anywhere",
            (),
        ),
        (
            "Northwind Traders LLC runs the shop. " + "At Northwind Traders you shop. " * 4,
            None,
            [],
            "Northwind Traders",
            ("Northwind Traders LLC", "Northwind"),
        ),
        ("Our parcels go by Swiftpost Ltd to your door.", None, [], None, ()),
        ("We say nothing of ourselves.", None, ["Privacy Policy"], None, ()),
    ],
)
def test_company_and_aliases(
    body: str, url: str | None, titles: list[str], company: str | None, aliases: tuple[str, ...]
) -> None:
    assert find_company(body, url, titles) == (company, aliases)


@pytest.mark.parametrize(
    ("url", "label"),
    [
        ("https://help.acme.co.uk/privacy", "acme"),
        ("http://www.casio.com", "casio"),
        ("https://localhost/x", None),
        (None, None),
    ],
)
def test_host_label(url: str | None, label: str | None) -> None:
    assert host_label(url) == label


@pytest.mark.parametrize(
    ("line", "dates"),
    [
        ("Effective: January 1, 2020", [("effective", "2020-01-01")]),
        ("Last Updated: December 30 2019.", [("updated", "2019-12-30")]),
        ("Date Created: 12 26, 2019", [("created", "2019-12-26")]),
        ("Last updated: 3 June 2026", [("updated", "2026-06-03")]),
        ("Last modified on 08/12/2026", [("updated", "2026-08-12")]),
        ("Last Modified: 2026-06-03", [("updated", "2026-06-03")]),
        ("Revision Date: March 24th 2015", [("updated", "2015-03-24")]),
        ("Last modified January, 2015", [("updated", "2015-01-01")]),
        (
            "Effective: July 1, 2026. Last Revised: May 26, 2026.",
            [("effective", "2026-07-01"), ("updated", "2026-05-26")],
        ),
        ("This notice takes effect on 1 May 2026.", [("effective", "2026-05-01")]),
        ("We may change this policy in May 2026 or later.", []),
    ],
)
def test_dates(read: Read, line: str, dates: list[tuple[str, str]]) -> None:
    policy = read(f"{line}\n")
    assert [(date.kind, date.iso) for date in policy.dates] == dates


def test_version_is_the_day_of_the_last_update(read: Read) -> None:
    assert read("Effective: May 1, 2026\nLast Updated: March 2, 2026\n").version == "2026-03-02"
    assert read("Effective: May 1, 2026\n").version == "2026-05-01"
    assert read("Cookies\n").version == "undated"
