"""The table of request types: names, and time rules that never pass for the policy's own promise."""

from __future__ import annotations

import re

import pytest

from bot.requests.rights import KINDS, expectation, kind_of, right_name
from vectorstore.policy import REQUEST_TYPES


def test_every_request_type_has_a_row_in_order() -> None:
    assert tuple(KINDS) == REQUEST_TYPES
    assert kind_of("delete").title == "Delete my data"
    for kind in KINDS.values():
        assert re.fullmatch(r"[A-Z][^.]+\.", kind.description)


@pytest.mark.parametrize(
    ("request_type", "regime", "name"),
    [
        ("delete", "CCPA", "CCPA deletion"),
        ("delete", "GDPR", "GDPR erasure"),
        ("delete", None, "deletion"),
        ("delete", "LGPD", "deletion"),
        ("correct", "GDPR", "GDPR rectification"),
        ("opt_out_marketing", "CCPA", "opt-out of marketing"),
        ("general_contact", "CCPA", None),
    ],
)
def test_a_right_is_called_what_its_law_calls_it(request_type: str, regime: str | None, name: str | None) -> None:
    assert right_name(request_type, regime) == name


@pytest.mark.parametrize(
    ("request_type", "regime", "words"),
    [
        ("delete", "CCPA", ("10 business days", "45 calendar days", "11 CCR 7021")),
        ("know_specific", "CCPA", ("10 business days", "45 calendar days", "11 CCR 7021")),
        ("opt_out_sale", "CCPA", ("15 business days", "11 CCR 7026(f)")),
        ("delete", "GDPR", ("one month", "GDPR Art. 12(3)")),
    ],
)
def test_a_time_rule_names_its_source_and_is_not_the_policys(
    request_type: str, regime: str, words: tuple[str, ...]
) -> None:
    text = expectation(request_type, regime)
    assert text is not None
    assert all(word in text for word in words)
    assert text.endswith("computed from the law, not stated in the policy; not legal advice.")


@pytest.mark.parametrize("request_type", REQUEST_TYPES)
def test_no_time_is_given_under_a_law_the_policy_does_not_name(request_type: str) -> None:
    assert expectation(request_type, None) is None
    assert expectation(request_type, "LGPD") is None
    gdpr = expectation(request_type, "GDPR")
    assert gdpr is None or "business days" not in gdpr


def test_an_opt_out_is_not_given_the_slower_rule() -> None:
    assert "45" not in str(expectation("opt_out_sale", "CCPA"))


def test_an_unknown_request_type_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="'erase'.*know_categories"):
        right_name("erase", "CCPA")
