"""The words of the desk's own pages: a folder for each language, a file for each kind of page.

Owns looking them up. What a policy says is never here: quotes stay in the policy's language.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

import yaml

LANGUAGE = "en"
"""The language of the pages; ISO 639-1, the name of its folder here."""


def say(key: str, /, **values: object) -> str:
    """Return the words of `key`, "FILE.NAME", with the values in their places; plain text, to be escaped like any other.

    Raises KeyError for words that are in no file of the language.
    """
    words = catalogue(LANGUAGE)[key]
    return words.format(**values) if values else words


class Family(Mapping[str, str]):
    """The words whose keys begin alike, by what comes after: Family("request.state_")["sent"]. Reads no file before it is asked."""

    def __init__(self, beginning: str) -> None:
        self._beginning = beginning

    def __getitem__(self, name: str) -> str:
        return say(self._beginning + name)

    def __iter__(self) -> Iterator[str]:
        start = len(self._beginning)
        return (key[start:] for key in catalogue(LANGUAGE) if key.startswith(self._beginning))

    def __len__(self) -> int:
        return sum(1 for _ in self)


@cache
def catalogue(language: str) -> Mapping[str, str]:
    """Return all words of a language by key. Raises ValueError, with the file, for what is no plain list of words."""
    words: dict[str, str] = {}
    # The same reader in C, where the package was built with it.
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    for file in sorted((Path(__file__).parent / language).glob("*.yaml")):
        read = yaml.load(file.read_text(encoding="utf-8"), Loader=loader)
        if not isinstance(read, dict) or not all(isinstance(part, str) for pair in read.items() for part in pair):
            raise ValueError(
                f"{language}/{file.name}: every line is a name and its words, in quotes where YAML needs them"
            )
        words |= {f"{file.stem}.{name}": said for name, said in read.items()}
    if not words:
        raise ValueError(f"there are no words in {language!r}")
    return MappingProxyType(words)
