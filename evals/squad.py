"""SQuAD-format files: paragraphs of policies, and for each question the paragraphs that hold an answer. Owns reading them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from evals.errors import BenchmarkError, Fault

NUMBERED = re.compile(r"^\d+[_-](?=.)")


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


def company_of(title: str) -> str:
    """Return the company as a person would write it: the title ("1017_sci-news.com") without its leading number."""
    return NUMBERED.sub("", title.strip())
