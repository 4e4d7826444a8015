"""Inline SVG plots of the report page. Owns shapes, not figures."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from evals.report import Mean

ROW, LABEL, WIDTH = 22, 150, 240  # pixels


def bars(title: str, rows: Sequence[tuple[str, Mean | None]]) -> str:
    """Return horizontal bars of means 0-1 with their intervals as whiskers; None is drawn as a dash."""
    height = ROW * len(rows) + 4
    parts = []
    for place, (label, mean) in enumerate(rows):
        top = place * ROW + 4
        middle = top + 7
        parts.append(f'<text x="{LABEL - 8}" y="{top + 11}" text-anchor="end">{escape(label)}</text>')
        parts.append(f'<rect class="track" x="{LABEL}" y="{top}" width="{WIDTH}" height="14"/>')
        if mean is None:
            parts.append(f'<text class="faint" x="{LABEL + WIDTH + 8}" y="{top + 11}">does not apply</text>')
            continue
        low, high = LABEL + mean.low * WIDTH, LABEL + mean.high * WIDTH
        parts.append(f'<rect class="bar" x="{LABEL}" y="{top}" width="{mean.mean * WIDTH:.1f}" height="14"/>')
        parts.append(
            f'<path class="whisker" d="M{low:.1f} {middle}H{high:.1f}M{low:.1f} {top + 3}v8M{high:.1f} {top + 3}v8"/>'
        )
        parts.append(
            f'<text x="{LABEL + WIDTH + 8}" y="{top + 11}">{mean.mean:.2f} '
            f'<tspan class="faint">n {mean.n}</tspan></text>'
        )
    return _figure(title, "".join(parts), LABEL + WIDTH + 100, height)


def histogram(title: str, milliseconds: Sequence[float], marks: Sequence[tuple[str, float]], bins: int = 24) -> str:
    """Return a histogram of times with named marks (label, milliseconds); the axis runs from 0 to the longest time."""
    longest = max([*milliseconds, *(value for _, value in marks)]) or 1.0
    counts = [0] * bins
    for value in milliseconds:
        counts[min(bins - 1, int(value / longest * bins))] += 1
    width, height, tallest = 560, 130, max(counts)
    parts = []
    for place, count in enumerate(counts):
        tall = count / tallest * (height - 10)
        name = f"{count} answers in {place * longest / bins:.0f} - {(place + 1) * longest / bins:.0f} ms"
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
    parts.append(f'<text class="faint" x="{width}" y="{height + 15}" text-anchor="end">{longest:.0f} ms</text>')
    return _figure(title, "".join(parts), width, height + 20)


def _figure(title: str, shapes: str, width: int, height: int) -> str:
    name = escape(title, quote=True)
    return (
        f'<figure><figcaption>{name}</figcaption><svg role="img" aria-label="{name}" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}">{shapes}</svg></figure>'
    )
