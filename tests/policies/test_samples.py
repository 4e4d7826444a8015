"""The two sample policies keep the features they were written to show, and the sample set quotes them exactly."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import phonenumbers
import pytest
import yaml

from vectorstore.policy import CHANNEL_TYPES, REQUEST_TYPES

ROOT = Path(__file__).parents[2]
FILES = {"larkspur": ROOT / "policies/larkspur-outfitters.txt", "tidewell": ROOT / "policies/tidewell-app.md"}
COMPANIES = {"larkspur": "Larkspur", "tidewell": "Tidewell"}
BEHAVIOURS = {
    "factual": {"answer"},
    "yesno": {"answer"},
    "list": {"answer"},
    "comparison": {"answer"},
    "unanswerable": {"abstain"},
    "out_of_scope": {"redirect"},
    "request": {"route", "redirect", "clarify_or_both"},
    "followup": {"answer"},
    "injection": {"refuse", "answer_from_policy"},
    "ambiguous_company": {"clarify_or_both"},
}
FIELDS = {
    *("id", "kind", "policy", "question", "answerable", "gold_quotes", "yesno", "must_mention", "must_not_mention"),
    *("request_type", "expected_channels", "notes", "policies", "expected_behavior", "yesno_alt", "request_type_alt"),
    *("acceptable_channels", "related_quotes", "tags", "company_cue"),
}


def squeeze(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


def rendered(path: Path) -> str:
    """Return the words a reader sees, white space squeezed; Markdown markup is dropped."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".md":
        text = re.sub(r"\[([^\]]+)\]\([^)]+\)", r"\1", text)
        text = re.sub(r"<(https?://[^>]+)>", r"\1", text)
        text = re.sub(r"^\s*(?:#+|-|\d+\.(?= [a-z]))\s+", "", text, flags=re.MULTILINE)
        text = text.replace("**", "").replace("|---|---|---|", "").replace("|", " ")
    return squeeze(text)


RAW = {policy: path.read_text(encoding="utf-8") for policy, path in FILES.items()}
WORDS = {policy: rendered(path) for policy, path in FILES.items()}
SET = (ROOT / "evals/sets/samples.jsonl").read_text(encoding="utf-8").splitlines()
CASES: list[dict[str, Any]] = [json.loads(line) for line in SET]
by_case = pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])


def texts_of(case: dict[str, Any]) -> list[str]:
    return [WORDS[policy] for policy in case["policies"]]


def test_manifest_names_both_files() -> None:
    entries = yaml.safe_load((ROOT / "policies/policies.yaml").read_text(encoding="utf-8"))["policies"]
    assert {entry["id"]: ROOT / "policies" / entry["source"] for entry in entries} == FILES


@pytest.mark.parametrize("policy", FILES)
def test_policy_is_about_1500_words(policy: str) -> None:
    assert 1_300 <= len(WORDS[policy].split()) <= 1_800


@pytest.mark.parametrize("policy", FILES)
def test_every_address_is_reserved_for_examples(policy: str) -> None:
    hosts = re.findall(r"(?:https?://|@)([\w.-]+\w)", RAW[policy])
    assert len(hosts) >= 3
    assert all(host.endswith(".example") for host in hosts)


@pytest.mark.parametrize(
    ("policy", "number", "region"), [("larkspur", "800-555-0147", "US"), ("tidewell", "+44 20 7946 0381", "GB")]
)
def test_phone_number_is_found_and_valid(policy: str, number: str, region: str) -> None:
    matches = list(phonenumbers.PhoneNumberMatcher(RAW[policy], region))
    assert {match.raw_string for match in matches} == {number}
    assert all(phonenumbers.is_valid_number(match.number) for match in matches)


def test_shop_dump_has_menus_around_its_notice() -> None:
    lines = RAW["larkspur"].splitlines()
    title = lines.index("PRIVACY NOTICE")
    assert lines[0] == "https://www.larkspur.example/help/privacy"
    assert 35 <= title <= 65
    assert {"GTM-LK4X9TR", "Emberdown 20", "Trailhead Rewards"} <= set(lines[:title])
    assert lines[title + 1 : title + 3] == ["Effective: March 1, 2026", "Last Updated: February 12, 2026"]
    assert lines[-5:] == ["Gift Cards", "Terms of Sale", "Accessibility", "Privacy", "You are here: Privacy"]


def test_shop_dump_has_glued_and_run_in_headings() -> None:
    lines = RAW["larkspur"].splitlines()
    for start in (
        "How Long We Keep OrdersWe keep",
        "Referrals.We let",
        "Payment cards.Card numbers",
        "Device data. We",
    ):
        assert sum(line.startswith(start) for line in lines) == 1, start


def test_shop_request_form_has_lost_its_link() -> None:
    lines = RAW["larkspur"].splitlines()
    asked = lines.index("You can make a request in any of these ways:")
    assert lines[asked + 1 : asked + 4] == [
        "Call 800-555-0147 and press 3;",
        "Fill in this form; or",
        "Write to privacy@larkspur.example.",
    ]
    # The only web address left in the dump is the page's own.
    assert len(re.findall(r"https?://", RAW["larkspur"])) == 1


def test_shop_list_of_legal_demands_is_spliced() -> None:
    lines = RAW["larkspur"].splitlines()
    lead_in = next(n for n, line in enumerate(lines) if line.startswith("We give personal information to courts"))
    assert lines[lead_in].endswith("this is needed to:")
    assert lines[lead_in + 1].startswith("The points in your balance")
    assert lines[lead_in + 4].startswith("(2) Leave the program")
    assert "(1)" not in RAW["larkspur"]


