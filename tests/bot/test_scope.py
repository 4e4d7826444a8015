"""Finding the company a question is about, and never another one."""

import pytest

from bot.scope import ScopeFinder, compares
from vectorstore.policy import Clause, Policy

VOCABULARY = frozenset("casino can sell my info the a is does how they about orchard data keyboard new".split())


def policy(
    policy_id: str, company: str, *aliases: str, cues: tuple[str, ...] = (), text: str = "We keep data."
) -> Policy:
    clause = Clause("c", (), 0, len(text), "paragraph")
    return Policy(policy_id, "1", "Privacy", company, text, aliases, cues, clauses=(clause,))


CASIVO = policy("casivo", "Casivo", cues=("Celvano", "Stage Keyboards", "Mini Keyboards", "Support"))
ORCHARD = policy("orchard", "Orchard & Pine", "Orchard & Pine Ltd", "OPL", "Orchard", cues=("Support", "Benches"))
FINDER = ScopeFinder([CASIVO, ORCHARD], VOCABULARY)


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("can Casivo sell my info?", ["casivo"]),
        ("can casivo's shop sell my info", ["casivo"]),
        ("what is in casivos policy", ["casivo"]),
        ("does casiv sell data", ["casivo"]),
        ("does cassivo sell data", ["casivo"]),
        ("does caisvo sell data", ["casivo"]),
        ("does the casino sell data", []),
        ("does cas ivo sell data", ["casivo"]),
        ("does Cas-ivos shop sell data", ["casivo"]),
        ("does OPL keep data", ["orchard"]),
        ("orchard & pine ltd and casivo", ["orchard", "casivo"]),
        ("Casivo or Orchard?", ["casivo", "orchard"]),
        ("write to me@casivo.example", []),
        ("do you sell data", []),
    ],
)
def test_companies_named(question, found):
    assert [one.id for one in FINDER.named(question)] == found


def test_a_named_company_is_the_scope():
    scope = FINDER.find("does casivo sell data")
    assert ([one.id for one in scope.policies], scope.how) == (["casivo"], "named")


def test_without_a_name_everything_is_open():
    scope = FINDER.find("do you sell data")
    assert (len(scope.policies), scope.how) == (2, "none")


def test_the_conversation_carries_its_company_until_another_is_named():
    assert FINDER.find("and for kids?", carried=["orchard"]).policies == (ORCHARD,)
    assert FINDER.find("what about casivo?", carried=["orchard"]).policies == (CASIVO,)


def test_a_page_given_is_never_left():
    scope = FINDER.find("does casivo sell data", given=["orchard"])
    assert (scope.how, scope.outside, scope.policies) == ("elsewhere", "Casivo", (ORCHARD,))


@pytest.mark.parametrize(
    ("question", "cue"), [("I registered my Celvano, sell my data?", "celvano"), ("data about my keyboard", "keyboard")]
)
def test_a_product_of_one_company_implies_it(question, cue):
    scope = FINDER.find(question)
    assert (scope.policies, scope.how, scope.cue) == ((CASIVO,), "implied", cue)


def test_a_menu_word_of_both_companies_implies_neither():
    assert FINDER.find("can support read my data").how == "none"


def test_a_company_we_do_not_hold_is_not_answered_from_another():
    scope = FINDER.find("Does Initech sell my data?")
    assert (scope.policies, scope.how, scope.outside) == ((), "elsewhere", "Initech")


def test_a_name_written_as_two_words_leaves_the_question_too():
    assert FINDER.without_names("does cas ivo sell data") == "does sell data"


def test_names_and_comparing_words_leave_the_question():
    assert FINDER.without_names("does casivo's app sell data") == "does app sell data"
    assert FINDER.without_names("which of the two companies sells data, Casivo or Orchard?") == "sells data, ?"


def test_only_a_question_over_several_companies_compares():
    both = FINDER.find("which one sells data, casivo or orchard")
    assert compares(both, "which one sells data, casivo or orchard")
    assert not compares(both, "delete my data at casivo and orchard")


def test_a_name_inside_a_longer_one_names_no_other_company() -> None:
    policies = [policy("outfitters", "Alder Outfitters", "Alder"), policy("insurance", "Alder Insurance", "Alder")]
    finder = ScopeFinder(policies)
    assert [one.id for one in finder.named("Does Alder Outfitters sell my data?")] == ["outfitters"]
    assert [one.id for one in finder.named("Does Alder's policy allow that?")] == ["outfitters", "insurance"]
    assert [one.id for one in finder.named("Alder Insurance, or Alder alone?")] == ["insurance", "outfitters"]
