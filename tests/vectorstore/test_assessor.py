"""The assessor: opinions that depend on their pair alone, sense of direction, and files that prove themselves."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from vectorstore.assessor import ASSESSOR_FOLDER, Assessor, evidence_text
from vectorstore.errors import ModelError

QUESTION = "do you sell my data?"
TEXTS = [
    "We do not sell personal information.",
    "We sell lists of our customers to other companies.",
    "Our shop sells umbrellas and raincoats.",
    "no",
]


@pytest.fixture(scope="module")
def assessor() -> Assessor:
    return Assessor.open()


def test_an_opinion_does_not_depend_on_the_texts_beside_it(assessor: Assessor) -> None:
    together = assessor.opinions(QUESTION, TEXTS)
    assert [assessor.opinions(QUESTION, [text])[0] for text in TEXTS] == together
    assert Assessor.open(threads=1).opinions(QUESTION, TEXTS[::-1])[::-1] == together


def test_an_opinion_is_made_of_probabilities(assessor: Assessor) -> None:
    for opinion in assessor.opinions(QUESTION, TEXTS):
        assert 0 < opinion.answers < 1
        assert opinion.yes + opinion.no + opinion.conditional == pytest.approx(1.0)
    assert assessor.opinions(QUESTION, []) == []


# Written for this test: neither sentence nor question stands in the material.
@pytest.mark.parametrize(
    ("question", "answers", "misses"),
    [
        ("how long are call recordings kept", "Recordings of calls are erased after ninety days.", "Calls may be recorded."),
        ("can I get a copy of my file", "You may ask us for a copy of what we hold on you.", "Files are kept in Bergen."),
        ("do you share with advertisers", "Advertisers receive nothing from us.", "We read advertisers' magazines."),
        ("who do I write to about this", "Write to privacy@oakmoor.example.", "We write to you when this notice changes."),
    ],
)  # fmt: skip
def test_what_answers_is_told_from_what_only_sounds_like_it(
    assessor: Assessor, question: str, answers: str, misses: str
) -> None:
    good, bad = assessor.opinions(question, [answers, misses])
    assert good.answers > bad.answers


@pytest.mark.parametrize(
    ("question", "text", "verdict"),
    [
        ("do you sell my data?", "We never sell your data to anybody.", "no"),
        ("do you sell my data?", "We sell customer data to several brokers.", "yes"),
        ("do I have to pay for a copy?", "Copies are free of charge.", "no"),
        ("can I use the site without an account?", "No account is needed to browse the site.", "yes"),
        ("will you delete my photos?", "We delete your photos only if you ask us in writing.", "conditional"),
    ],
)
def test_the_direction_is_that_of_the_question(assessor: Assessor, question: str, text: str, verdict: str) -> None:
    opinion = assessor.opinions(question, [text])[0]
    others = {"yes", "no", "conditional"} - {verdict} if verdict == "conditional" else {"yes", "no"} - {verdict}
    assert all(getattr(opinion, verdict) > getattr(opinion, other) for other in others)


@pytest.mark.parametrize(
    "text", ["", " \n\t", "x" * 10_000, "word " * 2_000, "\x00\x07", "\ud800 lone", "Ω 数据 🍪" * 900]
)
def test_odd_texts_get_an_opinion_on_either_side(assessor: Assessor, text: str) -> None:
    assert 0 < assessor.opinions(text, [TEXTS[0]])[0].answers < 1
    assert 0 < assessor.opinions(QUESTION, [text])[0].answers < 1
    assert 0 < assessor.opinions(text, [text])[0].answers < 1


def test_words_stand_under_a_short_heading() -> None:
    assert evidence_text("Your rights.", "You may ask.") == "Your rights: You may ask."
    assert evidence_text("", "You may ask.") == "You may ask."
    assert len(evidence_text("x" * 500, "You may ask.")) < 100


def test_changed_or_missing_weights_are_refused(tmp_path: Path) -> None:
    folder = tmp_path / "assessor"
    shutil.copytree(ASSESSOR_FOLDER, folder)
    weights = bytearray((folder / "model.onnx").read_bytes())
    weights[-1] ^= 1
    (folder / "model.onnx").write_bytes(bytes(weights))
    with pytest.raises(ModelError, match="sha256"):
        Assessor.open(folder)
    (folder / "model.onnx").unlink()
    with pytest.raises(ModelError, match=r"model\.onnx"):
        Assessor.open(folder)


def test_the_shipped_files_are_small_and_name_their_model(assessor: Assessor) -> None:
    assert (ASSESSOR_FOLDER / "model.onnx").stat().st_size < 30_000_000
    assert assessor.name == json.loads((ASSESSOR_FOLDER / "model.json").read_text())["name"]
    assert assessor.name in (ASSESSOR_FOLDER / "README.md").read_text()


def test_assessing_imports_no_torch() -> None:
    program = (
        "import sys; from vectorstore.assessor import Assessor; Assessor.open().opinions('why', ['because']);"
        "print(sorted({'torch', 'transformers', 'sentence_transformers'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
