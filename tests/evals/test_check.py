"""A set held against the library: quotes, addresses and policies that no answer could give."""

import pytest

from evals.check import check_cases
from evals.errors import Fault

KEPT = "Birch keeps your name and your street for two years."


def told(desk, *cases):
    return check_cases([(line, desk.case(**fields)) for line, fields in enumerate(cases, start=1)], desk.library)


def test_a_set_that_fits_its_policies_has_no_fault(desk):
    fields = {
        "policies": ["birch", "cedar"],
        "gold_quotes": [[KEPT, "Cedar sells\n nothing"], ["Birch keeps […] two years."]],
        "related_quotes": ["We never sell"],
        "expected_channels": [
            {"type": "email", "value": "PRIVACY@birch.test"},
            {"type": "phone", "value": "(1) 555 010 2030", "policy": "birch"},
            {"type": "web_form", "value": "some form (link lost)"},
        ],
    }
    assert (
        told(desk, fields, {"id": "b", "paraphrase_of": "c-1"}, {"gold_quotes": [["of no policy in particular"]]}) == []
    )


@pytest.mark.parametrize(
    ("quote", "hint"),
    [
        ("Birch sells everything it can.", ""),
        ("birch keeps your Name", ": its capital letters differ"),
        ("We never sell “what”", ": only its first 3 of 4 words are"),
        ("Birch keeps your name and your roof.", ": only its first 6 of 7 words are"),
    ],
)
def test_a_quote_that_no_named_policy_holds_is_told_with_its_place(desk, quote, hint):
    (fault,) = told(desk, {"policy": "birch", "gold_quotes": [[KEPT], [KEPT, quote]]})
    assert fault == Fault(1, f'gold_quotes, entry 2, entry 2: "{quote}" is not in the stored text of birch{hint}')


def test_other_quotation_marks_are_named_as_the_cause(desk):
    birch = desk.library.policies["birch"]
    desk.library.policies["birch"] = type(birch)("birch", "1", "Privacy", "Birch", "We don’t sell – ever.")
    (fault,) = told(desk, {"policy": "birch", "related_quotes": ["We don't sell - ever."]})
    assert fault.reason.startswith("related_quotes, entry 1: ")
    assert fault.reason.endswith("is not in the stored text of birch: its quotation marks or dashes differ")


def test_a_quote_of_another_policy_does_not_count(desk):
    (fault,) = told(desk, {"policy": "cedar", "gold_quotes": [[KEPT]]})
    assert "is not in the stored text of cedar" in fault.reason


def test_policies_that_the_library_lacks_are_told_once_where_they_are_first_needed(desk):
    cases = [
        {"policy": "birch"},
        {"id": "b", "policy": "elm", "gold_quotes": [["x"]]},
        {"id": "c", "policies": ["elm"]},
    ]
    assert told(desk, *cases) == [Fault(2, "the library holds no policy 'elm': ingest it, or correct the id")]


def test_addresses_must_stand_in_the_policy_and_descriptions_need_not(desk):
    channels = [{"type": "email", "value": "dpo@birch.test"}, {"type": "mail", "value": "their head office"}]
    (fault,) = told(desk, {"policy": "birch", "acceptable_channels": channels})
    assert fault.reason == "acceptable_channels, entry 1: 'dpo@birch.test' is no address in the stored text of birch"


def test_a_paraphrase_of_nothing_is_a_fault(desk):
    (fault,) = told(desk, {"paraphrase_of": "x-9"})
    assert fault == Fault(1, "paraphrase_of: no case of this set has the id 'x-9'")
