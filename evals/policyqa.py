"""A retrieval benchmark over SQuAD-format files: does the embedder rank the paragraphs that hold an answer first?"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from bot.scope import ScopeFinder
from evals.squad import Benchmark, company_of, load_benchmark
from vectorstore.policy import Policy

CUTS = (1, 3, 5, 10)
DEPTH = 10  # ranks that MRR and nDCG look at
ROWS = 256  # questions scored at a time, so that memory stays flat
SHOWN = 10  # wrongly scoped companies that are listed

Scores = NDArray[np.float32]


class Encoder(Protocol):
    """What turns texts into vectors, one row a text."""

    name: str

    def encode(self, texts: list[str]) -> Scores:
        """Return an array of shape (len(texts), dimension)."""
        ...


@dataclass(frozen=True, slots=True)
class Ranking:
    """Means over all (title, question) pairs, 0-1. Recall is the share of the gold paragraphs among the first k."""

    recall: dict[int, float]
    mrr: float
    ndcg: float


@dataclass(frozen=True, slots=True)
class WrongScope:
    """Questions of `company` that were taken to be about `found` (none, another or several companies)."""

    company: str
    found: tuple[str, ...]
    questions: int


@dataclass(frozen=True, slots=True)
class PolicyQaScores:
    """Rankings of one model over the same pairs. Times are seconds.

    `within_policy` ranks the policy's own paragraphs, the others those of all policies: `all_policies` for the bare question;
    `company_named` for the question with the company's name, as the desk does it: the company is found first, then its
    paragraphs are ranked (all, where none is found); `name_in_text` by vectors alone, the name in question and paragraph.
    """

    model: str
    policies: int
    paragraphs: int
    pairs: int
    within_policy: Ranking
    all_policies: Ranking
    company_named: Ranking
    name_in_text: Ranking
    wrongly_scoped: tuple[WrongScope, ...]
    encoding_seconds: float


def run_policyqa(path: Path, embedder: Encoder) -> PolicyQaScores:
    """Rank all paragraphs for each question by cosine similarity, exactly. Raises BenchmarkError."""
    benchmark = load_benchmark(path)
    titles = np.array(benchmark.titles)
    members = {title: np.flatnonzero(titles == title) for title in dict.fromkeys(benchmark.titles)}
    everything = np.arange(len(titles))
    finder = _finder(benchmark, embedder)
    named = [f"{question} ({company_of(title)})" for title, question in benchmark.questions]
    scopes = [tuple(policy.id for policy in finder.find(question).policies) for question in named]
    wrong = Counter(
        (company_of(title), tuple(map(company_of, scope)) if len(scope) < len(members) else ())
        for (title, _), scope in zip(benchmark.questions, scopes, strict=True)
        if scope != (title,)
    )
    started = time.perf_counter()
    plain = _Vectors(embedder, benchmark.paragraphs)
    texts = [f"{company_of(t)}. {p}" for t, p in zip(benchmark.titles, benchmark.paragraphs, strict=True)]
    bare = [question for _, question in benchmark.questions]
    within = plain.rank(bare, [members[title] for title, _ in benchmark.questions])
    everywhere = plain.rank(bare, [everything] * len(bare))
    # The desk searches with the question's words less the company's name.
    scoped = plain.rank(
        [finder.without_names(question) for question in named],
        [np.concatenate([members[title] for title in scope]) if scope else everything for scope in scopes],
    )
    in_text = _Vectors(embedder, texts).rank(named, [everything] * len(named))
    return PolicyQaScores(
        model=embedder.name,
        policies=len(members),
        paragraphs=len(benchmark.paragraphs),
        pairs=len(benchmark.questions),
        within_policy=rank_scores(within, benchmark.gold),
        all_policies=rank_scores(everywhere, benchmark.gold),
        company_named=rank_scores(scoped, benchmark.gold),
        name_in_text=rank_scores(in_text, benchmark.gold),
        wrongly_scoped=tuple(WrongScope(company, found, n) for (company, found), n in wrong.most_common()),
        encoding_seconds=time.perf_counter() - started,
    )


def rank_scores(ranked: Sequence[Sequence[int]], gold: Sequence[frozenset[int]]) -> Ranking:
    """Return the means over questions; `ranked` holds positions, best first. nDCG has gains of 0 and 1.

    Järvelin and Kekäläinen, ACM TOIS 20 (2002) 422.
    """
    recall: dict[int, list[float]] = {cut: [] for cut in CUTS}
    reciprocal, ndcg = [], []
    for places, wanted in zip(ranked, gold, strict=True):
        hits = [place in wanted for place in places[:DEPTH]]
        for cut in CUTS:
            recall[cut].append(sum(hits[:cut]) / len(wanted))
        reciprocal.append(1 / (hits.index(True) + 1) if any(hits) else 0.0)
        gain = sum(hit / np.log2(rank + 2) for rank, hit in enumerate(hits))
        best = sum(1 / np.log2(rank + 2) for rank in range(min(DEPTH, len(wanted))))
        ndcg.append(float(gain / best))
    return Ranking(
        {cut: float(np.mean(shares)) for cut, shares in recall.items()},
        float(np.mean(reciprocal)),
        float(np.mean(ndcg)),
    )


def format_policyqa(scores: PolicyQaScores, baseline: PolicyQaScores | None = None) -> str:
    """Return the scores as plain text, n beside them, those of the `baseline` model under them and the difference."""
    lines = [f"{'':<34}" + "".join(f"{f'recall@{cut}':>11}" for cut in CUTS) + f"{'MRR@10':>9}{'nDCG@10':>9}{'n':>7}"]
    for model in (scores, *([baseline] if baseline else [])):
        lines.append(f"{model.model}, encoded in {model.encoding_seconds:.1f} s")
        lines += [
            _line(name, ranking, model.pairs)
            for name, ranking in (
                ("  within the policy", model.within_policy),
                ("  all policies, company not named", model.all_policies),
                ("  all, named, company found first", model.company_named),
                ("  all, named, vectors alone", model.name_in_text),
            )
        ]
    if baseline:
        gained = scores.within_policy.ndcg - baseline.within_policy.ndcg
        lines.append(f"within the policy, nDCG@10: {gained:+.3f} against {baseline.model}")
    lines.append(_share(scores))
    lines.append(f"{scores.policies} policies, {scores.paragraphs} paragraphs")
    asked_wrong = sum(wrong.questions for wrong in scores.wrongly_scoped)
    lines.append(f"wrongly scoped: {asked_wrong} of {scores.pairs} questions")
    lines += [
        f"  {wrong.company}: {wrong.questions} taken for {', '.join(wrong.found) or 'no company'}"
        for wrong in scores.wrongly_scoped[:SHOWN]
    ]
    return "\n".join(lines)


class _Vectors:
    """The paragraphs' unit vectors; a question asked of many policies is encoded once."""

    def __init__(self, embedder: Encoder, paragraphs: Sequence[str]) -> None:
        self._embedder = embedder
        self._matrix = _unit(embedder.encode(list(paragraphs)))
        self._known: dict[str, Scores] = {}

    def rank(self, questions: Sequence[str], places: Sequence[NDArray[np.int_]]) -> list[list[int]]:
        """Return the DEPTH best of a question's `places`, best first; equals stay in the file's order."""
        new = [question for question in dict.fromkeys(questions) if question not in self._known]
        if new:
            self._known.update(zip(new, _unit(self._embedder.encode(new)), strict=True))
        ranked: list[list[int]] = []
        for at in range(0, len(questions), ROWS):
            similarity = np.stack([self._known[question] for question in questions[at : at + ROWS]]) @ self._matrix.T
            for row, allowed in zip(similarity, places[at : at + ROWS], strict=True):
                best = np.argsort(-row[allowed], kind="stable")[:DEPTH]
                ranked.append([int(place) for place in allowed[best]])
        return ranked


