import pytest

from evals.channels import is_address
from evals.metrics import METRICS, MUST_HOLD

KEPT = "Birch keeps your name and your street for two years."
NEVER = "We never sell what we know about you."
WRITE = "To ask for deletion, write to privacy@birch.test or call 1-555-010-2030 and press 3."
FORM = "Submit a deletion request using this form."
FRIEND = "If a friend acts for you, complete this form and have it notarized."
COOKIES = "You may delete your basket cookies in the browser at any time."
OAKLAND = "Residents of Oakland may ask us to delete what we hold."
CEDAR = "Cedar sells nothing to anyone."


def of(name, case, outcome):
    return METRICS[name](case, outcome)


def test_what_must_hold_is_measured():
    assert set(MUST_HOLD) <= METRICS.keys()


def test_nothing_quoted_leaves_the_quote_metrics_unscored(desk):
    case, outcome = desk.case(policies=["birch"], related_quotes=[KEPT]), desk.outcome("silent")
    names = ("quote_exact", "right_policy", "evidence_precision", "quotes_within_budget", "addresses_exact")
    assert [of(name, case, outcome) for name in names] == [None] * 5


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, 1.0),
        ({"quote": KEPT.replace("two", "ten")}, 0.0),
        ({"start": 1}, 0.0),
        ({"version": "2"}, 0.0),
        ({"policy_id": "elm"}, 0.0),
        ({"quote": "", "start": 5, "end": 5}, 0.0),
        ({"quote": "", "start": -3, "end": -5}, 0.0),
    ],
)
def test_quote_exact_compares_each_citation_with_the_stored_slice(desk, change, expected):
    good = desk.cite(NEVER)
    assert of("quote_exact", desk.case(), desk.outcome("answered", good, desk.cite(KEPT, **change))) == expected


@pytest.mark.parametrize("part", ["channel", "step", "condition"])
def test_quote_exact_looks_at_every_part_of_a_request(desk, part):
    item = desk.channel("email", "privacy@birch.test", WRITE) if part == "channel" else getattr(desk, part)(COOKIES)
    moved = item.model_copy(update={"start": item.start + 1, "end": item.end + 1})
    assert of("quote_exact", desk.case(), desk.outcome("request", request=desk.offer("delete", item))) == 1.0
    assert of("quote_exact", desk.case(), desk.outcome("request", request=desk.offer("delete", moved))) == 0.0


def test_right_policy_takes_quotes_of_citable_policies_only(desk):
    both = desk.outcome("answered", desk.cite(KEPT), desk.cite(CEDAR, "cedar"))
    assert of("right_policy", desk.case(policies=["birch", "cedar"]), both) == 1.0
    assert of("right_policy", desk.case(policies=["birch"]), both) == 0.0
    assert of("right_policy", desk.case(policies=[]), both) == 0.0
    assert of("right_policy", desk.case(), both) is None


def test_right_policy_looks_at_channels_too(desk):
    offer = desk.offer("delete", desk.channel("email", "help@cedar.test", "Ask us at help@cedar.test", "cedar"))
    outcome = desk.outcome("request", desk.cite(KEPT), request=offer)
    assert of("right_policy", desk.case(policy="birch"), outcome) == 0.0


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Write to privacy@birch.test.", 1.0),
        ("Write to PRIVACY@birch.test or call 555 010 2030.", 1.0),
        ("See https://birch.test/privacy, or https://birch.test/erase.", 1.0),
        ("Write to dpo@birch.test.", 0.0),
        ("Call +1 (555) 010-2031.", 0.0),
        ("Use https://birch.test/delete-me", 0.0),
        ("It has said so since 2019-12-30, [1] and [2].", None),
    ],
)
def test_addresses_in_the_text_must_be_the_policys_own(desk, text, expected):
    assert of("addresses_exact", desk.case(), desk.outcome("answered", desk.cite(KEPT), text=text)) == expected


def test_a_channel_value_must_be_the_policys_own(desk):
    for value, expected in (("1-555-010-2030", 1.0), ("1-555-010-9999", 0.0), ("12 Oak Street", 0.0)):
        kind = "mail" if "Oak" in value else "phone"
        offer = desk.offer("delete", desk.channel(kind, value, WRITE))
        assert of("addresses_exact", desk.case(), desk.outcome("request", request=offer)) == expected


