"""How faithfully documents are read: main text, channels, dates, names, each against what was found by eye."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from evals.errors import Fault, TruthError
from evals.reading_channels import ChannelScore, score_channels
from evals.reading_truth import KnownDates, KnownFacts, MainText, Truth
from ingest.cleaning import normalise
from ingest.errors import IngestError, UnsupportedFormatError
from ingest.manifest import Entry
from ingest.reader import read_policy
from vectorstore.policy import Policy

DATE_KINDS = ("updated", "effective", "created")
# A document is read under a name that says nothing, so that its company can only be found in its words.
UNNAMED = "document"


@dataclass(frozen=True, slots=True)
class Parts:
    """How much of a list of things was found: `found` of `listed` things, and what else was found that is wrong."""

    found: int
    listed: int
    lost: tuple[str, ...] = ()
    wrong: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FactScore:
    """Company, entity and language: right or not; regimes and audiences by name."""

    company: bool
    entity: bool
    language: bool
    regimes: Parts
    audiences: Parts


@dataclass(frozen=True, slots=True)
class DocumentReading:
    """One document. `status` is "read", "failed" or "no loader"; scores are None where its list does not hold it.

    `kept` counts sentences of the main text found inside one read clause; `let_in` counts menu lines found in any, and
    its `lost` holds nothing. `dates` counts the three kinds, a kind the document does not state included.
    """

    name: str
    status: str
    reason: str | None = None
    clauses: int = 0
    sentences: int = 0
    tables: int = 0
    hidden: int = 0
    references: int = 0
    damage: tuple[tuple[str, int], ...] = ()
    kept: Parts | None = None
    let_in: Parts | None = None
    channels: ChannelScore | None = None
    dates: Parts | None = None
    facts: FactScore | None = None


def measure_reading(corpora: Path, truth: Truth) -> list[DocumentReading]:
    """Read every listed document, every file of `html/` and the newest of each folder of `versions/`; sorted by name.

    Raises TruthError if `corpora` is no folder or a listed document is not there.
    """
    if not corpora.is_dir():
        reason = "there is no such folder. The real documents are not part of this repository: give the folder that holds html/ and versions/"
        raise TruthError(corpora, [Fault(0, reason)])
    names = sorted({*truth.documents, *_pages(corpora), *_newest(corpora)}, key=lambda name: name.casefold())
    absent = [name for name in names if not (corpora / name).is_file()]
    if absent:
        raise TruthError(corpora, [Fault(0, f"the document {name} is not there") for name in absent])
    return [_measure(corpora, name, truth) for name in names]


def _pages(corpora: Path) -> list[str]:
    return [f"html/{path.name}" for path in (corpora / "html").glob("*.*") if path.is_file()]


def _newest(corpora: Path) -> list[str]:
    folders = [folder for folder in (corpora / "versions").glob("*") if folder.is_dir()]
    newest = [max(folder.glob("*.*"), default=None) for folder in folders]
    return [path.relative_to(corpora).as_posix() for path in newest if path is not None]


def _measure(corpora: Path, name: str, truth: Truth) -> DocumentReading:
    path = corpora / name
    try:
        policy = read_policy(path.read_bytes(), path.name, Entry(id=UNNAMED, source=path.name))
    except UnsupportedFormatError as error:
        return DocumentReading(name, "no loader", error.reason)
    except IngestError as error:
        return DocumentReading(name, "failed", error.reason)
    main, channels = truth.main_text.get(name), truth.channels.get(name)
    dates, facts = truth.dates.get(name), truth.facts.get(name)
    kinds = Counter(clause.kind for clause in policy.clauses)
    return DocumentReading(
        name,
        "read",
        clauses=sum(clause.is_read for clause in policy.clauses),
        sentences=sum(len(clause.sentences) for clause in policy.clauses if clause.is_read),
        tables=kinds["table"],
        hidden=kinds["hidden"],
        references=len(policy.references),
        damage=tuple(sorted(Counter(flaw.kind for flaw in policy.damage).items())),
        kept=_kept(policy, main) if main else None,
        let_in=_let_in(policy, main) if main else None,
        channels=score_channels(policy, channels) if channels else None,
        dates=_dates(policy, dates) if dates else None,
        facts=_facts(policy, facts) if facts else None,
    )


def _read_clauses(policy: Policy) -> list[str]:
    """Return the words of every clause that is searched and quoted, its white space normalised."""
    return [normalise(policy.text[clause.start : clause.end]) for clause in policy.clauses if clause.is_read]


def _kept(policy: Policy, main: MainText) -> Parts:
    read = _read_clauses(policy)
    lost = tuple(words for words in main.inside if not any(normalise(words) in clause for clause in read))
    return Parts(len(main.inside) - len(lost), len(main.inside), lost)


def _let_in(policy: Policy, main: MainText) -> Parts:
    read = _read_clauses(policy)
    wrong = tuple(words for words in main.outside if any(normalise(words) in clause for clause in read))
    return Parts(len(wrong), len(main.outside), (), wrong)


def _dates(policy: Policy, known: KnownDates) -> Parts:
    lost: list[str] = []
    wrong: list[str] = []
    for kind in DATE_KINDS:
        wanted, stated = getattr(known, kind), policy.date(kind)
        found = stated.iso if stated else None
        if found != wanted:
            (lost if wanted else wrong).append(f"{kind}: {wanted or 'none'}, read {found or 'none'}")
    return Parts(len(DATE_KINDS) - len(lost) - len(wrong), len(DATE_KINDS), tuple(lost), tuple(wrong))


def _facts(policy: Policy, known: KnownFacts) -> FactScore:
    entity = _plain(policy.entity) if policy.entity else None
    entities = {_plain(name) for name in (known.entity, *known.entity_also) if name}
    return FactScore(
        company=_plain(policy.company) in {_plain(name) for name in known.company},
        entity=entity in entities if entity else known.entity is None,
        language=policy.language == known.language,
        regimes=_names([one.name for one in policy.regimes], known.regimes, known.regimes_also),
        audiences=_names([one.name for one in policy.audiences], known.audiences, known.audiences_also),
    )


def _plain(name: str) -> str:
    """Return a name without what spellings differ in: case, kind of apostrophe, commas and stops."""
    return normalise(name.replace("’", "'").replace(",", " ").replace(".", " ")).casefold()


def _names(found: Sequence[str], wanted: Sequence[str], also: Sequence[str]) -> Parts:
    lost = tuple(name for name in wanted if name not in found)
    wrong = tuple(sorted(set(found) - {*wanted, *also}))
    return Parts(len(wanted) - len(lost), len(wanted), lost, wrong)