def test_shop_introduction_names_entity_and_aliases() -> None:
    assert 'Larkspur Outfitters, Inc. ("LARK", "we" or "us")' in WORDS["larkspur"]


def test_shop_mailbox_for_security_is_no_privacy_channel() -> None:
    assert "security@larkspur.example. That mailbox takes security reports only" in WORDS["larkspur"]
    assert "418 Alder Mill Road, Suite 200, Santa Rosa, CA 95401" in WORDS["larkspur"]


def test_app_file_is_markdown_with_links_nested_list_and_table() -> None:
    raw = RAW["tidewell"]
    assert raw.startswith("# Tidewell Privacy Policy\n\nLast updated: 3 June 2026\n")
    assert len(re.findall(r"^## \d+\. ", raw, flags=re.MULTILINE)) == 13
    assert re.search(r"^- \*\*Swim data\*\*.*:\n  - ", raw, flags=re.MULTILINE)
    assert "|---|---|---|" in raw
    targets = dict(re.findall(r"\[([^\]]+)\]\(([^)]+)\)", raw))
    assert targets["privacy request form"] == "https://tidewell.example/privacy/request"
    assert targets["privacy centre"] == "https://tidewell.example/privacy-centre"
    assert targets["unsubscribe"] == "https://tidewell.example/unsubscribe"
    assert targets["dpo@tidewell.example"] == "mailto:dpo@tidewell.example"
    assert "**Settings > Privacy > Download my data**" in raw


@pytest.mark.parametrize(
    ("spoken_by", "silent", "word"),
    [
        ("tidewell", "larkspur", r"artificial intelligence|\bAI\b"),
        ("tidewell", "larkspur", r"portab|machine-readable"),
        ("tidewell", "larkspur", r"rectif|correct|put right"),
        ("tidewell", "larkspur", r"within one month|within \d+ days of"),
        ("tidewell", "larkspur", r"breach"),
        ("larkspur", "tidewell", r"Do Not Track|Global Privacy Control"),
        ("larkspur", "tidewell", r"bankrupt|merges"),
        ("larkspur", "tidewell", r"financial incentive"),
        ("larkspur", "tidewell", r"camera"),
    ],
)
def test_one_policy_speaks_where_the_other_is_silent(spoken_by: str, silent: str, word: str) -> None:
    assert re.search(word, WORDS[spoken_by], flags=re.IGNORECASE)
    assert not re.search(word, WORDS[silent], flags=re.IGNORECASE)


def test_ids_and_questions_are_unique() -> None:
    assert len(CASES) >= 60
    for asked in ([case["id"] for case in CASES], [str(case.get("turns") or case["question"]) for case in CASES]):
        assert [item for item, count in Counter(asked).items() if count > 1] == []


def test_every_kind_policy_and_channel_type_is_asked_about() -> None:
    kinds = Counter(case["kind"] for case in CASES)
    assert set(kinds) == set(BEHAVIOURS)
    assert min(kinds.values()) >= 3
    assert min(Counter(case["policy"] for case in CASES).values()) >= 12
    wanted = {channel["type"] for case in CASES for channel in case["expected_channels"] + case["acceptable_channels"]}
    # Faxes and text telephones are told apart and never offered.
    assert wanted == {*CHANNEL_TYPES, "self_service"} - {"fax", "tty"}


@by_case
def test_case_is_well_formed(case: dict[str, Any]) -> None:
    assert set(case) - {"turns"} == FIELDS
    assert case["expected_behavior"] in BEHAVIOURS[case["kind"]]
    assert case["answerable"] == bool(case["gold_quotes"])
    assert all(case["gold_quotes"])
    assert case["policy"] is None or case["policies"] == [case["policy"]]
    assert {case["yesno"], *case["yesno_alt"]} <= {None, "yes", "no", "conditional"}
    assert {case["request_type"], *case["request_type_alt"]} <= {None, "not_a_request", *REQUEST_TYPES}
    assert ("turns" in case) == (case["kind"] == "followup")
    assert case["kind"] != "followup" or case["turns"][-1] == case["question"]


@by_case
def test_quotes_occur_in_the_policy(case: dict[str, Any]) -> None:
    quotes = [quote for group in case["gold_quotes"] for quote in group] + case["related_quotes"]
    assert [quote for quote in quotes if not any(squeeze(quote) in text for text in texts_of(case))] == []


@by_case
def test_gold_quotes_satisfy_the_mentions(case: dict[str, Any]) -> None:
    # One quote of every group is all an answer has to show, whichever it picks: then every mention must be in it.
    names = " ".join(COMPANIES[policy] for policy in case["policies"]) if len(case["policies"]) > 1 else ""
    for word in case["must_mention"]:
        held = word.lower() in names.lower() or any(
            all(word.lower() in quote.lower() for quote in group) for group in case["gold_quotes"]
        )
        assert held, word
    gold = " ".join(quote for group in case["gold_quotes"] for quote in group).lower()
    assert [word for word in case["must_not_mention"] if word.lower() in gold] == []


@by_case
def test_channels_stand_in_the_policy(case: dict[str, Any]) -> None:
    for channel in case["expected_channels"] + case["acceptable_channels"]:
        policy = channel.get("policy") or case["policy"]
        assert policy in case["policies"]
        assert channel["id"].startswith(policy)
        lost = re.fullmatch(r'request form \("(.+)"; link lost\)', channel["value"])
        if lost:
            assert lost[1] in WORDS[policy]
        elif channel["type"] != "self_service":
            assert channel["value"] in RAW[policy]
        assert channel.get("condition", "") in WORDS[policy]