def test_must_mention_reads_text_quotes_and_request_without_regard_to_case(desk):
    offer = desk.offer("delete", desk.channel("email", "privacy@birch.test", WRITE), desk.step(COOKIES))
    outcome = desk.outcome("request", desk.cite(KEPT), text="Birch lets you  ask.", request=offer)
    for words in ("BIRCH LETS YOU ASK", "two years", "privacy@birch.test", "basket", " ask"):
        assert of("must_mention", desk.case(must_mention=[words]), outcome) == 1.0
    assert of("must_mention", desk.case(must_mention=["two years", "three"]), outcome) == 0.0
    assert of("must_mention", desk.case(), outcome) is None


def test_must_not_mention_also_reads_suggestions_and_drafts(desk):
    draft = {"policy_id": "birch", "subject": "Deletion", "body": "to help@cedar.test"}
    offer = desk.offer("delete").model_copy(update={"expect": "an answer in 45 days"})
    offer = type(offer).model_validate(offer.model_dump() | {"drafts": [draft]})
    outcome = desk.outcome("request", desk.cite(KEPT), request=offer, follow_ups=["Does Cedar sell?"])
    for words in ("HELP@cedar.test", "45 days", "does cedar", "Two Years"):
        assert of("must_not_mention", desk.case(must_not_mention=["nowhere", words]), outcome) == 0.0
    assert of("must_not_mention", desk.case(must_not_mention=["three years"]), outcome) == 1.0
    assert of("must_not_mention", desk.case(), outcome) is None


@pytest.mark.parametrize(
    ("quote", "expected"),
    [
        (KEPT, 1.0),
        (KEPT + "\n" + NEVER, 1.0),  # the gold is inside a longer quote
        ("keeps your name and your street", 1.0),  # 6 of the gold's 10 words
        ("keeps your name and your", 0.0),  # 5 of 10
        (NEVER, 0.0),
    ],
)
def test_evidence_is_shown_by_a_longer_quote_or_most_of_it(desk, quote, expected):
    case = desk.case(gold_quotes=[["nothing of the kind", KEPT.replace(" ", "\n ")]])
    assert of("evidence_all", case, desk.outcome("answered", desk.cite(quote))) == expected


def test_evidence_asks_for_one_quote_of_every_group(desk):
    case = desk.case(gold_quotes=[[KEPT, FORM], [NEVER], [COOKIES]])
    outcome = desk.outcome("answered", desk.cite(FORM), desk.cite(COOKIES))
    assert of("evidence_all", case, outcome) == 0.0
    assert of("evidence_recall", case, outcome) == pytest.approx(2 / 3)
    assert of("evidence_all", desk.case(), outcome) is None
    assert of("evidence_recall", desk.case(), outcome) is None


def test_evidence_counts_quotes_of_the_request(desk):
    outcome = desk.outcome("request", request=desk.offer("delete", desk.channel("web_form", None, FORM)))
    assert of("evidence_all", desk.case(gold_quotes=[[FORM]]), outcome) == 1.0


def test_evidence_beyond_five_quotes_does_not_count(desk):
    quotes = [desk.cite(words) for words in (KEPT, NEVER, WRITE, FORM, FRIEND, COOKIES)]
    outcome = desk.outcome("answered", *quotes)
    assert of("quotes_within_budget", desk.case(), outcome) == 0.0
    assert of("evidence_all", desk.case(gold_quotes=[[FRIEND]]), outcome) == 1.0
    assert of("evidence_all", desk.case(gold_quotes=[[COOKIES]]), outcome) == 0.0


def test_a_quote_shown_twice_costs_once(desk):
    offer = desk.offer("delete", *[desk.channel("email", "privacy@birch.test", WRITE)] * 4, desk.step(COOKIES))
    outcome = desk.outcome("request", desk.cite(KEPT), desk.cite(NEVER), request=offer)
    assert of("quotes_within_budget", desk.case(), outcome) == 1.0
    assert of("evidence_all", desk.case(gold_quotes=[[COOKIES]]), outcome) == 1.0