def _finder(benchmark: Benchmark, embedder: Encoder) -> ScopeFinder:
    """Return the desk's finder of companies over policies of which only the names are known."""
    policies = [Policy(title, "1", title, company_of(title), "") for title in dict.fromkeys(benchmark.titles)]
    return ScopeFinder(policies, getattr(embedder, "vocabulary", frozenset()))


def _line(name: str, ranking: Ranking, pairs: int) -> str:
    cells = "".join(f"{ranking.recall[cut]:>11.3f}" for cut in CUTS)
    return f"{name:<34}{cells}{ranking.mrr:>9.3f}{ranking.ndcg:>9.3f}{pairs:>7}"


def _share(scores: PolicyQaScores) -> str:
    if scores.within_policy.ndcg == 0:
        return "company named: no share of the within-policy nDCG@10, which is 0"
    share = scores.company_named.ndcg / scores.within_policy.ndcg
    return f"company named: {share:.2f} of the within-policy nDCG@10"


def _unit(vectors: Scores) -> Scores:
    """Scale every row to length 1; a row of zeros stays as it is."""
    matrix = np.asarray(vectors, dtype=np.float32)
    lengths = np.linalg.norm(matrix, axis=1, keepdims=True)
    return np.divide(matrix, np.where(lengths == 0, 1, lengths), dtype=np.float32)
