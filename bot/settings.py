"""What the answering side can be told. Entry points make it; no room reads the environment."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class AnswerSettings:
    """Weights and limits of answering.

    The three weights add up to 1 and mix the cosine of a sentence, the cosine of its clause, and its BM25 score divided by the
    best one in the policy. `answer_from` and `nearest_from` are mixed scores: above the first a policy is taken to answer, between the two
    the nearest clause is shown as not answering. `wish_from` and `wish_from_question` are how sure (0-1) the intent must be that a
    person wants something done, in plain speech and in words that ask for a fact. `spread` is how far below the best quote a further one may lie.
    """

    sentence_weight: float = 0.5
    clause_weight: float = 0.3
    lexical_weight: float = 0.2
    definition_penalty: float = 0.10
    answer_from: float = 0.44
    nearest_from: float = 0.30
    wish_from: float = 0.33
    wish_from_question: float = 0.60
    spread: float = 0.16
    max_quotes: int = 5
    usual_quotes: int = 4
    max_quoted: int = 1_200  # characters of all quotes together
    max_question: int = 2_000  # characters
    compare_up_to: int = 3  # policies answered side by side when no company is named