def test_evidence_beyond_1200_characters_does_not_count(desk):
    long = desk.cite(KEPT, quote="x" * 1_160)
    assert of("evidence_all", desk.case(gold_quotes=[[NEVER]]), desk.outcome("answered", long, desk.cite(NEVER))) == 1.0
    longer = desk.cite(KEPT, quote="x" * 1_190)
    outcome = desk.outcome("answered", longer, desk.cite(NEVER))
    assert of("evidence_all", desk.case(gold_quotes=[[NEVER]]), outcome) == 0.0
    assert of("quotes_within_budget", desk.case(), outcome) == 0.0


def test_precision_is_the_share_of_cited_characters_that_are_wanted(desk):
    case = desk.case(gold_quotes=[[KEPT]], related_quotes=[FORM])
    assert of("evidence_precision", case, desk.outcome("answered", desk.cite(KEPT), desk.cite(FORM))) == 1.0
    # 52 wanted characters, 37 others; the second citation repeats part of the first and costs nothing.
    mixed = desk.outcome("answered", desk.cite(KEPT), desk.cite("two years."), desk.cite(NEVER))
    assert of("evidence_precision", case, mixed) == pytest.approx(52 / 89)
    # 10 wanted characters of a citation that begins inside the gold and runs past it.
    astride = desk.outcome("answered", desk.cite("two years.\nWe never"))
    assert of("evidence_precision", case, astride) == pytest.approx(10 / 19)
    assert of("evidence_precision", desk.case(), mixed) is None


def test_a_quote_of_a_set_may_leave_words_out(desk):
    # "Birch keeps your name and your street for two years." is 52 characters, of which the gold alone is 10.
    whole = desk.outcome("answered", desk.cite(KEPT))
    assert of("evidence_precision", desk.case(gold_quotes=[["two years."]]), whole) == pytest.approx(10 / 52)
    case = desk.case(gold_quotes=[["two years."]], related_quotes=["Birch keeps […] two years."])
    assert of("evidence_precision", case, whole) == 1.0
    assert of("evidence_all", desk.case(gold_quotes=[["Birch keeps […] two years."]]), whole) == 1.0
    assert of("evidence_all", desk.case(gold_quotes=[["Birch sells […] two years."]]), whole) == 0.0
    # The mark stands for words, not for nothing.
    assert of("evidence_all", desk.case(gold_quotes=[["Birch keeps […] your name"]]), whole) == 0.0


@pytest.mark.parametrize(
    ("fields", "said", "verdict", "not_inverted"),
    [
        ({"yesno": "yes"}, "yes", 1.0, 1.0),
        ({"yesno": "yes"}, "no", 0.0, 0.0),
        ({"yesno": "no"}, "yes", 0.0, 0.0),
        ({"yesno": "no"}, "conditional", 0.0, 1.0),
        ({"yesno": "no", "yesno_alt": ["conditional"]}, "conditional", 1.0, 1.0),
        ({"yesno": "yes"}, None, 0.0, 1.0),
        ({"yesno": "conditional", "yesno_alt": ["yes"]}, "no", 0.0, 0.0),
        ({"yesno": "conditional", "yesno_alt": ["yes", "no"]}, "no", 1.0, 1.0),
        ({"yesno": "conditional"}, "no", 0.0, None),
        ({}, "no", None, None),
    ],
)
def test_verdicts(desk, fields, said, verdict, not_inverted):
    case, outcome = desk.case(**fields), desk.outcome("answered", verdict=said)
    assert of("verdict", case, outcome) == verdict
    assert of("verdict_not_inverted", case, outcome) == not_inverted


ALL = ("answered", "silent", "damaged", "needs_policy", "out_of_scope", "request")


