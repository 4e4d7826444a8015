"""What a PDF page draws as text: every string with its place, size and weight, in the order of drawing."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from pypdf import PageObject
from pypdf.errors import PyPdfError
from pypdf.generic import ArrayObject, ContentStream, DictionaryObject, StreamObject
from pypdf.generic._font import Font

Matrix = tuple[float, float, float, float, float, float]
IDENTITY: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
BOLD = re.compile(r"bold|black|heavy|semibold|demi", re.IGNORECASE)
BOLD_FLAG = 1 << 18  # ForceBold, ISO 32000-1 table 123
MAX_DEPTH = 12
MAX_FORMS = 2_000
MAX_SAVED = 500
MAX_SPANS = 60_000
# Symbols of fonts that number their glyphs privately: Word writes its bullets so.
PRIVATE = {"\uf0b7": "•", "\uf0a7": "▪", "\uf0d8": "•", "\uf0fc": "•", "\uf06f": "◦"}
LIGATURES = {"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "ft", "ﬆ": "st"}
CHARACTERS = str.maketrans({**PRIVATE, **LIGATURES})


@dataclass(frozen=True, slots=True)
class Span:
    """One drawn string. `x` to `right` along its base line at height `y`, `size` its font's height; all in points."""

    text: str
    x: float
    right: float
    y: float
    size: float
    bold: bool


@dataclass(slots=True)
class _State:
    """The graphics and text state that the operators change (ISO 32000-1, section 9.3)."""

    at: Matrix = IDENTITY
    font: Font | None = None
    bold: bool = False
    size: float = 0.0
    letter: float = 0.0
    word: float = 0.0
    scale: float = 1.0
    leading: float = 0.0
    rise: float = 0.0


@dataclass(slots=True)
class _Page:
    """Runs the operators of a page and of the forms that it draws."""

    pdf: Any
    spans: list[Span] = field(default_factory=list)
    forms: int = 0

    def run(self, content: Any, resources: Any, state: _State, depth: int) -> None:
        """Run one content stream; `resources` are its fonts and forms."""
        fonts: dict[str, tuple[Font, bool] | None] = {}
        saved: list[_State] = []
        line = text = IDENTITY
        for operands, operator in ContentStream(content, self.pdf, "bytes").operations:
            if len(self.spans) >= MAX_SPANS:
                return
            match operator:
                case b"q":
                    if len(saved) < MAX_SAVED:
                        saved.append(replace(state))
                case b"Q":
                    state = saved.pop() if saved else state
                case b"cm":
                    state.at = _times(_matrix(operands), state.at)
                case b"BT":
                    line = text = IDENTITY
                case b"Tf" if len(operands) >= 2:
                    state.size = _number(operands[1])
                    name = str(operands[0])
                    if name not in fonts:
                        fonts[name] = _font(resources, name)
                    known = fonts[name]
                    state.font, state.bold = known if known is not None else (None, False)
                case b"Tc":
                    state.letter = _first(operands)
                case b"Tw":
                    state.word = _first(operands)
                case b"Tz":
                    state.scale = _first(operands) / 100.0
                case b"TL":
                    state.leading = _first(operands)
                case b"Ts":
                    state.rise = _first(operands)
                case b"Td" | b"TD" if len(operands) >= 2:
                    across, up = _number(operands[0]), _number(operands[1])
                    if operator == b"TD":
                        state.leading = -up
                    line = text = _times((1.0, 0.0, 0.0, 1.0, across, up), line)
                case b"Tm":
                    line = text = _matrix(operands)
                case b"T*":
                    line = text = _times((1.0, 0.0, 0.0, 1.0, 0.0, -state.leading), line)
                case b"Tj":
                    text = self._show(operands[:1], state, text)
                case b"TJ":
                    shown = operands[0] if operands and isinstance(operands[0], ArrayObject) else []
                    text = self._show(shown, state, text)
                case b"'" | b'"':
                    if operator == b'"' and len(operands) >= 3:
                        state.word, state.letter = _number(operands[0]), _number(operands[1])
                    line = text = _times((1.0, 0.0, 0.0, 1.0, 0.0, -state.leading), line)
                    text = self._show(operands[-1:], state, text)
                case b"Do" if operands:
                    self._form(resources, str(operands[0]), state, depth)
                case _:
                    pass

    def _form(self, resources: Any, name: str, state: _State, depth: int) -> None:
        """Draw a form, a content stream of its own that pages use for parts they share."""
        form = _entry(_entry(resources, "/XObject"), name)
        self.forms += 1
        if not isinstance(form, StreamObject) or form.get("/Subtype") != "/Form":
            return
        if depth >= MAX_DEPTH or self.forms > MAX_FORMS:
            return
        inner = replace(state, at=_times(_matrix(_entry(form, "/Matrix") or IDENTITY), state.at))
        self.run(form, _entry(form, "/Resources") or resources, inner, depth + 1)

    def _show(self, shown: Sequence[Any], state: _State, text: Matrix) -> Matrix:
        """Add the strings of a Tj or TJ operator; return the text matrix behind them."""
        for part in shown:
            if isinstance(part, (int, float)):
                text = _times((1.0, 0.0, 0.0, 1.0, -float(part) / 1000 * state.size * state.scale, 0.0), text)
                continue
            if not isinstance(part, (bytes, str)) or state.font is None or not state.font.interpretable:
                continue
            words, width = _decoded(part, state)
            here = _times((state.size * state.scale, 0.0, 0.0, state.size, 0.0, state.rise), _times(text, state.at))
            text = _times((1.0, 0.0, 0.0, 1.0, width, 0.0), text)
            behind = _times(text, state.at)
            # Only what runs from left to right: vertical text is a stamp at the margin.
            if words and abs(here[1]) <= abs(here[0]) and here[0] > 0:
                size = (here[2] ** 2 + here[3] ** 2) ** 0.5
                self.spans.append(Span(words, here[4], max(here[4], behind[4]), here[5], size, state.bold))
        return text


