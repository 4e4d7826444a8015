"""What a source stands for: the documents of a file, a folder, an archive, a manifest or a web address, and their ids.

Listing reads no document, only names; `read_content` gets the bytes when their turn comes.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path, PurePath
from urllib.parse import urlsplit

from ingest.errors import ArchiveError, DocumentTooLargeError, IngestError, SourceNotFoundError
from ingest.formats import BY_ENDING
from ingest.manifest import Entry, read_manifest

MAX_BYTES = 10 * 1024 * 1024
MAX_ARCHIVE_BYTES = 50 * 1024 * 1024
MANIFESTS = {".yaml", ".yml"}
WEB_ADDRESS = re.compile(r"https?:/+", re.IGNORECASE)
DATE_STEM = re.compile(r"(\d{4})[-_.]?(\d{2})[-_.]?(\d{2})")

# Names of an archive's members, each with why it is refused or None.
ListMembers = Callable[[bytes, str], list[tuple[str, str | None]]]


@dataclass(frozen=True, slots=True)
class Document:
    """One document to read. `source` is what reports call it; `place` is a path, or a web address if `is_page`.

    `member` is its name inside the archive at `place`, None outside archives. `history` names the folder whose files are
    the versions of one policy, oldest first; None for a policy in one file. `trail` are the names from which an id is made,
    the last one first; it is empty where the operator gave the id. `failure` tells why it cannot be read at all.
    """

    source: str
    place: str
    entry: Entry
    is_page: bool = False
    member: str | None = None
    history: str | None = None
    trail: tuple[str, ...] = ()
    failure: IngestError | None = None

    def with_id(self, policy_id: str) -> Document:
        """Return the document as one of that policy."""
        return replace(self, entry=self.entry.model_copy(update={"id": policy_id}))


@dataclass(frozen=True, slots=True)
class Content:
    """The bytes of a document, or of the archive that holds it. `name` tells the format by its ending."""

    data: bytes
    name: str
    charset: str | None = None
    url: str | None = None


def default_id(name: str) -> str:
    """Return a policy id made of a name."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:80].strip("-") or "policy"


def list_documents(sources: Sequence[Path | str], members: ListMembers) -> list[Document]:
    """Return the documents of all sources in the order given, each with an id of its own; a bad source is one that failed.

    Two documents whose names are alike get the names of their folders before them, so that they never become versions of
    one policy unseen.
    """
    found: list[Document] = []
    for source in sources:
        try:
            found += _documents(str(source), members)
        except IngestError as error:
            found.append(_failed(str(source), PurePath(source).stem, error))
    return _with_own_ids(found)


def read_content(document: Document) -> Content:
    """Return the bytes of a document, never more than the limit. Raises an IngestError."""
    if document.failure is not None:
        raise document.failure
    if document.is_page:
        from ingest.fetch import fetch_page

        page = fetch_page(document.place)
        return Content(page.data, f"page{page.ending}", page.charset, page.url)
    path = Path(document.place)
    return Content(_read(path, MAX_BYTES if document.member is None else MAX_ARCHIVE_BYTES), path.name)


def _documents(source: str, members: ListMembers) -> Iterator[Document]:
    if WEB_ADDRESS.match(source):
        yield _page(source, None)
        return
    path = Path(source)
    if not path.exists():
        raise SourceNotFoundError(source, "there is no such file or folder")
    if path.is_dir():
        manifest = next((path / name for name in ("policies.yaml", "policies.yml") if (path / name).is_file()), None)
        yield from _manifest(manifest) if manifest is not None else _folder(path, members)
    elif path.suffix.lower() in MANIFESTS:
        yield from _manifest(path)
    elif path.suffix.lower() == ".zip":
        yield from _archive(path, path.name, members)
    else:
        yield _file(path, path.name)


def _manifest(path: Path) -> Iterator[Document]:
    for entry in read_manifest(path):
        if WEB_ADDRESS.match(entry.source):
            yield _page(entry.source, entry)
        else:
            place = path.parent / entry.source
            yield Document(place.name, str(place), entry)


def _page(address: str, entry: Entry | None) -> Document:
    address = WEB_ADDRESS.sub(lambda scheme: f"{scheme.group().split(':')[0]}://", address, count=1)
    if entry is not None:
        return Document(address, address, entry, is_page=True)
    parts = urlsplit(address)
    host = (parts.hostname or "page").removeprefix("www.")
    trail = (host, *(part for part in parts.path.split("/") if part))
    return Document(address, address, Entry(id=default_id(host), source=address), is_page=True, trail=trail)


def _file(path: Path, source: str) -> Document:
    trail = (path.stem, *reversed(path.resolve().parent.parts[1:]))
    return Document(source, str(path), Entry(id=default_id(path.stem), source=path.name), trail=trail)


