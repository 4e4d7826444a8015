"""Which language a policy is written in. Only what the desk can name is told apart; a doubt is English."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from ingest.outline import Outline
from vectorstore.policy import Damage

LANGUAGES = {
    "en": "English", "de": "German", "fr": "French", "es": "Spanish", "it": "Italian", "pt": "Portuguese", "nl": "Dutch",
    "sv": "Swedish", "da": "Danish", "no": "Norwegian", "nb": "Norwegian", "fi": "Finnish", "pl": "Polish", "cs": "Czech",
    "hu": "Hungarian", "ro": "Romanian", "el": "Greek", "tr": "Turkish", "ru": "Russian", "uk": "Ukrainian", "ja": "Japanese",
    "ko": "Korean", "zh": "Chinese", "ar": "Arabic", "he": "Hebrew", "hi": "Hindi", "th": "Thai", "vi": "Vietnamese", "id": "Indonesian",
}  # fmt: skip
SAMPLE = 4_000  # characters of running text; more does not change the verdict
LEAST = 80  # characters: less is too little to tell
ENGLISH = re.compile(r"\b(?:the|and|of|we|you|your|our|to|that|with|for|information|this)\b", re.IGNORECASE)
SURELY_ENGLISH = 0.12  # share of such words; measured English policies lie above 0.25, others below 0.05


@cache
def load_identifier() -> Any:
    """Load the language model, once; it needs a temporary file to unpack itself."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE)
    identifier.set_languages([code for code in LANGUAGES if code != "nb"])
    return identifier


def language_of(outline: Outline, declared: str | None) -> str:
    """Return the ISO 639-1 code of the policy's language, from its words; `declared` counts only where they are too few."""
    body = [outline.text[c.start : c.end] for c in outline.clauses if c.is_read and c.kind != "heading"]
    sample = " ".join(body)[:SAMPLE]
    words = re.findall(r"[^\W\d_]+", sample)
    if words and len(ENGLISH.findall(sample)) >= SURELY_ENGLISH * len(words):
        return "en"
    if len(sample) < LEAST:
        code = (declared or "en").casefold()[:2]
        return code if code in LANGUAGES else "en"
    return str(load_identifier().classify(sample)[0])


def foreign_language(outline: Outline, language: str) -> tuple[Damage, ...]:
    """Return the flaw of a policy that is not in English, over its whole text; () for English."""
    if language == "en" or not outline.text:
        return ()
    reason = f"the policy is written in {LANGUAGES.get(language, language)}; the desk reads English, so it answers nothing from it"
    return (Damage("foreign_language", 0, len(outline.text), reason),)
