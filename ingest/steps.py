"""What a person can do alone: settings, opt-out tools, unsubscribe links, account pages, each with the policy's own words."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from urllib.parse import urljoin, urlsplit

from ingest.document import Link
from ingest.forms import PLAIN_URL
from ingest.outline import Outline
from ingest.purposes import purposes_of
from vectorstore.policy import REQUEST_TYPES, SelfServiceStep

BY_WORDS: tuple[tuple[tuple[str, ...], re.Pattern[str]], ...] = tuple(
    (types, re.compile(pattern, re.IGNORECASE))
    for types, pattern in (
        (
            ("cookie_analytics_delete",),
            r"\b(?:delete|clear|remove) (?:your |the |our |all )*[\w-]*\s?cookies?\b|\b(?:set|configure|adjust|change|use|tell|ask) (?:up )?your browser\b.{0,120}\bcookies?\b|\bbrowsers? may provide\b.{0,60}\bcookies\b"
            r"|\bopt-?out browser add-?on\b|\bbrowser['’]s help\b|\bcookie (?:settings|preferences)\b",
        ),
        (
            ("opt_out_marketing",),
            r"\bunsubscribe\b|\b(?:option|opportunity|able|right) to [\"“]?opt[- ]?out\b.{0,140}\b(?:e-?mails?|communications?|marketing|messages|newsletters?)\b|\breply(?:ing)? [\"“']?stop\b|\btext(?:ing)? [\"“']?stop\b"
            r"|\bopt[- ]?out of (?:our |all |any |receiving )*(?:marketing|promotional|e-?mails?|newsletters?)\b|\b(?:switch|turn)\w* off\b.{0,60}\b(?:marketing|notifications|offers)\b"
            r"|\bopt[- ]?[\"”]?\s?out\b.{0,120}\b(?:link|instructions?|bottom|footer|in (?:each|every|any|the|those) (?:\w+ )?(?:e-?mails?|messages?|communications?|newsletters?))\b"
            r"|\binstructions\b.{0,60}\b(?:in|at|of) (?:the |each |every |any |such )?(?:\w+ ){0,2}(?:e-?mails?|messages?|newsletters?)\b.{0,80}\b(?:opt|stop|unsubscrib|remov)|\b(?:manage|change|update) your (?:e-?mail|communications?|newsletter|notification|marketing) (?:preferences|settings|subscriptions?)\b",
        ),
        (
            ("know_specific", "portability"),
            r"\bdownload(?:/export)? (?:a copy of |all )?(?:your|my|the) (?:personal )?(?:data|information|content)\b|\bexport (?:your|my) (?:data|blog|content|information)\b|\bdownload/export a copy\b",
        ),
        (
            ("delete",),
            r"\bdelete (?:your|my|the) account\b.{0,80}\b(?:settings|in the app|profile|account page|>)|\bsettings\b.{0,60}\bdelete (?:your |my )?account\b|\b(?:close|deactivate|delete|cancel) your (?:\w+ )?(?:account|profile)\b.{0,120}\b(?:page|link|settings|preferences|logging|log in|button|here)\b",
        ),
        (
            ("correct",),
            r"\b(?:update|correct|edit|change|modify|review) (?:and (?:update|correct|edit|change) )?(?:your |it |them |most |this |the )*(?:personal |account |profile )*(?:information|details|data|profile)?.{0,40}\b(?:account (?:settings|page)|profile|log(?:ging)? in|settings >|my account)",
        ),
        (("opt_out_sale",), r"\bdo not sell\b.{0,60}\blink\b|\bglobal privacy control\b|\byour privacy choices\b"),
    )
)
PART = r"[“\"‘']?[A-Z][\w&’' -]{1,40}?[”\"’']?"
PATH = re.compile(
    rf"[“\"‘']?\b(?:Settings|Account|Profile|Menu|Privacy|Preferences|My Account|User Settings|Account Settings|Help|More|Options|System Preferences|App Settings)[”\"’']?"
    rf"(?:\s*(?:>|→|›|»|➔|/(?= ))\s*{PART})+(?=[.,;:)\]”\"]|\s+(?:to|and|in|or|on|page|menu|where|if|for|at|from|then|within|of|you|your|where|when)\b|$)"
)
OF_SETTINGS = re.compile(
    r"\b(?:profile|account|privacy|notification|app|user|device) settings\b|\bin the settings\b|\bsettings (?:page|menu|section|of the app)\b|\bprivacy[”\"]? settings\b",
    re.IGNORECASE,
)
OF_ACCOUNT = re.compile(
    r"\bmy account\b|\b(?:log(?:ging)?|sign(?:ing)?) (?:in|into|on)\b|\byour (?:\w+ )?(?:account|profile)\b|\bfrom the \w[\w.]* profile\b",
    re.IGNORECASE,
)
TOOL_HOSTS = re.compile(
    r"(?:^|\.)(?:networkadvertising\.org|thenai\.org|aboutads\.info|youronlinechoices\.(?:eu|com)|youradchoices\.(?:com|ca)|optoutprescreen\.com|dmachoice\.org|evidon\.com|ghostery\.com|donotcall\.gov|adssettings\.google\.com|tools\.google\.com|allaboutcookies\.org)$"
    r"|^(?:(?:www|info|preferences(?:-mgr)?)\.)?(?:macromedia|truste|trustarc)\.com/.*(?:settings_manager|preferenc|opt)|google\.com/(?:settings/ads|privacy/ads|ads/preferences|dlpage/gaoptout)|doubleclick\.net/.*privacy|optout\.|preferences-mgr",
    re.IGNORECASE,
)
# Kind of a link: what its target (first) or its words say, the narrowest first.
LINKS: tuple[tuple[str, re.Pattern[str], re.Pattern[str]], ...] = tuple(
    (kind, re.compile(target, re.IGNORECASE), re.compile(words, re.IGNORECASE))
    for kind, target, words in (
        (
            "do_not_sell",
            r"do[-_ ]?not[-_ ]?(?:sell|share)|ccpa[-_]?opt|your[-_]privacy[-_]choices",
            r"\bdo not (?:sell|share)\b|\byour (?:privacy|advertising) choices\b|\bopt[- ]?out of (?:the )?(?:sale|sharing)\b",
        ),
        (
            "unsubscribe",
            r"unsubscribe|(?:e-?mail|communication|newsletter|marketing|mailing|privacy)[-_]?(?:preferences|settings|subscriptions?)|/(?:ccp|mem/email)",
            r"\bunsubscribe\b|\b(?:e-?mail|communications?|newsletter|marketing|notification) (?:preferences|settings|options)\b",
        ),
        (
            "opt_out_tool",
            r"opt[-_ ]?out|opt_out|adchoices|interest-?based-?ads|about-our-ads|(?:ad|advertising|cookie|privacy)[-_]?(?:choices|preferences?|settings)|advertisingpref|cookie[-_]?consent|pixel_privacy|ad-partners|interestbasedads",
            r"\bopt(?:ing)?[- ]?out\b|\bad ?choices\b|\b(?:cookie|ad|advertising|privacy|consent) (?:settings|preferences?|choices?|consent)\b|\binterest-based (?:ads?|advertising)\b|\bdisable cookies\b|\bbrowser add-?on\b",
        ),
        (
            "privacy_centre",
            r"privacy[-_]?(?:cent(?:er|re)|hub|dashboard|portal|tools|checkup)",
            r"\bprivacy (?:cent(?:er|re)|hub|dashboard|portal|tools|checkup)\b",
        ),
        (
            "account",
            r"delete[-_]?(?:my[-_]?)?account|/(?:account|profile|prefs|settings|my-?account|homedelivery|hdshome)(?:[/?._-]|$)|export|takeout|download[-_]?(?:your|my)?[-_]?(?:data|info)|how-do-i-(?:delete|request-copy)|accessing-your|mode=hds",
            r"\b(?:delete|close|deactivate|update|manage|edit) (?:your |my |the )?(?:account|profile|information)\b|\b(?:account|profile) (?:settings|page|preferences)\b|\byour account\b|\bmy account\b|\b(?:download|export)\b.{0,30}\b(?:data|copy|blog|information)\b|\b(?:settings?|apps) page\b",
        ),
    )
)
WORDLESS = re.compile(
    r"\W*(?:click )?(?:here|this (?:page|link|site)|learn more|link|help cent(?:er|re)|click here)\W*", re.IGNORECASE
)
CHOICE = re.compile(
    r"\bopt[- ]?(?:ing[- ])?out\b|\bunsubscrib\w+|\bdisable\b|\bturn\w* off\b|\bmanage\b|\bcontrol\b|\bdelet\w+|\bdeactivat\w+|\bupdat\w+|\bedit\b|\bchang\w+|\bcopy of\b|\bexport\b|\bdownload\b|\bpreferences?\b|\bexercise\b|\bnot to accept\b|\bdecline\b|\brevoke\b|\bwithdraw\b|\bclose\b|\baccess(?:ing)? (?:and|your)\b|\bchoices?\b",
    re.IGNORECASE,
)
NO_STEP = re.compile(
    r"^(?:mailto|tel):|^#|(?<!settings)/(?:privacy(?:[-_]policy|[-_]notice)?|terms[\w-]*|tos|cookies?(?:-policy|-notice)?)/?$|user-agreement|\.pdf$",
    re.IGNORECASE,
)
PURPOSES = {
    "do_not_sell": ("opt_out_sale",),
    "unsubscribe": ("opt_out_marketing",),
    "opt_out_tool": ("cookie_analytics_delete",),
}
ADVERTISING = re.compile(
    r"\b(?:sale|sell|share|sharing|targeted|interest[- ]based|cross-context|behaviou?ral)\b", re.IGNORECASE
)
OF_EMAIL = re.compile(
    r"\be-?mails?\b|\bnewsletters?\b|\bpromotional\b|\bmarketing (?:communications?|messages)\b|\btext messages?\b",
    re.IGNORECASE,
)
LONGEST_SENTENCE = 5_000  # characters, as for channels


def find_steps(outline: Outline, url: str | None = None) -> tuple[SelfServiceStep, ...]:
    """Return the sentences that tell a person what to do without writing to the company, one step for each link in them."""
    links = sorted(outline.links, key=lambda link: link.start)
    starts = [link.start for link in links]
    steps: list[SelfServiceStep] = []
    for clause in outline.clauses:
        if not clause.is_read:
            continue
        for sentence in clause.sentences:
            if sentence.kind == "heading" or sentence.end - sentence.start > LONGEST_SENTENCE:
                continue
            text = outline.text[sentence.start : sentence.end]
            inside = links[bisect_left(starts, sentence.start) : bisect_left(starts, sentence.end)]
            own = [link for link in inside if link.end <= sentence.end]
            lead = outline.text[slice(*sentence.lead_in)] if sentence.lead_in else ""
            steps += _steps_of(text, lead, own, sentence.start, sentence.end, url)
    return tuple(steps)


def _steps_of(
    text: str, lead: str, links: Sequence[Link], start: int, end: int, url: str | None
) -> Iterator[SelfServiceStep]:
    named = {kind for kinds, pattern in BY_WORDS if pattern.search(text) for kind in kinds}
    path = PATH.search(text)
    settings = path.group().strip(" .,;") if path else None
    if path:
        named |= set(purposes_of(text)) or (
            {"correct"} if re.search(r"\b(?:edit|update|change)\b", text, re.IGNORECASE) else set()
        )
    found: dict[str, SelfServiceStep] = {}
    for target, words in _targets(text, links, start, url):
        kind = _kind_of_link(target, words, f"{lead} {text}")
        if kind is None and not named:
            continue
        if kind is None and not WORDLESS.fullmatch(words):
            continue
        kind = kind or _kind_of_words(text, named)
        purposes = _ordered(named | set(_purposes(kind, f"{lead} {text}")))
        if purposes:
            found.setdefault(
                target, SelfServiceStep(purposes, start, end, target, "settings" if settings else kind, settings)
            )
    if found:
        yield from found.values()
    elif named or (OF_SETTINGS.search(text) and CHOICE.search(text)):
        kind = "settings" if settings else _kind_of_words(text, named)
        purposes = _ordered(named | set(_purposes(kind, text)))
        link = next((target for target, _ in _targets(text, links, start, url)), None)
        if purposes:
            yield SelfServiceStep(purposes, start, end, link, kind, settings)


def _targets(text: str, links: Sequence[Link], start: int, url: str | None) -> Iterator[tuple[str, str]]:
    """Yield (full web address, words) of the links of a sentence, those written out among them."""
    for link in links:
        target = urljoin(url or "", link.target)
        if target.startswith(("https://", "http://")) and not NO_STEP.search(link.target):
            yield target, text[link.start - start : link.end - start]
    for match in PLAIN_URL.finditer(text):
        if not any(link.start - start < match.end() and match.start() < link.end - start for link in links):
            target = match.group().rstrip(".,;'’")
            yield target, target


def _kind_of_link(target: str, words: str, sentence: str) -> str | None:
    """Return the kind of step that a link is, None for any other link."""
    place = re.sub(r"^(?:https?:)?//", "", target)
    host = urlsplit(target if "://" in target else f"https://{target}").hostname or ""
    if TOOL_HOSTS.search(host) or TOOL_HOSTS.search(place):
        return "opt_out_tool"
    if not CHOICE.search(sentence):
        return None
    by_words = next((kind for kind, _, said in LINKS if said.search(words)), None)
    by_target = next((kind for kind, pattern, _ in LINKS if pattern.search(place)), None)
    kind = by_words or by_target
    return (
        "unsubscribe"
        if kind == "account"
        and OF_EMAIL.search(sentence)
        and re.search(r"\bopt|\bunsubscrib|\bpreferences\b", sentence, re.IGNORECASE)
        else kind
    )


def _kind_of_words(text: str, named: set[str]) -> str:
    if "opt_out_marketing" in named:
        return "unsubscribe"
    if "opt_out_sale" in named and not re.search(r"\bglobal privacy control\b", text, re.IGNORECASE):
        return "do_not_sell"
    if OF_SETTINGS.search(text):
        return "settings"
    if named & {"delete", "correct", "know_specific"} and OF_ACCOUNT.search(text):
        return "account"
    if "cookie_analytics_delete" in named and re.search(r"\bopt[- ]?out\b", text, re.IGNORECASE):
        return "opt_out_tool"
    return "step"


def _purposes(kind: str, text: str) -> tuple[str, ...]:
    """Return the request types that a step of that kind serves in a sentence."""
    if kind == "opt_out_tool":
        return ("cookie_analytics_delete", "opt_out_sale") if ADVERTISING.search(text) else ("cookie_analytics_delete",)
    if kind in PURPOSES:
        return PURPOSES[kind]
    spoken = tuple(
        p for p in purposes_of(text) if p not in {"general_contact", "authorized_agent", "complaint_discrimination"}
    )
    if spoken:
        return spoken
    # What a privacy centre serves for is not guessed: it is a place to turn to.
    return {"account": ("correct",), "settings": ("correct",), "privacy_centre": ("general_contact",)}.get(kind, ())


def _ordered(types: set[str]) -> tuple[str, ...]:
    return tuple(kind for kind in REQUEST_TYPES if kind in types)
