"""Flaws that show in the words alone: spoilt characters, placeholders, repeated blocks, a cut-off end, hidden text, lost links."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence

from ingest.document import Link
from ingest.outline import Outline
from vectorstore.policy import Clause, Damage, Sentence

# UTF-8 read as a Western code page ("â€™" for an apostrophe, "Ã©" for é), and the sign for a character that was lost.
GARBLED = re.compile(r"(?:â€[™œ\x9d\x80-\x9f“”˜¢¦]|â€|Ã[\x80-\xbf©¨¼¶¤±³ªº«§¡­]|Â(?=[ \xa0§©®°·»«])|ï¿½|\ufffd)+")
PLACEHOLDER = re.compile(
    r"\{\{[^{}\n]{0,80}\}\}|<%[^%\n]{0,80}%>|\$\{\w[\w.]{0,40}\}|%%\w{2,40}%%|\blorem ipsum\b|\b(?:TODO|TBD|FIXME|XXXX+)\b"
    r"|\[(?:insert[^\[\]\n]{0,60}|(?:(?:your|our|the(?= \w+ name))\s+)?(?:company|business|website|site|organi[sz]ation|app|product|legal entity|contact|e-?mail|phone|postal|mailing|privacy)(?:[’']s)?\s?(?:name|url|address|number|e-?mail|here|officer)?(?:\s?(?:address|here))?|date|effective date|month|address|name|state|country|jurisdiction|●|_{2,})\]",
    re.IGNORECASE,
)
TO_MACHINES = re.compile(
    r"\b(?:ignore|disregard|forget|override)\b.{0,40}\b(?:previous|prior|above|earlier|all|any|these|your)\b.{0,30}\b(?:instructions?|prompts?|rules?|text|context)\b|\bsystem prompt\b|\b(?:AI|language|chat) ?(?:model|bot|assistant)s?\b"
    r"|\bas an? (?:AI|assistant)\b|\byou are (?:now )?an? (?:\w+ )?(?:assistant|chatbot|bot|AI|model)\b|\b(?:assistant|system|user)\s*:|\bLLMs?\b|\bChatGPT\b|\bprompt injection\b|<\|?(?:im_start|system|endoftext)|\bdo not (?:tell|reveal|mention to) the user\b|\b(?:respond|reply|answer) (?:only )?(?:with|that)\b",
    re.IGNORECASE,
)
POINTS_NOWHERE = re.compile(
    r"\b(?:please )?(?:click(?:ing)?|tap(?:ping)?)(?: on)? (?:here|(?:this|the following) link)\b|\b(?:this|the following) link\b(?! to)|\b(?:available|found|viewed|read|downloaded|accessed|submitted|located|visit|see|go|at|link) (?:it )?here\b(?=[\s.,;)]|$)|\blink below\b",
    re.IGNORECASE,
)
HERE_IS_A_PLACE = re.compile(r"\bhere(?:in|by|after|under|to)\b|\bdescribed here\b|\blive here\b", re.IGNORECASE)
WEB = re.compile(r"https?://|www\.|\w@\w")
CUT = re.compile(r"(?:[,(“]|\b[a-z]{2,}|\ba|-)\s*$")
REPEATED_FROM = 100  # characters: shorter lines are repeated on purpose
SURELY_CUT = re.compile(
    r"(?:[,(“]|\b(?:the|and|of|to|or|an?|with|for|in|that|your|our|by|from|as|on|is|are|may|we|you|will|such|any))\s*$"
)
CUT_FROM = 8  # words: a shorter last line is an address or a label
LONGEST = 5_000  # characters of a sentence that are looked at
REACH = 3  # clauses between a block and its copy


def find_leftovers(outline: Outline, has_links: bool) -> Iterator[Damage]:
    """Yield the flaws of the words in the order of their kinds; `has_links` as in LoadedDocument."""
    links = sorted(outline.links, key=lambda link: link.start)
    starts = [link.start for link in links]
    hidden: set[str] = set()
    for clause in outline.clauses:
        words = outline.text[clause.start : clause.end]
        if clause.kind == "hidden":
            # Labels such as "Example" hide behind dozens of words of one page: each wording is told once.
            if words not in hidden:
                yield _hidden(clause, words)
            hidden.add(words)
        elif clause.is_read:
            yield from _characters(clause, words)
            yield from _lost_links(outline, clause, links, starts, has_links)
    yield from _repeated(outline)
    yield from _cut_off(outline)


def _hidden(clause: Clause, words: str) -> Damage:
    reason = "the page hides these words from its readers, so they are neither searched nor quoted"
    if TO_MACHINES.search(words[:LONGEST]):
        reason += "; they look like instructions to a machine and are not followed"
    return Damage("hidden_text", clause.start, clause.end, reason)


def _characters(clause: Clause, words: str) -> Iterator[Damage]:
    for sentence in clause.sentences or (Sentence(clause.start, clause.end),):
        text = words[sentence.start - clause.start : sentence.end - clause.start][:LONGEST]
        if spoilt := GARBLED.search(text):
            reason = f"characters were spoilt when this copy was made (“{spoilt.group()}”)"
            yield Damage("garbled", sentence.start, sentence.end, reason)
        if blank := PLACEHOLDER.search(text):
            reason = f"a blank of the template was never filled in (“{blank.group()}”)"
            yield Damage("placeholder", sentence.start, sentence.end, reason)


def _lost_links(
    outline: Outline, clause: Clause, links: Sequence[Link], starts: Sequence[int], has_links: bool
) -> Iterator[Damage]:
    """Flag "click here" and the like where no link stands in the sentence; `starts` are those of the sorted `links`."""
    for sentence in clause.sentences:
        text = outline.text[sentence.start : sentence.end][:LONGEST]
        pointer = POINTS_NOWHERE.search(text)
        if pointer is None or HERE_IS_A_PLACE.search(text) or WEB.search(text):
            continue
        at = bisect_left(starts, sentence.start)
        if (at < len(starts) and starts[at] < sentence.end) or (at and links[at - 1].end > sentence.start):
            continue
        where = "is not in the document" if has_links else "was lost in this copy"
        yield Damage(
            "lost_link", sentence.start, sentence.end, f"“{pointer.group()}” points to a page whose link {where}"
        )


def _repeated(outline: Outline) -> Iterator[Damage]:
    read = [clause for clause in outline.clauses if clause.is_read and clause.kind != "heading"]
    for number, clause in enumerate(read):
        words = outline.text[clause.start : clause.end]
        before = (outline.text[c.start : c.end] for c in read[max(0, number - REACH) : number])
        if len(words) >= REPEATED_FROM and words in before:
            yield Damage("repeated", clause.start, clause.end, "this paragraph stands here a second time")


def _cut_off(outline: Outline) -> Iterator[Damage]:
    """Flag a last sentence that stops before its end; a last line without a full stop may have been taken for a menu."""
    last = outline.clauses[-1] if outline.clauses else None
    if last is None or last.kind not in {"paragraph", "menu"}:
        return
    sentence = last.sentences[-1] if last.sentences else Sentence(last.start, last.end)
    text = outline.text[max(sentence.start, sentence.end - LONGEST) : sentence.end]
    if sentence.kind != "sentence" or len(text.split()) < CUT_FROM or WEB.search(text[-60:]):
        return
    if (CUT if last.kind == "paragraph" else SURELY_CUT).search(text):
        yield Damage("cut_off", sentence.start, sentence.end, "the document ends in the middle of this sentence")
