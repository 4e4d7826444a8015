"""What a page keeps from its readers' eyes: hidden by attribute, by style, or by a class that the page styles away."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from selectolax.lexbor import LexborHTMLParser, LexborNode

PROPERTIES = frozenset(
    "display visibility opacity font-size text-indent position left top right clip clip-path height max-height width overflow color "
    "background background-color".split()
)
COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)", re.DOTALL)
SIMPLE = re.compile(r"^([a-z][a-z0-9]*)?((?:[.#][\w-]+)*)$", re.IGNORECASE)
LONGEST_STYLE = 400_000  # characters; what stands beyond is not looked at
FAR = re.compile(r"^-\s*(\d+(?:\.\d+)?)(px|em|rem|pt|%|vw|vh)?$")
PER_UNIT = {"px": 1.0, "pt": 1.3, "em": 16.0, "rem": 16.0, "%": 10.0, "vw": 10.0, "vh": 10.0}
# A reader may open these parts; hidden or not at first sight, they are text of the page.
PANEL = re.compile(
    r"(?:^|[\s_-])(?:accordion|collaps\w*|tab|tabs|panel|pane|faq|expand\w*|toggle\w*|fold\w*|answer|drawer|dropdown-content|"
    r"read-?more|more|show-?more|learn-?more|full|details?|disclosure)(?:$|[\s_-])",
    re.IGNORECASE,
)
OVERLAY = re.compile(
    r"(?:^|[\s_-])(?:modal|popup|pop-up|dialog|overlay|lightbox|tooltip|banner|menu|nav|toast)(?:$|[\s_-])", re.I
)
FOR_SCREEN_READERS = re.compile(
    r"(?:^|\s)(?:sr-only|visually-?hidden|screen-reader-text|screen-reader|a11y-hidden|u-visually-hidden|element-invisible|"
    r"assistive-text)(?:$|[\s-])",
    re.IGNORECASE,
)
CONTROLS = ("aria-controls", "data-target", "data-bs-target", "data-toggle-target")
OPENERS = frozenset({"button", "summary", "a", "h1", "h2", "h3", "h4", "h5", "h6", "dt", "label"})
NAMED = {
    "white": "#ffffff",
    "black": "#000000",
    "red": "#ff0000",
    "silver": "#c0c0c0",
    "gray": "#808080",
    "yellow": "#ffff00",
}
SIBLINGS = 3  # more hidden parts of one class than this, each below a title, are panels


@dataclass(frozen=True, slots=True)
class _Rule:
    tag: str
    names: tuple[str, ...]
    weight: tuple[int, int]
    values: dict[str, str]


@dataclass(slots=True)
class Styles:
    """The page's own simple style rules (".note", "p.note", "#note"), and what its controls open."""

    rules: dict[str, list[_Rule]] = field(default_factory=dict)
    opened: set[str] = field(default_factory=set)
    bare: bool = True
    hidden_classes: Counter[str] = field(default_factory=Counter)
    _known: dict[tuple[str, ...], dict[str, str]] = field(default_factory=dict)

    @classmethod
    def of(cls, tree: LexborHTMLParser) -> Styles:
        """Read the style blocks of a page. Rules of media queries and of nested selectors are left alone."""
        styles = cls()
        text = "\n".join(node.text() for node in tree.css("style"))[:LONGEST_STYLE]
        for number, (selectors, body) in enumerate(_rules(COMMENT.sub("", text))):
            if values := _declarations(body):
                styles._add(selectors, values, number)
        for name in CONTROLS:
            for node in tree.css(f"[{name}]"):
                styles.opened.update(part.lstrip("#") for part in (node.attributes.get(name) or "").split())
        for node in tree.css("a[href^='#'], [role='tab'][id]"):
            styles.opened.add((node.attributes.get("href") or "").lstrip("#"))
        styles.opened.discard("")
        # With style sheets of elsewhere the colour behind the words is not known.
        styles.bare = tree.css_first("link[rel~='stylesheet'], [background]") is None
        for node in tree.css("[style*='none'], [hidden]"):
            styles.hidden_classes[node.attributes.get("class") or ""] += 1
        return styles

    def _add(self, selectors: str, values: dict[str, str], number: int) -> None:
        for selector in selectors.split(","):
            match = SIMPLE.match(selector.strip())
            names = tuple(re.findall(r"[.#][\w-]+", match.group(2))) if match else ()
            if match and names:
                weight = (100 * sum(name[0] == "#" for name in names) + len(names), number)
                self.rules.setdefault(names[0], []).append(_Rule((match.group(1) or "").lower(), names, weight, values))

    def values(self, node: LexborNode) -> dict[str, str]:
        """Return the declarations that hold for an element itself, the weightiest last."""
        attributes = node.attributes
        own = list(dict.fromkeys(f".{name}" for name in (attributes.get("class") or "").split()))
        if attributes.get("id"):
            own.append(f"#{attributes['id']}")
        key = (node.tag or "", *own)
        found = dict(self._known.get(key, {}))
        if own and self.rules and key not in self._known:
            rules = [rule for name in own for rule in self.rules.get(name, ())]
            for rule in sorted(rules, key=lambda rule: rule.weight):
                if rule.tag in {"", node.tag} and set(rule.names) <= set(own):
                    found.update(rule.values)
            self._known[key] = dict(found)
        if style := attributes.get("style"):
            found.update(_declarations(style))
        return found

    def hides(self, node: LexborNode, behind: str | None) -> bool:
        """Return True if a reader of the page cannot see the words of `node`; `behind` is the colour behind it, if known."""
        attributes = node.attributes
        if "hidden" in attributes and attributes.get("hidden") not in {"false", "until-found"}:
            return not self._is_panel(node)
        values = self.values(node)
        if not values and "color" not in attributes:
            return False
        if values.get("display") == "none" or values.get("visibility") in {"hidden", "collapse"}:
            return not self._is_panel(node)
        if "hidden" in values.get("overflow", "") and {values.get("height"), values.get("max-height")} & {"0", "0px"}:
            return not self._is_panel(node)
        return _out_of_sight(values) or self._same_colour(node, values, behind)

    def behind(self, node: LexborNode, behind: str | None) -> str | None:
        """Return the colour behind the words inside `node`: its own background, else that around it, None if not known."""
        attributes = node.attributes
        if "background" in attributes:
            return None
        own = self.values(node) if "style" in attributes or self.rules else {}
        colour = own.get("background-color") or own.get("background") or attributes.get("bgcolor")
        if colour is None or colour in {"transparent", "inherit", "none"}:
            return behind
        return _colour(colour)

    def _same_colour(self, node: LexborNode, values: dict[str, str], behind: str | None) -> bool:
        colour = values.get("color") or (node.attributes.get("color") if node.tag == "font" else None)
        if not colour:
            return False
        if colour == "transparent":
            return True
        ground = self.behind(node, behind)
        return ground is not None and _colour(colour) == ground

    def _is_panel(self, node: LexborNode) -> bool:
        """Return True for a part that a reader opens: named by a control, called so, or one of several alike below a button."""
        attributes = node.attributes
        name = attributes.get("id") or ""
        called = f"{attributes.get('class') or ''} {name}"
        if OVERLAY.search(called) or attributes.get("role") in {"dialog", "alertdialog", "menu", "navigation"}:
            return False
        if name in self.opened or attributes.get("role") in {"tabpanel", "region"} or attributes.get("aria-labelledby"):
            return True
        if PANEL.search(called) or node.tag == "details":
            return True
        alike = self.hidden_classes.get(attributes.get("class") or "", 0)
        return _follows_an_opener(node) or (
            alike > SIBLINGS and bool(attributes.get("class")) and _follows_a_title(node)
        )