@pytest.mark.parametrize(
    ("behavior", "fields", "fits"),
    [
        ("answer", {}, {"answered"}),
        ("answer", {"request_type": "delete"}, {"answered", "request"}),
        ("answer", {"request_type": "not_a_request"}, {"answered"}),
        ("answer_from_policy", {"request_type": "delete"}, {"answered"}),
        ("abstain", {}, {"silent", "damaged"}),
        ("redirect", {}, {"out_of_scope", "silent"}),
        ("refuse", {}, {"out_of_scope", "silent", "request"}),
        ("route", {"request_type": "delete"}, {"request"}),
        ("route", {"request_type": "not_a_request"}, {"answered"}),
        ("route", {"request_type": "not_a_request", "request_type_alt": ["delete"]}, {"answered", "request"}),
        ("clarify_or_both", {"policies": ["birch", "cedar"]}, {"needs_policy"}),
    ],
)
def test_behaviour_accepts_the_fitting_statuses_only(desk, behavior, fields, fits):
    case = desk.case(expected_behavior=behavior, **fields)
    assert {status for status in ALL if of("behaviour", case, desk.outcome(status)) == 1.0} == fits


def test_an_answer_that_offers_the_request_routes(desk):
    case = desk.case(expected_behavior="route", request_type="delete")
    assert of("behaviour", case, desk.outcome("answered", request=desk.offer("delete"))) == 1.0


def test_a_refusal_with_a_claim_is_none(desk):
    case = desk.case(expected_behavior="refuse")
    assert of("behaviour", case, desk.outcome("request", verdict="yes")) == 0.0


def test_covering_all_policies_is_as_good_as_asking_which(desk):
    case = desk.case(expected_behavior="clarify_or_both", policies=["birch", "cedar"])
    one, other = desk.cite(KEPT), desk.cite(CEDAR, "cedar")
    assert of("behaviour", case, desk.outcome("answered", one, other)) == 1.0
    assert of("behaviour", case, desk.outcome("answered", one)) == 0.0
    assert of("behaviour", case, desk.outcome("silent", one, other)) == 0.0


def test_only_an_answer_is_a_false_answer(desk):
    case = desk.case(answerable=False, expected_behavior="abstain")
    assert of("no_false_answer", case, desk.outcome("answered")) == 0.0
    assert of("no_false_answer", case, desk.outcome("silent")) == 1.0
    assert of("no_false_answer", desk.case(), desk.outcome("answered")) is None


@pytest.mark.parametrize(
    ("types", "status", "offered", "expected"),
    [
        (["delete"], "request", "delete", 1.0),
        (["delete"], "answered", "delete", 1.0),
        (["delete"], "request", "correct", 0.0),
        (["delete"], "silent", None, 0.0),
        (["delete", "correct"], "request", "correct", 1.0),
        (["not_a_request"], "request", "delete", 0.0),
        (["not_a_request"], "answered", "delete", 1.0),
        (["delete", "not_a_request"], "out_of_scope", None, 1.0),
        (["delete", "not_a_request"], "request", "correct", 0.0),
    ],
)
def test_request_type(desk, types, status, offered, expected):
    case = desk.case(request_type=types[0], request_type_alt=types[1:])
    outcome = desk.outcome(status, request=desk.offer(offered) if offered else None)
    assert of("request_type", case, outcome) == expected
    assert of("request_right", case, outcome) == expected


def test_requests_are_unscored_where_they_do_not_matter(desk):
    outcome = desk.outcome("request", request=desk.offer("delete"))
    assert [of(name, desk.case(), outcome) for name in ("request_type", "channels", "request_right")] == [None] * 3


def test_asking_back_is_not_judged_as_a_request(desk):
    channel = {"type": "email", "value": "privacy@birch.test"}
    fields = {"request_type": "delete", "expected_channels": [channel]}
    asked = desk.outcome("needs_policy")
    for name in ("request_type", "channels", "request_right"):
        assert of(name, desk.case(expected_behavior="clarify_or_both", **fields), asked) is None
        assert of(name, desk.case(expected_behavior="route", **fields), asked) == 0.0


EMAIL = {"type": "email", "value": "Privacy@Birch.test"}
PHONE = {"type": "phone", "value": "(1) 555 010 2030"}


