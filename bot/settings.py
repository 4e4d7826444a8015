"""What the answering side can be told. Entry points make it; no room reads the environment."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class AnswerSettings:
    """Weights and limits of answering.

    The three weights add up to 1 and mix the cosine of a sentence, the cosine of its clause, and its BM25 score as a share of the
    highest possible; `definition_penalty` is taken off sentences that only define a word. The next three are mixed scores: from
    `answer_from` on a policy is taken to answer, below it the nearest clause is shown as not answering down to `nearest_from`, and
    only from `sure_from` on the verdict may be a plain yes or no. `wish_from` and `wish_from_question` are how sure (0-1) the intent
    must be that a person wants something done, in plain speech and in words that ask for a fact; `wish_from_before` how sure the
    right must be where its object stands in the turn before ("how do I stop that"). `spread` is how far below the best
    quote a further one may lie, `list_spread` the same where the question asks for a list.

    The rest of the weights is for the second look, where it is taken: at up to `assessed` sentences no further than
    `assessed_within` below the best; `assessor_weight` is what lies between one that certainly answers and one that certainly
    does not; from `veto_from` (0-1) on for its opposite a plain verdict falls, from `confirm_from` on one stands that
    `sure_from` would hold back.
    """

    sentence_weight: float = 0.5
    clause_weight: float = 0.2
    lexical_weight: float = 0.3
    definition_penalty: float = 0.10
    answer_from: float = 0.35
    sure_from: float = 0.40
    nearest_from: float = 0.24
    wish_from: float = 0.33
    wish_from_question: float = 0.60
    wish_from_before: float = 0.85
    spread: float = 0.06
    list_spread: float = 0.10
    max_quotes: int = 5
    usual_quotes: int = 3
    max_quoted: int = 1_200  # characters of all quotes together
    max_question: int = 2_000  # characters
    assessed: int = 8
    assessed_within: float = 0.15
    assessor_weight: float = 0.20
    veto_from: float = 0.70
    confirm_from: float = 0.60
    compare_up_to: int = 3  # policies answered side by side when no company is named
