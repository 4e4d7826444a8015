"""The second question set: its size and mix, and that every quote it asks for stands in the policy it is about."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest

import evals
from evals.channels import MOST_LEFT_OUT, letters
from evals.evidence import LEFT_OUT, pattern_of
from ingest.manifest import read_manifest
from ingest.reader import read_policy

ROOT = Path(__file__).parents[2]
SETS = ROOT / "evals" / "sets"
MANIFEST = SETS / "second.yaml"
SAMPLES = {"larkspur", "tidewell"}
REAL = {"gamestop", "bluesky"}
MOST_WORDS = 11
PRESENT = (ROOT.parent / "shared" / "corpora").is_dir()
REASON = "the shared folder with the real policies does not stand beside this checkout"
CASES = evals.load_cases(SETS / "second.jsonl")


def texts_of(ids: set[str], manifest: Path = MANIFEST) -> dict[str, str]:
    entries = [entry for entry in read_manifest(manifest) if entry.id in ids]
    return {e.id: read_policy((SETS / e.source).read_bytes(), e.source, e).text for e in entries}


def quotes_of(case: evals.Case) -> list[str]:
    return [quote for group in case.gold_quotes for quote in group] + list(case.related_quotes)


def missing(
    policies: set[str], cases: Sequence[evals.Case] = CASES, manifest: Path = MANIFEST
) -> list[tuple[str, str]]:
    """Return the case and quote of what stands in none of the case's policies, all of which are in `policies`."""
    texts = texts_of(policies, manifest)
    asked = [case for case in cases if set(case.citable or ()) <= policies]
    return [
        (case.id, quote)
        for case in asked
        for quote in quotes_of(case)
        if not any(pattern_of(quote).search(texts[policy]) for policy in case.citable or ())
    ]


def test_kinds_of_question() -> None:
    assert Counter(case.kind for case in CASES) == {
        "factual": 44,
        "yesno": 58,
        "list": 14,
        "comparison": 14,
        "unanswerable": 32,
        "out_of_scope": 9,
        "request": 38,
        "followup": 16,
        "injection": 7,
        "ambiguous_company": 8,
    }


def test_verdicts_are_spread() -> None:
    verdicts = Counter(case.yesno for case in CASES if case.kind == "yesno")
    assert verdicts == {"yes": 23, "no": 21, "conditional": 14}


def test_no_question_of_the_other_set_is_asked_again() -> None:
    other = {case.asked[-1].casefold() for case in evals.load_cases(SETS / "samples.jsonl")}
    assert not [case.id for case in CASES if len(case.asked) == 1 and case.asked[0].casefold() in other]


def test_every_policy_is_in_the_manifest() -> None:
    assert {policy for case in CASES for policy in case.citable or ()} == {e.id for e in read_manifest(MANIFEST)}


def test_answerable_questions_name_their_evidence() -> None:
    bare = [case.id for case in CASES if case.answerable and case.kind != "ambiguous_company" and not case.gold_quotes]
    assert not bare


def test_quotes_stand_in_the_sample_policies() -> None:
    assert missing(SAMPLES) == []


@pytest.mark.skipif(not PRESENT, reason=REASON)
def test_quotes_stand_in_the_real_policies() -> None:
    assert missing(SAMPLES | REAL) == []


def too_long(cases: Sequence[evals.Case], real: set[str]) -> list[tuple[str, str]]:
    """Return the case and gold quote of what repeats more than a few words of a real policy."""
    return [
        (case.id, quote)
        for case in cases
        if case.policy in real
        for group in case.gold_quotes
        for quote in group
        if len(quote.split()) > MOST_WORDS or LEFT_OUT in quote
    ]


def test_gold_quotes_from_real_policies_are_short() -> None:
    assert too_long(CASES, REAL) == []


def test_addresses_from_real_policies_repeat_no_long_run_of_words() -> None:
    channels = [channel for case in CASES for channel in (*case.expected_channels, *case.acceptable_channels)]
    ours = {one.value for one in channels if any(name in one.value.casefold() for name in SAMPLES)}
    posted = [one for one in channels if one.type == "mail" and one.value not in ours]
    runs = [part for one in posted for part in one.value.split(LEFT_OUT)]
    assert [part for part in runs if len(part.split()) > MOST_WORDS] == []


@pytest.mark.skipif(not PRESENT, reason=REASON)
def test_addresses_with_words_left_out_are_addresses_of_their_policies() -> None:
    texts = {policy: letters(text) for policy, text in texts_of(REAL).items()}
    channels = [channel for case in CASES for channel in (*case.expected_channels, *case.acceptable_channels)]
    marked = {one.value for one in channels if LEFT_OUT in one.value}
    assert len(marked) == 3
    for value in marked:
        parts = [re.escape(letters(part)) for part in value.split(LEFT_OUT)]
        assert any(re.search(rf".{{1,{MOST_LEFT_OUT}}}".join(parts), text) for text in texts.values()), value


def test_words_to_mention_stand_in_the_evidence() -> None:
    absent = [
        (case.id, words)
        for case in CASES
        if case.policy and case.gold_quotes
        for words in case.must_mention
        if words.strip().casefold()
        not in " ".join([*quotes_of(case), *(channel.value for channel in case.expected_channels)]).casefold()
    ]
    assert not absent