def page_spans(page: PageObject) -> list[Span]:
    """Return the strings of a page in the order in which they are drawn. Raises PyPdfError."""
    content = _resolved(page.get("/Contents"))
    if not isinstance(content, (ArrayObject, StreamObject)):
        return []
    run = _Page(page.pdf)
    run.run(content, _resolved(page.get("/Resources")) or _inherited(page), _State(), 0)
    return run.spans


def _inherited(page: PageObject) -> Any:
    """Return the resources of the nearest node of the page tree that has some."""
    node = _resolved(page.get("/Parent"))
    for _ in range(50):
        if not isinstance(node, DictionaryObject) or "/Resources" in node:
            break
        node = _resolved(node.get("/Parent"))
    return _entry(node, "/Resources")


def _font(resources: Any, name: str) -> tuple[Font, bool] | None:
    """Return the font of that name and whether it is bold, None if the page has none that can be read."""
    described = _entry(_entry(resources, "/Font"), name)
    if not isinstance(described, DictionaryObject):
        return None
    try:
        font = Font.from_font_resource(described)
    except (PyPdfError, ValueError, TypeError, KeyError, IndexError, AttributeError):
        return None
    weight = font.font_descriptor.weight if font.font_descriptor else ""
    heavy = str(weight).isdigit() and int(str(weight)) >= 600
    flags = font.font_descriptor.flags if font.font_descriptor else 0
    return font, bool(BOLD.search(font.name)) or heavy or bool(int(flags) & BOLD_FLAG)


def _decoded(shown: bytes | str, state: _State) -> tuple[str, float]:
    """Return the characters of a string and its width in text space."""
    font = state.font
    assert font is not None
    if isinstance(shown, str):
        raw, words = shown, shown
    elif isinstance(font.encoding, str):
        raw = shown.decode(font.encoding, "replace")
        words = "".join(font.character_map.get(char, char) for char in raw)
    else:
        raw = shown.decode("latin-1")
        named = [font.encoding.get(byte, chr(byte)) for byte in shown]
        words = "".join(font.character_map.get(char, char) for char in named)
    spaces = raw.count(font.space_char)
    width = font.get_text_width(raw.replace(font.space_char, "")) + spaces * font.space_width
    advance = (width / 1000 * state.size + len(raw) * state.letter + spaces * state.word) * state.scale
    return words.translate(CHARACTERS), advance


def _times(first: Matrix, second: Matrix) -> Matrix:
    a, b, c, d, e, f = first
    g, h, i, j, k, m = second
    return (a * g + b * i, a * h + b * j, c * g + d * i, c * h + d * j, e * g + f * i + k, e * h + f * j + m)


def _matrix(operands: Sequence[Any]) -> Matrix:
    numbers = [_number(operand) for operand in operands[-6:]]
    if len(numbers) != 6:
        return IDENTITY
    a, b, c, d, e, f = numbers
    return (a, b, c, d, e, f)


def _first(operands: Sequence[Any]) -> float:
    return _number(operands[0]) if operands else 0.0


def _number(value: Any) -> float:
    """Return an operand as a number, within what a page may measure; 0 for anything else."""
    number = float(value) if isinstance(value, (int, float)) else 0.0
    return max(-1e6, min(1e6, number)) if number == number else 0.0


def _resolved(value: Any) -> Any:
    return value.get_object() if value is not None else None


def _entry(holder: Any, name: str) -> Any:
    return _resolved(holder.get(name)) if isinstance(holder, DictionaryObject) else None
