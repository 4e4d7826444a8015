"""What was found by eye in real documents: main text, channels, dates, names. Owns the files' form, measures nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, StringConstraints, TypeAdapter, ValidationError

from evals.errors import Fault, TruthError

Words = Annotated[str, StringConstraints(pattern=r"\S")]
Day = Annotated[str, StringConstraints(pattern=r"^\d{4}-\d\d-\d\d$")]


class TruthRecord(BaseModel):
    """Base of what the files hold: an unknown field is a slip of the pen and is refused. `note` is for people."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    note: str | None = None


class MainText(TruthRecord):
    """First words of sentences that belong to the policy, and lines of its page that do not."""

    inside: tuple[Words, ...]
    outside: tuple[Words, ...] = ()


class KnownChannel(TruthRecord):
    """A way to reach the company; `value` None: the text names a form and gives no link. `desk_also` are right answers too."""

    type: Literal["email", "phone", "mail", "web_form", "api", "fax", "tty"]
    value: Words | None
    desk: str
    desk_also: tuple[str, ...] = ()
    optional: bool = False

    @property
    def desks(self) -> tuple[str, ...]:
        """Every desk that is a right answer."""
        return (self.desk, *self.desk_also)


class KnownStep(TruthRecord):
    """Something a person uses alone; `target` None: named without a link."""

    kind: str
    target: Words | None


class KnownChannels(TruthRecord):
    """All channels of a document, and some of its self-service steps."""

    channels: tuple[KnownChannel, ...]
    self_service: tuple[KnownStep, ...] = ()


class KnownDates(TruthRecord):
    """The dates a document states of itself; None where it states none of that kind."""

    updated: Day | None
    effective: Day | None
    created: Day | None


class KnownFacts(TruthRecord):
    """Who speaks, of which laws, to whom. Names in an `_also` list are neither wanted nor wrong."""

    company: tuple[Words, ...]
    entity: Words | None
    entity_also: tuple[Words, ...] = ()
    regimes: tuple[Words, ...]
    regimes_also: tuple[Words, ...] = ()
    language: Words
    audiences: tuple[Words, ...]
    audiences_also: tuple[Words, ...] = ()


@dataclass(frozen=True, slots=True)
class Truth:
    """The four lists; each maps a document's path below the folder of documents to what was found in it."""

    main_text: Mapping[str, MainText]
    channels: Mapping[str, KnownChannels]
    dates: Mapping[str, KnownDates]
    facts: Mapping[str, KnownFacts]

    @property
    def documents(self) -> tuple[str, ...]:
        """The paths of all documents of the lists, sorted."""
        return tuple(sorted({*self.main_text, *self.channels, *self.dates, *self.facts}))


Record = TypeVar("Record", bound=TruthRecord)


def load_truth(folder: Path) -> Truth:
    """Return the lists of `folder`; a list that is absent there is empty.

    Raises TruthError with every fault of the first file that is not of its form, or if the folder holds no list.
    """
    files = ("main_text", "channels", "dates", "facts")
    if not any((folder / f"{name}.yaml").is_file() for name in files):
        raise TruthError(folder, [Fault(0, f"this folder holds none of {', '.join(f'{n}.yaml' for n in files)}")])
    return Truth(
        _load(folder / "main_text.yaml", MainText),
        _load(folder / "channels.yaml", KnownChannels),
        _load(folder / "dates.yaml", KnownDates),
        _load(folder / "facts.yaml", KnownFacts),
    )


def _load(path: Path, model: type[Record]) -> dict[str, Record]:
    if not path.is_file():
        return {}
    try:
        content: Any = yaml.safe_load(path.read_text(encoding="utf-8"))
        return TypeAdapter(dict[str, model]).validate_python(content or {})  # type: ignore[valid-type]
    except yaml.YAMLError as error:
        raise TruthError(path, [Fault(0, f"not YAML: {error}")]) from error
    except ValidationError as error:
        faults = [Fault(0, f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}") for fault in error.errors()]
        raise TruthError(path, faults) from error
