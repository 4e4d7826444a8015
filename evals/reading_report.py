"""The figures of a reading as a page of Markdown and as records. Owns no measurement."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from evals.reading import DocumentReading, FactScore, Parts

WORST = 10


@dataclass(frozen=True, slots=True)
class Share:
    """`part` of `n` things; `value` is None where there was nothing to count."""

    name: str
    part: int
    n: int

    @property
    def value(self) -> float | None:
        """Part over n, 0-1."""
        return self.part / self.n if self.n else None

    def __str__(self) -> str:
        return f"{self.part / self.n:.3f} ({self.part} of {self.n})" if self.n else "- (0)"


def totals(readings: Sequence[DocumentReading]) -> list[Share]:
    """Return the figures over all documents, in the order in which they are shown."""
    read = [one for one in readings if one.status == "read"]
    channels = [one.channels for one in read if one.channels]
    dates = [one.dates for one in read if one.dates]
    facts = [one.facts for one in read if one.facts]
    return [
        Share("documents read", len(read), len(readings)),
        Share("main text kept", *_sums([one.kept for one in read])),
        Share("menu lines let in", *_sums([one.let_in for one in read])),
        Share("channels: precision", sum(c.right for c in channels), sum(c.found for c in channels)),
        Share("channels: recall", sum(c.met for c in channels), sum(c.listed for c in channels)),
        Share("channels: desk right", sum(c.desks for c in channels), sum(c.met for c in channels)),
        Share("self-service steps found", sum(c.steps for c in channels), sum(c.listed_steps for c in channels)),
        Share("documents with every date right", sum(d.found == d.listed for d in dates), len(dates)),
        Share("company right", sum(f.company for f in facts), len(facts)),
        Share("entity right", sum(f.entity for f in facts), len(facts)),
        Share("language right", sum(f.language for f in facts), len(facts)),
        *_named("regimes", [f.regimes for f in facts]),
        *_named("audiences", [f.audiences for f in facts]),
    ]


def _sums(parts: Sequence[Parts | None]) -> tuple[int, int]:
    counted = [part for part in parts if part]
    return sum(part.found for part in counted), sum(part.listed for part in counted)


def _named(name: str, parts: Sequence[Parts]) -> Iterator[Share]:
    found = sum(part.found for part in parts)
    yield Share(f"{name}: precision", found, found + sum(len(part.wrong) for part in parts))
    yield Share(f"{name}: recall", found, sum(part.listed for part in parts))


def reading_object(readings: Sequence[DocumentReading]) -> dict[str, Any]:
    """Return totals and documents as one JSON-ready object."""
    return {
        "totals": {share.name: {"value": share.value, "part": share.part, "n": share.n} for share in totals(readings)},
        "documents": [asdict(one) for one in readings],
    }


def format_totals(readings: Sequence[DocumentReading]) -> str:
    """Return the totals as lines for the terminal."""
    return "\n".join(f"{share.name:<34} {share}" for share in totals(readings))


def format_reading(readings: Sequence[DocumentReading]) -> str:
    """Return the page: totals, a row a document, the worst lines. It holds no times, so one input gives one page."""
    return "\n".join(
        [
            "# Reading real documents",
            "",
            "Measured against what was found by eye in the raw documents (`tests/reading/`); the documents themselves are not part",
            "of the repository. Made by `policydesk eval reading CORPORA --expected tests/reading --out docs/reading.md`.",
            "",
            "| over all documents | share (n) |",
            "|---|---|",
            *(f"| {share.name} | {share} |" for share in totals(readings)),
            "",
            "## Documents",
            "",
            "Kept: sentences of the main text found inside one clause. Let in: lines of menus, forms and footers found in a clause.",
            "Channels: right of found / met of listed / desk right of met. Dates: kinds right of three.",
            "",
            "| document | status | clauses | sentences | tables | hidden | references | kept | let in | channels | dates | flags |",
            "|---|---|--:|--:|--:|--:|--:|---|---|---|---|---|",
            *(_row(one) for one in readings),
            "",
            "## Names",
            "",
            "Regimes and audiences: found of listed, and names too many.",
            "",
            "| document | company | entity | language | regimes | audiences |",
            "|---|---|---|---|---|---|",
            *(_facts_row(one.name, one.facts) for one in readings if one.facts),
            "",
            *_worst(readings, "Menu lines let in", lambda one: one.let_in.wrong if one.let_in else ()),
            *_worst(readings, "Sentences lost", lambda one: one.kept.lost if one.kept else ()),
            *_worst(readings, "Channels lost", lambda one: one.channels.lost if one.channels else (), most=None),
            *_worst(
                readings, "Channels that are none", lambda one: one.channels.wrong if one.channels else (), most=None
            ),
            *_worst(
                readings,
                "Channels at another desk",
                lambda one: one.channels.other_desk if one.channels else (),
                most=None,
            ),
            *_worst(
                readings, "Dates wrong", lambda one: (*one.dates.lost, *one.dates.wrong) if one.dates else (), most=None
            ),
            *_worst(readings, "Documents not read", lambda one: (one.reason,) if one.reason else (), most=None),
        ]
    )


def _of(part: Parts | None) -> str:
    return f"{part.found}/{part.listed}" if part else ""


def _row(one: DocumentReading) -> str:
    score = one.channels
    channels = f"{score.right}/{score.found} · {score.met}/{score.listed} · {score.desks}/{score.met}" if score else ""
    flags = ", ".join(f"{kind} {count}" for kind, count in one.damage)
    cells = [one.name, one.status, one.clauses, one.sentences, one.tables, one.hidden, one.references]
    cells += [_of(one.kept), _of(one.let_in), channels, _of(one.dates), flags]
    return f"| {' | '.join(str(cell) for cell in cells)} |"


def _facts_row(name: str, facts: FactScore) -> str:
    cells = [name, *("right" if fact else "wrong" for fact in (facts.company, facts.entity, facts.language))]
    for part in (facts.regimes, facts.audiences):
        lost = "".join(f" -{name}" for name in part.lost)
        cells.append(f"{_of(part)}{lost}{''.join(f' +{name}' for name in part.wrong)}")
    return f"| {' | '.join(cells)} |"


def _worst(
    readings: Sequence[DocumentReading],
    title: str,
    lines_of: Callable[[DocumentReading], Sequence[str]],
    most: int | None = WORST,
) -> list[str]:
    """Return a section with the lines of the documents that have most of them first."""
    ranked = sorted(readings, key=lambda one: -len(lines_of(one)))
    lines = [f"- {one.name}: {line.replace('|', '¦')}" for one in ranked for line in lines_of(one)]
    more = f" (the first {most} of {len(lines)})" if most and len(lines) > most else ""
    return [f"## {title}{more}", "", *(lines[:most] or ["None."]), ""]
