"""Inline SVG plots of the report page. Owns shapes, not figures."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from evals.interval import Mean
from evals.page_table import number, table

WIDTH, HEIGHT = 240, 16  # pixels of a bar


def interval(mean: Mean) -> str:
    """Return a bar from 0 to the mean (0-1) with its interval as whiskers, to stand in a table's cell."""
    low, high = mean.low * WIDTH, mean.high * WIDTH
    label = f"{mean.mean:.3f}, interval {mean.low:.3f} to {mean.high:.3f}"
    return (
        f'<svg role="img" aria-label="{label}" width="{WIDTH + 4}" height="{HEIGHT}" viewBox="-2 0 {WIDTH + 4} {HEIGHT}">'
        f'<rect class="track" x="0" y="1" width="{WIDTH}" height="14"/>'
        f'<rect class="bar" x="0" y="1" width="{mean.mean * WIDTH:.1f}" height="14"/>'
        f'<path class="whisker" d="M{low:.1f} 8H{high:.1f}M{low:.1f} 4v8M{high:.1f} 4v8"/></svg>'
    )


def histogram(title: str, milliseconds: Sequence[float], marks: Sequence[tuple[str, float]], bins: int = 24) -> str:
    """Return a histogram of times with named marks (label, milliseconds).

    The axis runs from 0 to the longest time, or to twice the last mark: what lies beyond is counted in the last bin.
    """
    last = max((value for _, value in marks), default=0.0)
    longest = min(max([*milliseconds, last]), 2 * last or float("inf")) or 1.0
    beyond = max(milliseconds) > longest
    counts = [0] * bins
    for value in milliseconds:
        counts[min(bins - 1, int(value / longest * bins))] += 1
    width, height, top, tallest = 560, 150, 34, max(counts)  # pixels; the labels of the marks stand above the bars
    parts = []
    for place, count in enumerate(counts):
        tall = count / tallest * (height - top)
        end = "or more" if beyond and place == bins - 1 else f"- {(place + 1) * longest / bins:.0f}"
        name = f"{count} answers in {place * longest / bins:.0f} {end} ms"
        parts.append(
            f'<rect class="bar" x="{place * width / bins:.1f}" y="{height - tall:.1f}" width="{width / bins - 2:.1f}" '
            f'height="{tall:.1f}"><title>{name}</title></rect>'
        )
    for row, (label, value) in enumerate(marks):
        x = value / longest * width
        # A label at the right edge would be cut off: it goes to the left of its line.
        side, shift = ("end", -4) if x > width - 110 else ("start", 4)
        parts.append(f'<path class="whisker" d="M{x:.1f} 0V{height}"/>')
        parts.append(
            f'<text x="{x + shift:.1f}" y="{12 + 14 * row}" text-anchor="{side}">{escape(label)} {value:.1f} ms</text>'
        )
    parts.append(f'<path class="axis" d="M0 {height}H{width}"/><text class="faint" x="0" y="{height + 15}">0</text>')
    parts.append(
        f'<text class="faint" x="{width}" y="{height + 15}" text-anchor="end">{longest:.0f} ms{" or more" if beyond else ""}</text>'
    )
    return _figure(title, "".join(parts), width, height + 20)


def _figure(title: str, shapes: str, width: int, height: int) -> str:
    name = escape(title, quote=True)
    return (
        f'<figure tabindex="0"><figcaption>{name}</figcaption><svg role="img" aria-label="{name}" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}">{shapes}</svg></figure>'
    )


def distribution(title: str, groups: Sequence[tuple[str, Sequence[float]]], threshold: float, bins: int = 20) -> str:
    """Return two histograms of scores in [0, 1], the first group upwards and the second downwards, with the threshold marked.

    Scores beyond the ends are counted in the outermost bins. The counts stand in a table beneath, for who cannot see the bars.
    """
    width, half, top = 560, 80, 22  # pixels; the label of the threshold stands above the bars
    counted = [_binned(values, bins) for _, values in groups]
    tallest = max((max(counts) for counts in counted), default=0) or 1
    parts = []
    for direction, counts in zip((1, -1), counted, strict=False):
        for place, count in enumerate(counts):
            tall = count / tallest * half
            y = top + half - (tall if direction == 1 else 0)
            shade = "bar" if direction == 1 else "bar other"
            parts.append(
                f'<rect class="{shade}" x="{place * width / bins:.1f}" y="{y:.1f}" width="{width / bins - 2:.1f}" height="{tall:.1f}"/>'
            )
    x = min(max(threshold, 0.0), 1.0) * width
    parts.append(
        f'<path class="axis" d="M0 {top + half}H{width}"/><path class="whisker" d="M{x:.1f} 0V{top + 2 * half}"/>'
    )
    side, shift = ("end", -4) if x > width - 140 else ("start", 4)
    parts.append(f'<text x="{x + shift:.1f}" y="12" text-anchor="{side}">answers from {threshold:.2f}</text>')
    for label, at, anchor in (("0", 0, "start"), ("0.5", width // 2, "middle"), ("1", width, "end")):
        parts.append(f'<text class="faint" x="{at}" y="{top + 2 * half + 15}" text-anchor="{anchor}">{label}</text>')
    rows = [
        [f"{place / bins:.2f} – {(place + 1) / bins:.2f}", *(number(counts[place], 0) for counts in counted)]
        for place in range(bins)
        if any(counts[place] for counts in counted)
    ]
    shown = table(("score", *(name for name, _ in groups)), rows, label=title, small=True)
    told = f"{title}: " + ", ".join(f"{name} {len(values)}" for name, values in groups)
    return (
        _figure(told, "".join(parts), width, top + 2 * half + 20)
        + f"<details><summary>The same as numbers</summary>{shown}</details>"
    )


def _binned(values: Sequence[float], bins: int) -> list[int]:
    counts = [0] * bins
    for value in values:
        counts[min(bins - 1, max(0, int(value * bins)))] += 1
    return counts