def is_for_screen_readers(node: LexborNode) -> bool:
    """Return True for labels that only screen readers say ("opens in a new window")."""
    return bool(FOR_SCREEN_READERS.search(node.attributes.get("class") or ""))


def _before(node: LexborNode) -> LexborNode | None:
    """Return the element before `node` in the same part."""
    before = node.prev
    while before is not None and not before.is_element_node:
        before = before.prev
    return before


def _follows_a_title(node: LexborNode) -> bool:
    before = _before(node)
    return before is not None and before.tag in OPENERS


def _follows_an_opener(node: LexborNode) -> bool:
    """Return True if the element before `node` is, or ends in, something to click that opens it."""
    before = _before(node)
    if before is None:
        return False
    candidates = [before, *before.css("a, button, [aria-expanded]")[-1:]]
    return any(_opens(one) for one in candidates)


def _opens(node: LexborNode) -> bool:
    attributes = node.attributes
    if "aria-expanded" in attributes or node.tag == "button":
        return True
    if node.tag == "a":
        target = attributes.get("href")
        return target is None or target.endswith("#") or target.lower().startswith("javascript:")
    return node.tag in OPENERS and bool(PANEL.search(attributes.get("class") or "") or attributes.get("onclick"))


def _rules(text: str) -> Iterator[tuple[str, str]]:
    """Yield selectors and declarations of the plain rules, those of "@media ... { ... }" and its like left out.

    One pass over the braces, so that no style text can make it slow.
    """
    at = start = depth = 0
    selectors, plain = "", False
    for match in re.finditer(r"[{};]", text):
        if match.group() == "{":
            if depth == 0:
                selectors, start, plain = text[at : match.start()].strip(), match.end(), True
            depth, plain = depth + 1, plain and depth == 0
        elif match.group() == "}":
            if depth == 1 and plain and not selectors.startswith("@"):
                yield selectors, text[start : match.start()]
            depth = max(0, depth - 1)
        if depth == 0:
            at = match.end()


def _declarations(text: str) -> dict[str, str]:
    found = {}
    for part in text.split(";"):
        name, mark, value = part.partition(":")
        name = name.strip().lower()
        if mark and name in PROPERTIES:
            found[name] = value.replace("!important", "").strip().lower()
    return found


def _out_of_sight(values: dict[str, str]) -> bool:
    if re.fullmatch(r"0*\.?0+%?", values.get("opacity", "1")):
        return True
    if re.fullmatch(r"0*\.?0+(?:px|em|rem|pt|%)?", values.get("font-size", "1")):
        return True
    placed = values.get("position") in {"absolute", "fixed"}
    moved = ["text-indent", *(["left", "top", "right"] if placed else [])]
    if any(_far_off(values.get(name, "")) for name in moved):
        return True
    return placed and bool(
        re.match(r"rect\(\s*[01](?:px)?[\s,]|inset\((?:50|100)%", values.get("clip", values.get("clip-path", "")))
    )


def _far_off(value: str) -> bool:
    match = FAR.match(value)
    return match is not None and float(match.group(1)) * PER_UNIT[match.group(2) or "px"] >= 500


def _colour(value: str) -> str | None:
    """Return a colour as "#rrggbb", None for what is no plain colour."""
    value = value.strip().lower()
    value = NAMED.get(value, value)
    if match := re.match(r"rgba?\(\s*(\d{1,3})\s*,\s*(\d{1,3})\s*,\s*(\d{1,3})", value):
        return "#" + "".join(f"{min(255, int(part)):02x}" for part in match.groups())
    if re.fullmatch(r"#[0-9a-f]{3}", value):
        return "#" + "".join(2 * digit for digit in value[1:])
    return value if re.fullmatch(r"#[0-9a-f]{6}", value) else None