def _folder(folder: Path, members: ListMembers) -> Iterator[Document]:
    """Yield the files below a folder by name, those of a folder of dates in the order of their dates."""
    files = sorted(
        path
        for path in folder.rglob("*")
        if path.suffix.lower() in BY_ENDING
        and not any(part.startswith(".") for part in path.relative_to(folder).parts)
        and path.is_file()
    )
    if not files:
        known = ", ".join(sorted(BY_ENDING))
        raise SourceNotFoundError(str(folder), f"no document in this folder; known endings: {known}")
    by_parent: dict[Path, list[Path]] = {}
    for path in files:
        by_parent.setdefault(path.parent, []).append(path)
    for parent, inside in by_parent.items():
        named = parent.resolve()
        dated = [(day, path) for path in inside if (day := _date_of(path.stem)) is not None]
        for day, path in sorted(dated) if len(dated) == len(inside) else [(None, path) for path in inside]:
            source = path.relative_to(folder).as_posix()
            if path.suffix.lower() == ".zip":
                yield from _archive_or_failure(path, source, members)
            elif day is not None:
                trail = tuple(reversed(named.parts[1:]))
                yield _dated(
                    Document(source, str(path), _entry(named.name, path.name), history=str(named), trail=trail), day
                )
            else:
                yield _file(path, source)


def _archive_or_failure(path: Path, source: str, members: ListMembers) -> Iterator[Document]:
    try:
        yield from _archive(path, source, members)
    except IngestError as error:
        yield _failed(source, path.stem, error)


def _archive(path: Path, source: str, members: ListMembers) -> Iterator[Document]:
    """Yield the members of an archive, each a document of its own; those of a folder of dates are one policy's versions."""
    listed = members(_read(path, MAX_ARCHIVE_BYTES), path.name)
    folders: dict[PurePath, list[tuple[str, str | None]]] = {}
    for member, refused in listed:
        folders.setdefault(PurePath(member).parent, []).append((member, refused))
    outside = tuple(reversed(path.resolve().parent.parts[1:]))
    for parent, inside in folders.items():
        above = (*reversed(parent.parts), path.stem, *outside)
        dated = [(day, name, why) for name, why in inside if (day := _date_of(PurePath(name).stem)) is not None]
        is_history = len(dated) == len(inside)
        for day, member, refused in (
            sorted(dated, key=lambda one: one[:2]) if is_history else [(None, *one) for one in inside]
        ):
            name = f"{source}/{member}"
            if refused is not None:
                yield _failed(name, PurePath(member).stem, ArchiveError(name, refused))
                continue
            stem = PurePath(member).stem
            entry = _entry(above[0] if is_history else stem, member)
            if day is not None:
                history = f"{path.resolve()}/{parent}"
                yield _dated(Document(name, str(path), entry, member=member, history=history, trail=above), day)
            else:
                yield Document(name, str(path), entry, member=member, trail=(stem, *above))


def _entry(name: str, source: str) -> Entry:
    return Entry(id=default_id(name), source=source)


def _dated(document: Document, day: str) -> Document:
    hints = {"default_company": document.trail[0], "default_date": day}
    return replace(document, entry=document.entry.model_copy(update=hints))


def _date_of(stem: str) -> str | None:
    """Return YYYY-MM-DD if a file is named by a date, None if it is not."""
    match = DATE_STEM.fullmatch(stem)
    if match is None:
        return None
    try:
        return date(*(int(part) for part in match.groups())).isoformat()
    except ValueError:
        return None


def _failed(source: str, name: str, error: IngestError) -> Document:
    return Document(source, source, Entry(id=default_id(name), source=source), failure=error)


def _with_own_ids(documents: list[Document]) -> list[Document]:
    """Return the documents with ids that no two policies share; those that the operator gave stay as they are."""
    policies = {_policy_of(document): document for document in documents if document.trail}
    given = Counter(document.entry.id for document in documents if not document.trail and document.failure is None)
    ids = {policy: document.entry.id for policy, document in policies.items()}
    for names in range(2, 2 + max((len(document.trail) for document in policies.values()), default=0)):
        counted = Counter(ids.values()) + given
        alike = [policy for policy in ids if counted[ids[policy]] > 1]
        if not alike:
            break
        for policy in alike:
            trail = policies[policy].trail[:names]
            ids[policy] = default_id("-".join(reversed(trail)) if not policies[policy].is_page else "-".join(trail))
    taken, counted = Counter[str]() + given, Counter(ids.values())
    for policy, document in policies.items():
        # Files of one folder that differ in their endings only.
        if taken[ids[policy]] or counted[ids[policy]] > 1:
            ids[policy] = default_id(f"{document.trail[0]}-{PurePath(document.member or document.place).suffix}")
        number, free = 1, ids[policy]
        while taken[free]:
            number += 1
            free = f"{ids[policy][:76]}-{number}"
        ids[policy] = free
        taken[free] += 1
    return [document.with_id(ids[_policy_of(document)]) if document.trail else document for document in documents]


def _policy_of(document: Document) -> tuple[str, str | None]:
    """Return what makes a document a policy of its own: its place, or the folder of its versions."""
    if document.history is not None:
        return document.history, None
    return (document.place if document.is_page else str(Path(document.place).resolve())), document.member


def _read(path: Path, most: int) -> bytes:
    """Return the file's bytes, never more than the limit."""
    try:
        with path.open("rb") as file:
            data = file.read(most + 1)
    except FileNotFoundError as error:
        raise SourceNotFoundError(path.name, "there is no such file") from error
    except OSError as error:
        raise SourceNotFoundError(path.name, f"the file cannot be read: {error.strerror}") from error
    if len(data) > most:
        limit = most // (1024 * 1024)
        raise DocumentTooLargeError(
            path.name, f"the file is over {limit} MB; a policy is text of a few hundred kB at most"
        )
    return data
