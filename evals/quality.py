"""The page of figures, docs/quality.md: made by a command between two marks, so that words written by hand stay. Owns no figure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from evals.confusion import Confusion
from evals.curve import Scored, around, curve_of, point_at
from evals.interval import Mean
from evals.report import Summary
from evals.retrieval import Retrieval

BEGIN = "<!-- figures: written by `policydesk eval quality`, do not edit below -->"
END = "<!-- end of figures -->"
WORDS = {
    "quote_exact": "quotes are the stored text, byte for byte",
    "right_policy": "quotes come from the right policy",
    "addresses_exact": "addresses stand in the policy",
    "must_not_mention": "nothing forbidden is mentioned",
    "verdict_not_inverted": "verdict not inverted (yes for no, or no for yes)",
    "no_false_answer": "unanswerable questions not answered",
    "behaviour": "right kind of reply (answer, silence, request, question back)",
    "evidence_all": "all the evidence shown, in at most 5 quotes and 1,200 characters",
    "evidence_recall": "share of the evidence shown, same budget",
    "evidence_all_tight": "all the evidence shown, in at most 3 quotes and 600 characters",
    "evidence_precision": "share of the quoted characters that is evidence",
    "quotes_within_budget": "at most 5 quotes and 1,200 characters",
    "must_mention": "the words asked for are in the answer",
    "verdict": "verdict as expected",
    "request_type": "request type",
    "channels": "channels, none missing and none too many",
    "request_right": "request type and channels",
}
BY_KIND = (
    "behaviour",
    "evidence_all",
    "evidence_all_tight",
    "evidence_precision",
    "verdict",
    "no_false_answer",
    "request_right",
)


@dataclass(frozen=True, slots=True)
class Silence:
    """What the curve is made of: scores, the desk's threshold, and the picture's path as the page links it."""

    scored: Sequence[Scored]
    threshold: float
    picture: str


def write_quality(path: Path, figures: str) -> None:
    """Put the figures between the marks of a page; a page that does not exist is begun.

    Raises ValueError for a page without the two marks: it would lose what someone wrote.
    """
    page = path.read_text(encoding="utf-8") if path.exists() else f"# How good the answers are\n\n{BEGIN}\n{END}\n"
    before, mark, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not mark or not end:
        raise ValueError(f"{path} lacks the line {(BEGIN if not mark else END)!r}: add it where the figures belong")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"{before}{BEGIN}\n\n{figures.strip()}\n\n{END}{after}", encoding="utf-8")


def format_quality(
    command: str,
    runs: Mapping[str, Summary],
    benchmarks: Sequence[Retrieval] = (),
    silence: Silence | None = None,
) -> str:
    """Return the figures as Markdown: a column a set, then each set apart, retrieval, and the curve of silence."""
    parts = [
        f"Written by\n\n```\n{command}\n```",
        "Each figure is a mean from 0 to 1 with its 95 % interval (2,000 resamples, fixed seed; Wilson's where every case is right or "
        "every case is wrong) and n, the number of cases that it is about.",
        "## Question sets",
        _sets(runs),
    ]
    for name, summary in runs.items():
        parts += [f"## {name}: {summary.cases} cases", *_one_set(summary)]
    if benchmarks:
        parts += ["## Retrieval", _retrieval(benchmarks)]
    if silence:
        parts += ["## When the desk falls silent", _silence(silence)]
    return "\n\n".join(parts)


def _sets(runs: Mapping[str, Summary]) -> str:
    rows = [
        [words, *(_mean(summary.overall.get(name)) for summary in runs.values())]
        for name, words in WORDS.items()
        if any(name in summary.overall for summary in runs.values())
    ]
    over_cases: tuple[tuple[str, Callable[[Summary], Mean | None]], ...] = (
        ("silent where an answer was due (false silence)", lambda s: s.groups.abstention.false_silence),
        ("answered where silence was due (false answer)", lambda s: s.groups.abstention.false_answer),
        ("rightly silent where silence was due", lambda s: s.groups.abstention.right_silence),
        ("macro F1 of the request types", lambda s: s.groups.intents.macro_f1),
        ("same verdict in other words (n counts groups)", lambda s: s.groups.paraphrases.same_verdict),
        ("evidence shared in other words (n counts groups)", lambda s: s.groups.paraphrases.overlap),
    )
    for words, figure in over_cases:
        if any(figure(summary) for summary in runs.values()):
            rows.append([words, *(_mean(figure(summary)) for summary in runs.values())])
    for name in ("quotes", "characters"):
        sizes = [_mean(summary.sizes.get(name), places=1) for summary in runs.values()]
        rows.append([f"{name} shown by an answer that quotes, on average", *sizes])
    inverted = [f"{len(s.groups.verdicts.inverted)} of {s.groups.verdicts.matrix.n}" for s in runs.values()]
    wrong = [f"{len(s.groups.companies.wrong)} of {s.groups.companies.matrix.n}" for s in runs.values()]
    rows += [["inverted verdicts", *inverted], ["cases that quote another company", *wrong]]
    if any(summary.latency for summary in runs.values()):
        times = [
            f"{s.latency.p50:.0f} / {s.latency.p95:.0f}, n {s.latency.n}" if s.latency else "–" for s in runs.values()
        ]
        rows.append(["time to answer, p50 / p95, milliseconds", *times])
    return _table(["", *runs], rows)


def _one_set(summary: Summary) -> list[str]:
    parts = []
    if summary.groups.verdicts.matrix.n:
        parts += ["Verdicts, expected (rows) and said (columns):", _matrix(summary.groups.verdicts.matrix)]
    if summary.groups.abstention.matrix.n:
        parts += ["Answer or silence, expected (rows) and given (columns):", _matrix(summary.groups.abstention.matrix)]
    named = [name for name in BY_KIND if name in summary.overall]
    rows = [
        [kind.replace("_", " "), str(n), *(_short(summary.by_kind[kind].get(name)) for name in named)]
        for kind, n in summary.kinds.items()
    ]
    return [*parts, "By kind, mean and n:", _table(["kind", "cases", *named], rows)]


def _retrieval(benchmarks: Sequence[Retrieval]) -> str:
    cuts = sorted({cut for one in benchmarks for ranking in one.rankings.values() for cut in ranking.recall})
    rows = [
        [
            f"{one.name}, {words}",
            *(f"{ranking.recall[cut]:.3f}" if cut in ranking.recall else "–" for cut in cuts),
            f"{ranking.mrr:.3f}",
            f"{ranking.ndcg:.3f}",
            f"{one.pairs:,}",
        ]
        for one in benchmarks
        for words, ranking in one.rankings.items()
    ]
    heads = ["", *(f"recall@{cut}" for cut in cuts), "MRR@10", "nDCG@10", "n"]
    return "Made by `policydesk eval policyqa FILE --json`; n counts pairs of policy and question.\n\n" + _table(
        heads, rows
    )


def _silence(silence: Silence) -> str:
    curve = curve_of(silence.scored)
    rows = []
    for threshold in around(silence.threshold):
        point = point_at(silence.scored, threshold)
        mark = "**" if threshold == silence.threshold else ""
        rows.append([f"{mark}{threshold:.2f}{mark}", _mean(point.false_silence), _mean(point.false_answer)])
    return (
        f"![False silence against false answers over every threshold]({silence.picture})\n\n"
        f"The desk answers from a score of {silence.threshold:.2f} on. Measured on {curve.answerable} answerable and {curve.unanswerable} "
        f"unanswerable questions; an answerable one scores higher in {curve.area:.3f} of the pairs.\n\n"
        + _table(["answers from", "false silence", "false answers"], rows)
    )


def _matrix(matrix: Confusion) -> str:
    rows = [[row, *(str(len(matrix.cases(row, column)) or "·") for column in matrix.columns)] for row in matrix.rows]
    return _table(["", *matrix.columns], rows)


def _mean(mean: Mean | None, places: int = 2) -> str:
    if mean is None:
        return "–"
    return f"{mean.mean:.{places}f} ({mean.low:.{places}f}–{mean.high:.{places}f}), n {mean.n}"


def _short(mean: Mean | None) -> str:
    return f"{mean.mean:.2f} ({mean.n})" if mean else "–"


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)
