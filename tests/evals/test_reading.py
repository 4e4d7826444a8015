"""The reading of documents measured against lists made by eye, on two fictional documents."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from cli import app
from evals.errors import TruthError
from evals.reading import measure_reading
from evals.reading_channels import same_address
from evals.reading_report import format_reading, totals
from evals.reading_truth import load_truth

POLICY = """# Fernhill privacy policy

Last updated: 4 March 2026

Fernhill Ltd ("Fernhill", "we") collects your personal data when you order a bicycle, and keeps it for two years.

We do not sell your personal data. You may ask us to delete your data: write to privacy@fernhill.example or call 800-555-0142.

We use cookies to remember your basket. Questions about privacy go to Fernhill Ltd, 12 Mill Road, Dover, DE 19901.
"""
MAIN = {
    "html/fern.md": {
        "inside": ["We do not sell your personal data.", "This sentence is nowhere"],
        "outside": ["Ten hills to ride", "We use cookies"],
    }
}
CHANNELS = {
    "html/fern.md": {
        "channels": [
            {"type": "email", "value": "Privacy@fernhill.example", "desk": "privacy", "desk_also": ["general"]},
            {"type": "mail", "value": "12 Mill Road Dover, DE 19901", "desk": "general", "desk_also": ["privacy"]},
            {"type": "web_form", "value": None, "desk": "privacy"},
            {"type": "web_form", "value": "https://fernhill.example/f", "desk": "privacy", "optional": True},
        ],
        "self_service": [{"kind": "account", "target": "https://fernhill.example/account"}],
    }
}
DATES = {"html/fern.md": {"updated": "2026-03-04", "effective": None, "created": None}}
FACTS = {
    "html/fern.md": {
        "company": ["Fernhill"],
        "entity": None,
        "entity_also": ["Fernhill, Ltd."],
        "regimes": [],
        "language": "en",
        "audiences": [],
    }
}


@pytest.fixture
def corpora(tmp_path: Path) -> Path:
    (tmp_path / "documents/html").mkdir(parents=True)
    (tmp_path / "documents/versions/Acorn").mkdir(parents=True)
    (tmp_path / "documents/html/fern.md").write_text(POLICY)
    for day in ("2025-01-01", "2026-01-01"):
        (tmp_path / f"documents/versions/Acorn/{day}.md").write_text(
            "# A recipe\n\nTake two eggs and beat them well.\n"
        )
    return tmp_path / "documents"


@pytest.fixture
def expected(tmp_path: Path) -> Path:
    folder = tmp_path / "expected"
    folder.mkdir()
    for name, content in {"main_text": MAIN, "channels": CHANNELS, "dates": DATES, "facts": FACTS}.items():
        (folder / f"{name}.yaml").write_text(yaml.safe_dump(content))
    return folder


def test_every_page_and_the_newest_of_each_service_is_measured(corpora: Path, expected: Path) -> None:
    readings = measure_reading(corpora, load_truth(expected))
    assert [(one.name, one.status) for one in readings] == [
        ("html/fern.md", "read"),
        ("versions/Acorn/2026-01-01.md", "failed"),
    ]
    assert readings[1].reason
    assert "no privacy policy" in readings[1].reason


def test_what_is_kept_let_in_lost_and_wrong(corpora: Path, expected: Path) -> None:
    one = measure_reading(corpora, load_truth(expected))[0]
    assert one.kept
    assert one.let_in
    assert one.channels
    assert one.dates
    assert one.facts
    assert (one.kept.found, one.kept.listed, one.kept.lost) == (1, 2, ("This sentence is nowhere",))
    assert (one.let_in.found, one.let_in.listed, one.let_in.wrong) == (1, 2, ("We use cookies",))
    score = one.channels
    assert (score.right, score.found, score.met, score.listed) == (2, 3, 2, 3)
    assert (score.lost, score.wrong) == (("web_form: no link",), ("phone: 800-555-0142",))
    assert (score.steps, score.listed_steps) == (0, 1)
    assert (one.dates.found, one.dates.listed) == (3, 3)
    assert (one.facts.company, one.facts.entity, one.facts.language) == (True, True, True)


def test_a_mean_stands_beside_its_n_and_one_input_gives_one_page(corpora: Path, expected: Path) -> None:
    readings = measure_reading(corpora, load_truth(expected))
    shares = {share.name: str(share) for share in totals(readings)}
    assert shares["documents read"] == "0.500 (1 of 2)"
    assert shares["channels: precision"] == "0.667 (2 of 3)"
    assert shares["regimes: precision"] == "- (0)"
    page = format_reading(readings)
    assert page == format_reading(measure_reading(corpora, load_truth(expected)))
    assert "| html/fern.md | read |" in page
    assert "- html/fern.md: This sentence is nowhere" in page


@pytest.mark.parametrize(
    ("found", "wanted", "same"),
    [
        ("https://www.fernhill.example/f/", "http://fernhill.example/f", True),
        ("/f", "https://fernhill.example/f", True),
        ("https://fernhill.example/f", "https://fernhill.example/g", False),
        ("/", "https://fernhill.example/f", False),
    ],
)
def test_two_spellings_of_a_web_address(found: str, wanted: str, same: bool) -> None:
    assert same_address(found, wanted, None) is same


def test_an_unknown_field_is_refused_with_its_place(expected: Path) -> None:
    (expected / "dates.yaml").write_text(yaml.safe_dump({"a.md": {**DATES["html/fern.md"], "printed": None}}))
    with pytest.raises(TruthError, match=r"dates.yaml.*a\.md\.printed: Extra inputs"):
        load_truth(expected)


def test_the_command_writes_the_page_and_says_what_is_missing(corpora: Path, expected: Path, tmp_path: Path) -> None:
    out = tmp_path / "reading.md"
    run = CliRunner().invoke(app, ["eval", "reading", str(corpora), "--expected", str(expected), "--out", str(out)])
    assert run.exit_code == 0
    assert "main text kept                     0.500 (1 of 2)" in run.output
    assert out.read_text().startswith("# Reading real documents")
    absent = CliRunner().invoke(app, ["eval", "reading", str(tmp_path / "none"), "--expected", str(expected)])
    assert absent.exit_code == 2
    assert "the real documents are not part of this repository" in absent.output.lower().replace("\n", " ")
