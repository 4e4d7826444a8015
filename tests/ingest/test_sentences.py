"""Sentences end where a reader stops, not at abbreviations; spans are in order and touch only white space."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.sentences import split_sentences


def parts(text: str) -> list[str]:
    return [text[start:end] for start, end in split_sentences(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("We keep it. You may ask.", ["We keep it.", "You may ask."]),
        ("See Cal. Civ. Code § 1798.80(e) for more. Ask us.", ["See Cal. Civ. Code § 1798.80(e) for more.", "Ask us."]),
        ("Acme, Inc. may share it. It may not sell it.", ["Acme, Inc. may share it.", "It may not sell it."]),
        ("It is run by Acme Inc. We own it.", ["It is run by Acme Inc.", "We own it."]),
        ("Write to P.O. Box 8041, Davenport. Thanks.", ["Write to P.O. Box 8041, Davenport.", "Thanks."]),
        ("Live at 1250 E. Arques Avenue. Call us.", ["Live at 1250 E. Arques Avenue.", "Call us."]),
        ("We protect it itself.We may not.", ["We protect it itself.", "We may not."]),
        ("Mail a.b@acme.example or see v1.2.exe stays.", ["Mail a.b@acme.example or see v1.2.exe stays."]),
        ("II. WHICH SITES ARE COVERED?", ["II. WHICH SITES ARE COVERED?"]),
        ("“Do not track.” It is ignored!", ["“Do not track.”", "It is ignored!"]),
        ("  ", []),
    ],
)
def test_sentences(text: str, expected: list[str]) -> None:
    assert parts(text) == expected


@given(st.text(alphabet="aB. !?“”()1\n", max_size=120))
def test_spans_are_in_order_and_leave_out_only_white_space(text: str) -> None:
    spans = split_sentences(text)
    assert all(start < end for start, end in spans)
    assert all(left[1] <= right[0] for left, right in zip(spans, spans[1:], strict=False))
    assert "".join("".join(parts(text)).split()) == "".join(text.split())
