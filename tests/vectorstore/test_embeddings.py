"""The embedders: unit vectors that do not depend on their neighbours, files that prove themselves, and domain sense."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from langchain_core.embeddings import Embeddings

from vectorstore.embeddings import EMBEDDERS, OnnxEmbedder, PolicyEmbedder, open_embedder
from vectorstore.errors import ModelError, StoreError
from vectorstore.langchain_embeddings import LangChainEmbeddings
from vectorstore.onnx_model import MODEL_FOLDER

TEXTS = [
    "Can they sell my data?",
    "We do not sell personal information.",
    "no",
    "Orders placed before noon leave our warehouse the same day, except on public holidays. " * 12,
    "Send a letter to the address below and we will erase what we hold about you within thirty days.",
]


@pytest.fixture(scope="module")
def model() -> OnnxEmbedder:
    return OnnxEmbedder.open()


@pytest.fixture(params=["onnx", "hash"])
def embedder(request: pytest.FixtureRequest) -> PolicyEmbedder:
    return open_embedder(request.param)


def copy_model(folder: Path) -> Path:
    copied = folder / "model"
    shutil.copytree(MODEL_FOLDER, copied)
    return copied


def test_vectors_have_unit_length_and_the_stated_dimension(embedder: PolicyEmbedder) -> None:
    vectors = embedder.encode(TEXTS)
    assert vectors.dtype == np.float32
    assert vectors.shape == (5, 384)
    assert embedder.dimension == 384
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(5), abs=1e-5)


def test_a_vector_does_not_depend_on_the_texts_beside_it(embedder: PolicyEmbedder) -> None:
    together = embedder.encode(TEXTS)
    alone = np.vstack([embedder.encode([text]) for text in TEXTS])
    backwards = embedder.encode(TEXTS[::-1])[::-1]
    assert np.abs(together - alone).max() < 1e-6
    assert np.abs(together - backwards).max() < 1e-6


def test_a_second_session_gives_the_same_vectors(model: OnnxEmbedder) -> None:
    again = OnnxEmbedder.open(threads=1).encode(TEXTS)
    assert np.abs(model.encode(TEXTS) - again).max() < 1e-5


def test_rows_keep_the_order_of_the_texts(model: OnnxEmbedder) -> None:
    similar = model.encode(TEXTS) @ model.encode(TEXTS[::-1]).T
    assert similar.argmax(axis=1).tolist() == [4, 3, 2, 1, 0]


def test_langchain_methods_return_lists_of_the_same_numbers(embedder: PolicyEmbedder) -> None:
    documents = embedder.embed_documents(TEXTS)
    assert isinstance(documents[0][0], float)
    assert documents == embedder.encode(TEXTS).tolist()
    assert embedder.embed_query(TEXTS[0]) == pytest.approx(documents[0], abs=1e-6)


def test_an_embedder_can_be_langchains_own_class(embedder: PolicyEmbedder) -> None:
    wrapped = LangChainEmbeddings(embedder)
    assert isinstance(wrapped, Embeddings)
    assert wrapped.embed_documents(TEXTS) == embedder.embed_documents(TEXTS)
    assert wrapped.embed_query(TEXTS[0]) == embedder.embed_query(TEXTS[0])


def test_no_texts_give_no_rows(embedder: PolicyEmbedder) -> None:
    assert embedder.encode([]).shape == (0, 384)
    assert embedder.embed_documents([]) == []


@pytest.mark.parametrize("text", ["", " \n\t", "x" * 10_000, "word " * 2_000, "\x00\x07", "\ud800 lone", "Ω 数据 🍪"])
def test_odd_texts_have_a_unit_vector(embedder: PolicyEmbedder, text: str) -> None:
    vector = embedder.encode([text])[0]
    assert np.isfinite(vector).all()
    assert float(np.linalg.norm(vector)) == pytest.approx(1.0, abs=1e-5)


def test_words_past_the_limit_of_256_tokens_do_not_count(model: OnnxEmbedder) -> None:
    long = "we keep your order history and the address it went to " * 40
    cut, other = model.encode([long, long + "but never your card number"])
    assert np.array_equal(cut, other)


def test_changed_weights_are_refused(tmp_path: Path) -> None:
    folder = copy_model(tmp_path)
    weights = bytearray((folder / "model.onnx").read_bytes())
    weights[-1] ^= 1
    (folder / "model.onnx").write_bytes(bytes(weights))
    with pytest.raises(ModelError, match="sha256"):
        OnnxEmbedder.open(folder)


@pytest.mark.parametrize("name", ["model.onnx", "tokenizer.json", "model.json"])
def test_a_missing_file_is_named(tmp_path: Path, name: str) -> None:
    folder = copy_model(tmp_path)
    (folder / name).unlink()
    with pytest.raises(ModelError, match=name.replace(".", r"\.")):
        OnnxEmbedder.open(folder)


@pytest.mark.parametrize("card", ["", "[]", json.dumps({"name": "x", "sha256": "0"})])
def test_a_broken_card_is_refused(tmp_path: Path, card: str) -> None:
    folder = copy_model(tmp_path)
    (folder / "model.json").write_text(card)
    with pytest.raises(ModelError, match=r"model\.json"):
        OnnxEmbedder.open(folder)


def test_a_broken_tokenizer_is_refused(tmp_path: Path) -> None:
    folder = copy_model(tmp_path)
    (folder / "tokenizer.json").write_text("{}")
    with pytest.raises(ModelError, match=r"tokenizer\.json"):
        OnnxEmbedder.open(folder)


def test_model_errors_are_store_errors() -> None:
    assert issubclass(ModelError, StoreError)


@pytest.mark.parametrize("spec", ["word2vec", "", "ONNX", "onxx:folder"])
def test_an_unknown_embedder_names_the_known_ones(spec: str) -> None:
    with pytest.raises(ValueError, match="onnx, sentence-transformers, hash") as caught:
        open_embedder(spec)
    assert repr(spec) in str(caught.value)


def test_the_table_and_the_default_agree() -> None:
    assert list(EMBEDDERS) == ["onnx", "sentence-transformers", "hash"]
    assert isinstance(open_embedder(), OnnxEmbedder)


def test_a_folder_may_follow_the_name(tmp_path: Path) -> None:
    assert open_embedder(f"onnx:{copy_model(tmp_path)}").name == open_embedder("onnx").name
    with pytest.raises(ModelError):
        open_embedder(f"onnx:{tmp_path / 'absent'}")


def test_sentence_transformers_needs_a_model_name() -> None:
    with pytest.raises(ValueError, match="MODEL_OR_PATH"):
        open_embedder("sentence-transformers")


def test_the_shipped_files_are_small_and_name_their_model(model: OnnxEmbedder) -> None:
    assert (MODEL_FOLDER / "model.onnx").stat().st_size < 30_000_000
    assert model.name == json.loads((MODEL_FOLDER / "model.json").read_text())["name"]


def test_running_the_model_imports_no_torch() -> None:
    program = (
        "import sys; from vectorstore.embeddings import open_embedder; open_embedder().embed_query('hello');"
        "print(sorted({'torch', 'transformers', 'sentence_transformers'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


# question, what answers it, what shares its words and does not
SANITY = [
    (
        "do you flog my details to other companies",
        "We do not sell personal information to anyone.",
        "We sell cameras and printers in our shop.",
    ),
    (
        "how do i get you to forget me",
        "You may ask us to erase the personal data we hold about you.",
        "If you forget your password, use the link on the sign-in page.",
    ),
    (
        "can my sister ask on my behalf",
        "An authorized agent may submit a request for you with written permission.",
        "You may send a gift to a family member and ask us to wrap it.",
    ),
    (
        "how long is my stuff kept",
        "Records are retained for six years after the contract ends.",
        "Keep your receipt in a safe place as proof of purchase.",
    ),
    (
        "is my kid allowed to sign up",
        "Our services are not directed to children under 13.",
        "Sign up for our newsletter to hear about offers for the whole family.",
    ),
    (
        "make the emails stop",
        "Click unsubscribe at the bottom of any marketing message to stop receiving them.",
        "Send us an e-mail if your order has not arrived.",
    ),
]


@pytest.mark.parametrize(("question", "answer", "near_miss"), SANITY)
def test_a_question_lies_closer_to_its_answer_than_to_a_near_miss(
    model: OnnxEmbedder, question: str, answer: str, near_miss: str
) -> None:
    asked, right, wrong = model.encode([question, answer, near_miss])
    assert float(asked @ right) > float(asked @ wrong)
