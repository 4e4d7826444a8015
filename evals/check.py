"""A set held against the library: would its expectations ever be met? Owns no reading of files and no metric."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from evals import addresses
from evals.case import Case, survey_cases
from evals.errors import Fault
from evals.evidence import finds
from evals.fault_words import field_name
from vectorstore.errors import UnknownPolicyError
from vectorstore.policy import Policy

SHOWN = 60  # characters of a quote in a message
PLAIN = str.maketrans({"‘": "'", "’": "'", "“": '"', "”": '"', "–": "-", "—": "-", "‑": "-", "…": "."})


class Library(Protocol):
    """Where stored texts are read: PolicyLibrary, or a double."""

    def get(self, policy_id: str, version: str | None = None) -> Policy:
        """Return that version, the current one for None. Raises UnknownPolicyError."""
        ...


def check_set(path: Path, library: Library) -> tuple[int, list[Fault]]:
    """Return how many cases of a set are well-formed, and every fault of form and against the library, by line."""
    cases, faults = survey_cases(path)
    return len(cases), sorted([*faults, *check_cases(cases, library)], key=lambda fault: fault.line)


def check_cases(cases: Sequence[tuple[int, Case]], library: Library) -> list[Fault]:
    """Return what no answer from this library could meet, by line: policies it lacks, quotes and addresses that no named policy
    holds, paraphrases of nothing. `cases` are those of a set with their lines.
    """
    known = {case.id for _, case in cases}
    held: dict[str, Policy | None] = {}
    faults: list[Fault] = []
    for line, case in cases:
        if case.paraphrase_of is not None and case.paraphrase_of not in known:
            faults.append(Fault(line, f"paraphrase_of: no case of this set has the id {case.paraphrase_of!r}"))
        for policy_id in dict.fromkeys(((case.policy,) if case.policy else ()) + (case.policies or ())):
            if policy_id not in held:
                held[policy_id] = _stored(library, policy_id)
                if held[policy_id] is None:  # said once, at the first case that needs it
                    faults.append(
                        Fault(line, f"the library holds no policy {policy_id!r}: ingest it, or correct the id")
                    )
        policies = [policy for policy_id in case.citable or () if (policy := held[policy_id])]
        if policies:
            faults += [
                Fault(line, words) for words in (*_quote_faults(case, policies), *_channel_faults(case, policies))
            ]
    return faults


def _quote_faults(case: Case, policies: Sequence[Policy]) -> list[str]:
    places = [
        (("gold_quotes", at, place), quote)
        for at, group in enumerate(case.gold_quotes)
        for place, quote in enumerate(group)
    ] + [(("related_quotes", at), quote) for at, quote in enumerate(case.related_quotes)]
    named = ", ".join(policy.id for policy in policies)
    said = []
    for place, quote in places:
        if any(finds(quote, policy.text) for policy in policies):
            continue
        shown = f'"{quote[:SHOWN]}{"..." if len(quote) > SHOWN else ""}"'
        said.append(f"{field_name(place)}: {shown} is not in the stored text of {named}{_hint(quote, policies)}")
    return said


def _hint(quote: str, policies: Sequence[Policy]) -> str:
    """Say what else than the words differs; nothing if the words do."""
    loose = [(policy.text.translate(PLAIN), policy) for policy in policies]
    if any(finds(quote.translate(PLAIN), text) for text, _ in loose):
        return ": its quotation marks or dashes differ"
    if any(finds(quote.translate(PLAIN).casefold(), text.casefold()) for text, _ in loose):
        return ": its capital letters differ"
    words = quote.split()
    for count in range(len(words) - 1, 2, -1):
        if any(finds(" ".join(words[:count]), policy.text) for policy in policies):
            return f": only its first {count} of {len(words)} words are"
    return ""


def _channel_faults(case: Case, policies: Sequence[Policy]) -> list[str]:
    """Only e-mail addresses and telephone numbers must stand in the text; the others may be described in a set's own words."""
    said = []
    for field in ("expected_channels", "acceptable_channels"):
        for place, channel in enumerate(getattr(case, field)):
            holders = [policy for policy in policies if channel.policy in (None, policy.id)]
            written = channel.type in {"email", "phone"} and re.search(r"@|\d{3}", channel.value)
            if written and holders and not addresses.is_known(channel.value, holders):
                named = ", ".join(policy.id for policy in holders)
                said.append(
                    f"{field_name((field, place))}: {channel.value!r} is no address in the stored text of {named}"
                )
    return said


def _stored(library: Library, policy_id: str) -> Policy | None:
    try:
        return library.get(policy_id)
    except UnknownPolicyError:
        return None