@pytest.mark.parametrize(
    ("expected", "acceptable", "offered", "score"),
    [
        ([EMAIL, PHONE], [], ["email", "phone"], 1.0),
        ([EMAIL, PHONE], [], ["email"], 0.0),
        ([EMAIL], [], ["email", "phone"], 0.0),
        ([EMAIL], [PHONE], ["email", "phone"], 1.0),
        ([], [PHONE], [], 1.0),
        ([EMAIL | {"policy": "birch"}], [], ["email"], 1.0),
        ([EMAIL | {"policy": "cedar"}], [], ["email"], 0.0),
        ([EMAIL | {"type": "mail"}], [], ["email"], 0.0),
    ],
)
def test_channels_meet_by_type_and_letters(desk, expected, acceptable, offered, score):
    made = {
        "email": desk.channel("email", "privacy@birch.test", WRITE),
        "phone": desk.channel("phone", "1-555-010-2030", WRITE),
    }
    case = desk.case(expected_channels=expected, acceptable_channels=acceptable, request_type="delete")
    outcome = desk.outcome("request", request=desk.offer("delete", *[made[name] for name in offered]))
    assert of("channels", case, outcome) == score
    assert of("request_right", case, outcome) == score


DELETION = {"type": "web_form", "value": 'request form ("Submit a deletion request using this form"; link lost)'}
LURE = {"type": "web_form", "value": 'deletion request form ("Submit it here")'}
AGENT = {"type": "web_form", "value": "form for a friend, to be notarized (link lost)"}


def test_forms_without_an_address_are_told_apart_by_their_words(desk):
    deletion, friend = desk.channel("web_form", None, FORM), desk.channel("web_form", None, FRIEND)
    for expected, offered, score in (
        ([DELETION], [deletion], 1.0),
        ([AGENT], [friend], 1.0),
        ([DELETION], [friend], 0.0),
        ([AGENT], [deletion], 0.0),
        ([DELETION, AGENT], [friend, deletion], 1.0),
        ([DELETION, AGENT], [deletion], 0.0),
        ([LURE], [deletion], 0.0),
    ):
        outcome = desk.outcome("request", request=desk.offer("delete", *offered))
        assert of("channels", desk.case(expected_channels=expected), outcome) == score


def test_a_form_with_an_address_meets_only_that_address(desk):
    offer = desk.offer("delete", desk.channel("web_form", "https://birch.test/erase", FORM))
    outcome = desk.outcome("request", request=offer)
    assert of("channels", desk.case(expected_channels=[DELETION]), outcome) == 0.0
    known = {"type": "web_form", "value": "https://birch.test/erase"}
    assert of("channels", desk.case(expected_channels=[known]), outcome) == 1.0


def test_steps_meet_by_most_of_their_words(desk):
    outcome = desk.outcome("request", request=desk.offer("cookie_analytics_delete", desk.step(COOKIES)))
    step = {"type": "self_service", "value": "delete the basket cookies"}
    most = {"type": "self_service", "value": "delete cookies regularly"}
    other = {"type": "self_service", "value": "turn off cookies with the opt-out add-on"}
    half = {"type": "self_service", "value": "clear the basket"}
    assert of("channels", desk.case(expected_channels=[step]), outcome) == 1.0
    assert of("channels", desk.case(expected_channels=[most]), outcome) == 1.0
    assert of("channels", desk.case(expected_channels=[half]), outcome) == 0.0
    assert of("channels", desk.case(expected_channels=[other]), outcome) == 0.0
    assert of("channels", desk.case(acceptable_channels=[step]), outcome) == 1.0
    assert of("channels", desk.case(acceptable_channels=[other]), outcome) == 0.0


@pytest.mark.parametrize(
    ("expected", "offered", "same"),
    [
        ("12 Quarry Lane, Trenton", "12 Quarry Lane Trenton", True),
        ("12 Quarry Lane, […], Trenton", "12 Quarry Lane, Suite 4, Trenton", True),
        ("12 Quarry Lane, […], Trenton", "12 Quarry Lane, Trenton", False),
        ("12 Quarry Lane, […], Trenton", "12 Quarry Lane, Suite 4, Trenton, NJ", False),
        ("12 Quarry Lane, […], Trenton", "1 12 Quarry Lane, Suite 4, Trenton", False),
        ("12 Quarry Lane, […], Trenton", "12 Quarry Lane, a much longer way than two words, Trenton", False),
    ],
)
def test_an_address_may_leave_out_a_word_or_two_and_nothing_at_its_ends(
    expected: str, offered: str, same: bool
) -> None:
    assert is_address(expected, offered) is same
