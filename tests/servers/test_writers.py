"""Two processes that write to one library on servers: nothing is lost, no version is taken twice."""

from __future__ import annotations

from pathlib import Path

from tests.servers.firms import FIRMS, Edition
from tests.servers.stores import read_settings, write_settings
from tests.servers.test_kills import start
from vectorstore.library import PolicyLibrary


def test_two_processes_fill_an_empty_library_at_once(tmp_path: Path, fresh_database: str, chroma_url: str) -> None:
    folders = [tmp_path / name for name in ("one", "other")]
    processes = []
    for folder in folders:
        folder.mkdir()
        settings = write_settings(
            folder / "settings.json", folder / "var", database_url=fresh_database, chroma_url=chroma_url
        )
        # Both make the tables of the empty database, and both put in the same editions.
        processes.append(start("ingester", settings, "1"))
    acknowledged: set[tuple[str, int]] = set()
    for process in processes:
        assert process.stdout is not None
        for line in process.stdout:
            word, firm, number = line.split()
            if word == "in":
                acknowledged.add((firm, int(number)))
            if word == "index" and firm == FIRMS[1]:
                break
        else:
            raise AssertionError(process.communicate()[1])
    for process in processes:
        process.kill()
        acknowledged |= {
            (line.split()[1], int(line.split()[2]))
            for line in process.communicate()[0].splitlines()
            if line.startswith("in ") and len(line.split()) == 3
        }
    library = PolicyLibrary.open(read_settings(folders[0] / "settings.json", scan_up_to=0))
    assert {(FIRMS[0], 1), (FIRMS[1], 1)} <= acknowledged
    for firm, number in acknowledged:
        versions = library.versions(firm.lower())
        assert Edition(firm, number).version in versions
        assert len(versions) == len({library.get(firm.lower(), version).text for version in versions})
        assert not [version for version in versions if version.endswith("-2")]
    library.ensure_index()
    assert library._generations.search(library.embedder.encode(["order records"])[0], 3) is not None
