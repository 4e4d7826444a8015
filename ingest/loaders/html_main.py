"""Where the policy stands on its page: the part with the running text, and the furniture inside it that is none."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from selectolax.lexbor import LexborNode

DROPPED = frozenset("script style noscript template svg iframe select option input textarea head object canvas".split())
BLOCKS = frozenset(
    "p div section article main ul ol dl dd dt li table tbody thead tfoot tr td th caption blockquote body html address "
    "figure figcaption form fieldset pre details summary center nav header footer aside h1 h2 h3 h4 h5 h6 hgroup".split()
)
LANDMARKS = frozenset({"nav", "header", "footer", "aside"})
MENU_ROLES = frozenset(
    {"navigation", "banner", "contentinfo", "search", "menu", "menubar", "complementary", "dialog", "alertdialog"}
)
PRIVACY = re.compile(
    r"\bprivacy\b|\bpersonal(?:ly identifiable)? (?:information|data)\b|\b(?:your|the) (?:data|information)\b|\bcookies?\b"
    r"|\bwe (?:may |also |will |do not )?(?:collect|use|share|disclose|keep|store)\b|\bdata protection\b",
    re.IGNORECASE,
)
SPEAKS = re.compile(r"\b(?:we|our|us|you|your)\b", re.IGNORECASE)
LEGAL_LINE = re.compile(
    r"©|\bcopyright\b|\ball rights reserved\b|\bterms (?:of|and)\b|\bby using this (?:site|website)\b", re.IGNORECASE
)
CONSENT = re.compile(r"cookie|consent|gdpr-|onetrust|truste|cc-window|ccpa-banner", re.IGNORECASE)
FURNITURE = re.compile(
    r"(?:^|[\s_-])(?:breadcrumbs?|share|sharing|social|addthis|related|recommended|sidebar|widget|comments?|newsletter|login|"
    r"sign-?in|search|toolbar|pagination|pager|promo|advert\w*|ads?|sponsor\w*|feedback|survey|rating|trending|popular|most-?read|"
    r"footer|masthead|topbar|nav|navbar|navigation|menu|toc|skip)(?:$|[\s_-])",
    re.IGNORECASE,
)
PROSE_WORDS = 12
DEEPEST = 100  # nested tags; a part of the page that lies deeper is not looked for
MOST = 0.55  # share of a part's running text that its heaviest child holds where the others are passed by


@dataclass(slots=True)
class _Weight:
    """What stands below an element: characters, those in links, those of running text, and words of privacy in the latter."""

    characters: int = 0
    linked: int = 0
    prose: int = 0
    hits: int = 0
    speaks: int = 0
    legal: int = 0
    inputs: int = 0
    titles: int = 0

    def add(self, other: _Weight) -> None:
        """Count what stands below a child."""
        self.characters += other.characters
        self.linked += other.linked
        self.prose += other.prose
        self.hits += other.hits
        self.speaks += other.speaks
        self.legal += other.legal
        self.inputs += other.inputs
        self.titles += other.titles


@dataclass(slots=True)
class MainText:
    """The element that holds the policy (None: no part stands out) and the elements that are page furniture, by id."""

    container: int | None = None
    furniture: set[int] = field(default_factory=set)


def find_main_text(body: LexborNode) -> MainText:
    """Return where the running text about privacy stands: the smallest part of the page that holds all of it."""
    weights: dict[int, _Weight] = {}
    parts = _weigh(body, weights)
    main = MainText()
    whole = weights[body.mem_id]
    for node in parts:
        if _is_furniture(node, weights[node.mem_id], whole):
            main.furniture.add(node.mem_id)
    # Weighed again without the furniture, whose prose must not hold the search up.
    weights.clear()
    _weigh(body, weights, main.furniture)
    part: LexborNode | None = body
    while part is not None and _depth(part) < DEEPEST:
        main.container = part.mem_id if part.mem_id != body.mem_id else None
        part = _heaviest(part, weights)
    return main


def _depth(node: LexborNode) -> int:
    depth, above = 0, node.parent
    while above is not None:
        depth, above = depth + 1, above.parent
    return depth


def _weigh(body: LexborNode, weights: dict[int, _Weight], without: set[int] | None = None) -> list[LexborNode]:
    """Fill `weights` for every block below `body` and return those blocks, outer ones first.

    Walks with a stack of its own, since pages nest deeper than Python calls may.
    """
    order: list[tuple[LexborNode, int]] = []
    running: dict[int, list[str]] = {}
    stack: list[tuple[LexborNode, int, bool]] = [(body, body.mem_id, False)]
    weights[body.mem_id] = _Weight()
    while stack:
        node, holder, linked = stack.pop()
        if node.tag == "-text":
            text = node.text_content or ""
            length = len("".join(text.split()))
            weight = weights[holder]
            weight.characters += length
            weight.linked += length if linked else 0
            if not linked or length > 200:
                running.setdefault(holder, []).append(text)
            continue
        tag = node.tag or ""
        if tag in DROPPED or not node.is_element_node or (without and node.mem_id in without):
            weights[holder].inputs += tag in {"input", "textarea", "select"} and node.attributes.get("type") != "hidden"
            continue
        if tag in BLOCKS and node.mem_id != body.mem_id:
            weights.setdefault(node.mem_id, _Weight())
            order.append((node, holder))
            holder = node.mem_id
            weights[holder].titles += tag in {"h1", "h2", "h3"}
        child = node.last_child
        inside = linked or (tag == "a" and bool(node.attributes.get("href")))
        while child is not None:
            stack.append((child, holder, inside))
            child = child.prev
    for holder, pieces in running.items():
        words = " ".join("".join(pieces).split())
        if len(words.split()) >= PROSE_WORDS and re.search(r"[.:;!?]", words):
            weight = weights[holder]
            weight.prose += len(words)
            weight.hits += len(PRIVACY.findall(words))
            weight.speaks += bool(SPEAKS.search(words))
            weight.legal += bool(LEGAL_LINE.search(words))
    for node, holder in reversed(order):
        weights[holder].add(weights[node.mem_id])
    return [node for node, _ in order]


def _is_furniture(node: LexborNode, weight: _Weight, whole: _Weight) -> bool:
    """Return True for navigation, banners, forms and boxes beside the text, by what they are called and what they hold."""
    attributes = node.attributes
    share = weight.prose / max(1, whole.prose)
    of_policy = weight.hits >= 2 and share >= 0.02
    if attributes.get("role") in MENU_ROLES or attributes.get("aria-modal") == "true":
        return not (share > 0.3 and of_policy)
    called = f"{attributes.get('class') or ''} {attributes.get('id') or ''} {attributes.get('aria-label') or ''}"
    if share < 0.5 and weight.hits < 12 and CONSENT.search(called) and _asks_for_consent(node):
        return True
    dense = weight.linked >= 0.4 * weight.characters
    if node.tag == "footer" and weight.legal and share < 0.5:
        return True
    if node.tag in LANDMARKS:
        return not (
            weight.prose > 0 and not dense and (of_policy or share > 0.3 or (weight.hits and node.tag == "header"))
        )
    if node.tag == "form":
        return share < 0.2 and weight.inputs > 0
    if share >= 0.2 or not FURNITURE.search(called):
        return False
    if weight.prose == 0:
        return weight.linked > 0 and dense or weight.inputs > 0
    return weight.hits == 0 and (dense or weight.inputs > 0 or weight.titles > 1)


def _asks_for_consent(node: LexborNode) -> bool:
    return any(
        re.match(
            r"\s*(?:accept|agree|allow|got it|ok(?:ay)?\b|reject|decline|manage|i understand|close|x\b|save)",
            one.text(),
            re.I,
        )
        for one in node.css("button, a, input[type=button], input[type=submit], [role=button]")
    )


def _heaviest(node: LexborNode, weights: dict[int, _Weight]) -> LexborNode | None:
    """Return the child that holds the policy, None where `node` itself is the smallest part that does."""
    children = [(weights[one.mem_id], one) for one in _blocks_below(node, weights) if weights[one.mem_id].prose > 0]
    if not children:
        return None
    best, child = max(children, key=lambda pair: pair[0].prose)
    own = weights[node.mem_id].prose - sum(weight.prose for weight, _ in children)
    if best.prose < MOST * weights[node.mem_id].prose or own > 0.02 * best.prose:
        return None
    if child.tag in {"p", "li", "ul", "ol", "dl", "pre"} or any(
        _tells(weight) for weight, one in children if one is not child
    ):
        return None
    return child


def _blocks_below(node: LexborNode, weights: dict[int, _Weight]) -> list[LexborNode]:
    """Return the nearest blocks below `node`, through elements that are none."""
    found: list[LexborNode] = []
    stack = [node.first_child]
    while stack:
        child = stack.pop()
        while child is not None:
            if child.mem_id in weights:
                found.append(child)
            elif child.is_element_node and child.tag not in DROPPED and child.first_child is not None:
                stack.append(child.first_child)
            child = child.next
    return found


def _tells(weight: _Weight) -> bool:
    """Return True for running text that may be the policy's own, so that nothing above it is cut away."""
    return weight.hits > weight.legal and weight.speaks > 0 and weight.linked < 0.5 * weight.characters
