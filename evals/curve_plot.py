"""The curve of silence as an SVG file that stands alone. Owns shapes, not figures."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from evals.curve import Curve, Point

SIZE, LEFT, TOP = 320, 64, 24  # pixels of the square, and of the room for labels
STYLE = (
    "text{font:13px system-ui,sans-serif;fill:#1c2430}.faint{fill:#5b6675}.grid{stroke:#d5dce5}.axis{stroke:#1c2430}"
    ".line{stroke:#3465a4;stroke-width:2;fill:none}.at{fill:#b3261e}.cross{stroke:#b3261e;stroke-width:1.5}.paper{fill:#fff}"
    "@media(prefers-color-scheme:dark){text{fill:#e6eaf0}.faint{fill:#a3afbd}.grid{stroke:#39434f}.axis{stroke:#e6eaf0}"
    ".line{stroke:#6f9fd8}.at{fill:#f2958d}.cross{stroke:#f2958d}.paper{fill:#14181e}}"
)


def curve_svg(curve: Curve, point: Point, *, alone: bool = True) -> str:
    """Return false silence (right) against false answers (up), with the operating point and its intervals.

    `alone` False is for a page whose style sheet has the colours: the picture then carries none.
    """
    width, height = LEFT + SIZE + 70, TOP + SIZE + 86
    told = (
        f"From {point.threshold:.2f} on the desk answers: false silence {point.false_silence.mean:.3f} of {point.false_silence.n}, "
        f"false answers {point.false_answer.mean:.3f} of {point.false_answer.n}"
    )
    parts = [f'<rect class="paper" width="{width}" height="{height}"/>']
    for tick in range(0, 11, 2):
        x, y, label = _x(tick / 10), _y(tick / 10), f"{tick / 10:g}"
        parts.append(f'<path class="grid" d="M{x:.1f} {TOP}V{TOP + SIZE}M{LEFT} {y:.1f}H{LEFT + SIZE}"/>')
        parts.append(f'<text class="faint" x="{x:.1f}" y="{TOP + SIZE + 18}" text-anchor="middle">{label}</text>')
        parts.append(f'<text class="faint" x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{label}</text>')
    parts.append(f'<path class="axis" fill="none" d="M{LEFT} {TOP}V{TOP + SIZE}H{LEFT + SIZE}"/>')
    parts.append(f'<path class="line" d="{_path(curve.false_silence, curve.false_answer)}"/>')
    silence, answer = point.false_silence, point.false_answer
    parts.append(
        f'<path class="cross" d="M{_x(silence.low):.1f} {_y(answer.mean):.1f}H{_x(silence.high):.1f}'
        f'M{_x(silence.mean):.1f} {_y(answer.low):.1f}V{_y(answer.high):.1f}"/>'
        f'<circle class="at" cx="{_x(silence.mean):.1f}" cy="{_y(answer.mean):.1f}" r="5"/>'
    )
    middle = LEFT + SIZE / 2
    parts.append(
        f'<text x="{middle}" y="{TOP + SIZE + 38}" text-anchor="middle">false silence: answerable, not answered</text>'
    )
    parts.append(
        f'<text x="18" y="{TOP + SIZE / 2}" text-anchor="middle" transform="rotate(-90 18 {TOP + SIZE / 2})">'
        "false answers: unanswerable, answered</text>"
    )
    parts.append(
        f'<text class="faint" x="{middle}" y="{TOP + SIZE + 60}" text-anchor="middle">'
        f"point: answers from {point.threshold:.2f} on, with 95 % intervals</text>"
        f'<text class="faint" x="{middle}" y="{TOP + SIZE + 78}" text-anchor="middle">'
        f"{curve.answerable} answerable, {curve.unanswerable} unanswerable questions; area {curve.area:.3f}</text>"
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" width="{width}" height="{height}" viewBox="0 0 {width} {height}">'
        f"<title>{told}</title>{f'<style>{STYLE}</style>' if alone else ''}{''.join(parts)}</svg>\n"
    )


def write_curve(path: Path, curve: Curve, point: Point) -> None:
    """Write the SVG file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(curve_svg(curve, point), encoding="utf-8")


def _path(across: Sequence[float], up: Sequence[float]) -> str:
    """Return the path through all points; where several scores are equal it runs straight, as for the area."""
    path = [f"M{_x(across[0]):.1f} {_y(up[0]):.1f}"]
    path += [f"L{_x(x):.1f} {_y(y):.1f}" for x, y in zip(across[1:], up[1:], strict=True)]
    return "".join(path)


def _x(share: float) -> float:
    return LEFT + share * SIZE


def _y(share: float) -> float:
    return TOP + (1 - share) * SIZE
