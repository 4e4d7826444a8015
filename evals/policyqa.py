"""A retrieval benchmark over SQuAD-format files: does the embedder rank the paragraphs that hold an answer first?"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, ValidationError

from evals.errors import BenchmarkError, Fault

CUTS = (1, 3, 5, 10)
DEPTH = 10  # ranks that MRR and nDCG look at
ROWS = 256  # questions scored at a time, so that memory stays flat

Scores = NDArray[np.float32]


class Encoder(Protocol):
    """What turns texts into vectors, one row a text."""

    def encode(self, texts: list[str]) -> Scores:
        """Return an array of shape (len(texts), dimension)."""
        ...


class _Answer(BaseModel):
    model_config = ConfigDict(extra="ignore")
    text: str


class _Question(BaseModel):
    model_config = ConfigDict(extra="ignore")
    question: str
    answers: list[_Answer] = []


class _Paragraph(BaseModel):
    model_config = ConfigDict(extra="ignore")
    context: str
    qas: list[_Question] = []


class _Document(BaseModel):
    model_config = ConfigDict(extra="ignore")
    title: str
    paragraphs: list[_Paragraph]


class _File(BaseModel):
    model_config = ConfigDict(extra="ignore")
    data: list[_Document]


@dataclass(frozen=True, slots=True)
class Benchmark:
    """Paragraphs with the title of their policy, and a `gold` set of their positions for each (title, question)."""

    paragraphs: tuple[str, ...]
    titles: tuple[str, ...]
    questions: tuple[tuple[str, str], ...]
    gold: tuple[frozenset[int], ...]


@dataclass(frozen=True, slots=True)
class Ranking:
    """Means over all (title, question) pairs, 0-1. Recall is the share of the gold paragraphs among the first k."""

    recall: dict[int, float]
    mrr: float
    ndcg: float


@dataclass(frozen=True, slots=True)
class PolicyQaScores:
    """Both rankings: among the policy's own paragraphs, and among those of all policies. Times are seconds."""

    policies: int
    paragraphs: int
    pairs: int
    within_policy: Ranking
    all_policies: Ranking
    encoding_seconds: float


def load_benchmark(path: Path) -> Benchmark:
    """Read a SQuAD-format file: documents of one title are one policy. Raises BenchmarkError."""
    try:
        documents = _File.model_validate_json(path.read_bytes()).data
    except OSError as error:
        raise BenchmarkError(path, [Fault(0, f"cannot be read: {error.strerror}")]) from error
    except ValidationError as error:
        faults = [Fault(0, f"{'.'.join(map(str, detail['loc']))}: {detail['msg']}") for detail in error.errors()]
        raise BenchmarkError(path, faults) from error
    paragraphs: list[str] = []
    titles: list[str] = []
    gold: dict[tuple[str, str], set[int]] = {}
    for document in documents:
        for paragraph in document.paragraphs:
            for question in paragraph.qas:
                if question.answers:
                    gold.setdefault((document.title, question.question), set()).add(len(paragraphs))
            paragraphs.append(paragraph.context)
            titles.append(document.title)
    if not gold:
        raise BenchmarkError(path, [Fault(0, "the file holds no question with an answer")])
    return Benchmark(tuple(paragraphs), tuple(titles), tuple(gold), tuple(map(frozenset, gold.values())))


def run_policyqa(path: Path, embedder: Encoder) -> PolicyQaScores:
    """Rank all paragraphs for each question by cosine similarity, exactly. Raises BenchmarkError."""
    benchmark = load_benchmark(path)
    started = time.perf_counter()
    matrix = _unit(embedder.encode(list(benchmark.paragraphs)))
    # Many policies are asked the same question: it is encoded once.
    asked = list(dict.fromkeys(question for _, question in benchmark.questions))
    vectors = _unit(embedder.encode(asked))
    seconds = time.perf_counter() - started
    row_of = {question: row for row, question in enumerate(asked)}
    titles = np.array(benchmark.titles)
    members = {title: np.flatnonzero(titles == title) for title in dict.fromkeys(benchmark.titles)}
    within: list[list[int]] = []
    everywhere: list[list[int]] = []
    for at in range(0, len(benchmark.questions), ROWS):
        part = benchmark.questions[at : at + ROWS]
        similarity = vectors[[row_of[question] for _, question in part]] @ matrix.T
        for row, (title, _) in zip(similarity, part, strict=True):
            everywhere.append(_first(row))
            within.append([int(members[title][place]) for place in _first(row[members[title]])])
    return PolicyQaScores(
        policies=len(members),
        paragraphs=len(benchmark.paragraphs),
        pairs=len(benchmark.questions),
        within_policy=rank_scores(within, benchmark.gold),
        all_policies=rank_scores(everywhere, benchmark.gold),
        encoding_seconds=seconds,
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


def format_policyqa(scores: PolicyQaScores) -> str:
    """Return the scores as plain text, n beside them."""
    lines = [f"{'':<18}" + "".join(f"{f'recall@{cut}':>11}" for cut in CUTS) + f"{'MRR@10':>9}{'nDCG@10':>9}{'n':>7}"]
    for name, ranking in (("within the policy", scores.within_policy), ("all policies", scores.all_policies)):
        cells = "".join(f"{ranking.recall[cut]:>11.3f}" for cut in CUTS)
        lines.append(f"{name:<18}{cells}{ranking.mrr:>9.3f}{ranking.ndcg:>9.3f}{scores.pairs:>7}")
    lines.append(
        f"{scores.policies} policies, {scores.paragraphs} paragraphs, encoded in {scores.encoding_seconds:.1f} s"
    )
    return "\n".join(lines)


def _first(similarity: Scores) -> list[int]:
    """Return the DEPTH best places; equals stay in the file's order."""
    return [int(place) for place in np.argsort(-similarity, kind="stable")[:DEPTH]]


def _unit(vectors: Scores) -> Scores:
    """Scale every row to length 1; a row of zeros stays as it is."""
    matrix = np.asarray(vectors, dtype=np.float32)
    lengths = np.linalg.norm(matrix, axis=1, keepdims=True)
    return np.divide(matrix, np.where(lengths == 0, 1, lengths), dtype=np.float32)
