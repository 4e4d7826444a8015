"""Dates of the policy in any common format, and the dates that are not its own."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ingest.dates import iso_of
from vectorstore.policy import Policy

Read = Callable[..., Policy]
CLOSING = "\nWe are glad to explain every line of this notice to you whenever you ask.\n"


def stated(policy: Policy) -> list[tuple[str, str]]:
    return [(date.kind, date.iso) for date in policy.dates]


@pytest.mark.parametrize(
    ("line", "dates"),
    [
        ("Effective Date: March 2024", [("effective", "2024-03-01")]),
        ("Last updated: 1st of May 2023", [("updated", "2023-05-01")]),
        ("Last revised: 01.05.2023", [("updated", "2023-05-01")]),
        ("Last changed: 31/12/2020", [("updated", "2020-12-31")]),
        ("Updated 3/4/21", [("updated", "2021-03-04")]),
        ("Last update - 2021/05/03", [("updated", "2021-05-03")]),
        ("Last updated on Monday, 3 May 2021", [("updated", "2021-05-03")]),
        ("As of June 2021", [("updated", "2021-06-01")]),
        ("Rev. 5/2013", [("updated", "2013-05-01")]),
        ("Form ABC-12 (Rev. 09/24/13)", [("updated", "2013-09-24")]),
        ("Last Modified 01 Jan 2020", [("updated", "2020-01-01")]),
        ("Date of last revision: 12-Mar-2020", [("updated", "2020-03-12")]),
        ("Privacy Policy (Updated: Sept. 12, 2019)", [("updated", "2019-09-12")]),
        ("Privacy Notice - May 25, 2018", [("effective", "2018-05-25")]),
        ("Version 2.1, 3 April 2024", [("updated", "2024-04-03")]),
        ("Published 2 February 2022", [("created", "2022-02-02")]),
        ("In effect since: 15 August 2017", [("effective", "2017-08-15")]),
        ("This policy is effective as of January 5, 2023.", [("effective", "2023-01-05")]),
        ("This Privacy Policy was last updated on the 3rd day of April, 2024.", [("updated", "2024-04-03")]),
        ("Our policy was posted on this site and updated on or about May 11, 2009.", [("updated", "2009-05-11")]),
        (
            "This policy was created on March 3, 2010 and last modified on April 4, 2020.",
            [("created", "2010-03-03"), ("updated", "2020-04-04")],
        ),
        (
            "Effective May 1, 2024 (last updated April 1, 2024)",
            [("effective", "2024-05-01"), ("updated", "2024-04-01")],
        ),
        (
            "This Policy was last revised, and is effective as of, November 2, 2021.",
            [("effective", "2021-11-02"), ("updated", "2021-11-02")],
        ),
    ],
)
def test_dates_of_the_policy(read: Read, line: str, dates: list[tuple[str, str]]) -> None:
    assert sorted(stated(read(line + CLOSING))) == dates


@pytest.mark.parametrize(
    "line",
    [
        "© 2023 Acme. All rights reserved.",
        "Copyright May 1, 2020 Acme Tools",
        "Since January 1, 2020 the CCPA gives Californians rights.",
        "The CCPA, effective January 1, 2020, gives you rights.",
        "The California Consumer Privacy Act of 2018 took effect on January 1, 2020.",
        "Effective January 1, 2023, California residents have the right to correct data.",
        "We have not sold data in the 12 months preceding January 1, 2020.",
        "Accounts created before May 1, 2019 are kept.",
        "On March 1, 2022 we were acquired by Acme Group.",
        "This notice replaces the one of May 1, 2019.",
        "Regulation (EU) 2016/679 of 27 April 2016 protects you.",
        "Call us between 1/1/2021 and 2/2/2021.",
    ],
)
def test_dates_of_other_things(read: Read, line: str) -> None:
    assert stated(read(line + CLOSING)) == []


def test_a_revision_list_gives_its_newest_date_without_a_flaw(read: Read) -> None:
    policy = read("Version history:\nVersion 3, 2 May 2022\nVersion 2, 1 May 2021\nVersion 1, 4 April 2020" + CLOSING)
    assert stated(policy) == [("updated", "2022-05-02")]
    assert [flaw.kind for flaw in policy.damage] == []


def test_two_dates_of_one_kind_are_flagged_where_the_second_stands(read: Read) -> None:
    policy = read("Last updated: May 1, 2021\nWe say what we collect.\nLast updated: June 3, 2022" + CLOSING)
    (flaw,) = [flaw for flaw in policy.damage if flaw.kind == "twin_date"]
    assert policy.text[flaw.start : flaw.end] == "Last updated: June 3, 2022"
    assert flaw.reason == "the policy gives two dates for “last updated”: 2021-05-01 and 2022-06-03"
    assert policy.version == "2021-05-01"


@pytest.mark.parametrize(
    ("words", "iso"),
    [
        ("13/02/2021", "2021-02-13"),
        ("02/13/2021", "2021-02-13"),
        ("3.4.2021", "2021-04-03"),
        ("2021年4月3日", "2021-04-03"),
        ("31/31/2021", None),
        ("12 26, 2019", "2019-12-26"),
    ],
)
def test_the_order_of_day_and_month(words: str, iso: str | None) -> None:
    assert iso_of(words) == iso
