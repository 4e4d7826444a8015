"""Quote law: every quote is the stored text at its place, byte for byte, as `policies show --text` prints it."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select, update

from bot.bot import PolicyBot
from bot.build import build_bot
from bot.citations import check_quote_law
from bot.errors import QuoteLawError
from bot.reply import Answer, Turn
from tests.laws.checks import quote_breaches, quoted
from vectorstore import database as db
from vectorstore.policy import Policy
from vectorstore.settings import StoreSettings

StoredText = Callable[[str, str], str]


def test_every_quote_is_the_stored_text_byte_for_byte(answers: list[Answer], stored_text: StoredText) -> None:
    assert [breach for answer in answers for breach in quote_breaches(answer, stored_text)] == []
    # The law was put to the test, by every kind of reply that quotes.
    statuses = Counter(answer.status for answer in answers for _ in quoted(answer))
    assert statuses["answered"] > 40
    assert statuses["request"] > 40
    assert statuses["silent"] > 4


def test_quotes_of_follow_ups_keep_the_law(bot: PolicyBot, stored_text: StoredText) -> None:
    history: list[Turn] = []
    for question in ("does tidewell sell my data?", "and how long do they keep it?", "where?", "ok delete it all then"):
        answer = bot.reply(question, (), history)
        assert quote_breaches(answer, stored_text) == []
        history.append(Turn(question=question, policy_ids=answer.policy_ids))


def with_citation(answer: Answer, **changes: object) -> Answer:
    first, *rest = answer.citations
    return answer.model_copy(update={"citations": [first.model_copy(update=changes), *rest]})


@pytest.fixture
def sound(bot: PolicyBot) -> Answer:
    answer = bot.reply("does larkspur sell my info?")
    assert answer.citations
    return answer


def test_the_check_sees_one_changed_byte(sound: Answer, stored_text: StoredText) -> None:
    first = sound.citations[0]
    assert quote_breaches(sound, stored_text) == []
    for changes in (
        {"quote": first.quote[:-1] + chr(ord(first.quote[-1]) ^ 1)},
        {"quote": first.quote.upper()},
        {"start": first.start - 1},
        {"end": first.end + 1, "quote": first.quote + "\x00"},
        {"start": -first.end, "end": -first.start},
        {"start": 0, "end": 0},
        {"quote": "", "start": 5, "end": 5},
    ):
        assert len(quote_breaches(with_citation(sound, **changes), stored_text)) == 1, changes


def test_the_check_sees_a_changed_quote_of_a_request(bot: PolicyBot, stored_text: StoredText) -> None:
    answer = bot.reply("delete everything larkspur has on me")
    assert answer.request is not None
    assert quote_breaches(answer, stored_text) == []
    channel = answer.request.channels[0].model_copy(update={"quote": "Write to us."})
    changed = answer.request.model_copy(update={"channels": [channel]})
    assert len(quote_breaches(answer.model_copy(update={"request": changed}), stored_text)) == 1
    unpinned = answer.request.model_copy(update={"versions": {}})
    assert quote_breaches(answer.model_copy(update={"request": unpinned}), stored_text) != []


def test_a_stored_text_that_changes_by_one_byte_under_an_answer_is_noticed(data_dir: Path, tmp_path: Path) -> None:
    shutil.copytree(data_dir, tmp_path / "data")
    bot = build_bot(StoreSettings(tmp_path / "data"))
    answer = bot.reply("does larkspur sell my info?")
    check_quote_law(answer, bot.library)
    cited = answer.citations[0]
    place = db.versions.c.policy_id == cited.policy_id, db.versions.c.version == cited.version
    with db.writing(bot.library._engine) as connection:
        record = json.loads(connection.execute(select(db.versions.c.record).where(*place)).scalar_one())
        middle = (cited.start + cited.end) // 2
        record["text"] = record["text"][:middle] + "#" + record["text"][middle + 1 :]
        connection.execute(update(db.versions).where(*place).values(record=json.dumps(record)))
        db.set_state(connection, db.REVISION, "77")
    with pytest.raises(QuoteLawError) as caught:
        check_quote_law(answer, bot.library)
    assert (caught.value.policy_id, caught.value.start) == (cited.policy_id, cited.start)
    assert quote_breaches(answer, lambda policy_id, version: bot.library.get(policy_id, version).text) != []


def test_a_reply_whose_policy_changed_meanwhile_is_withheld(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bot = build_bot(StoreSettings(data_dir))
    bot.reply("does larkspur sell my info?")
    stored = bot.library.get

    def changed(policy_id: str, version: str | None = None) -> Policy:
        policy = stored(policy_id, version)
        return replace(policy, text="#" + policy.text)

    monkeypatch.setattr(bot.library, "get", changed)
    with pytest.raises(QuoteLawError):
        bot.reply("does larkspur sell my info?")


def test_offsets_count_characters_whatever_the_script(tmp_path: Path) -> None:
    """A quote behind characters of two, three and four bytes is still at its place."""
    from tests.vectorstore.shelf import document, open_library, put

    words: Sequence[str] = ("Ünïcode – “privacy” 🏊 policy ﬁrst.", "We never sell personal data.")
    library = open_library(tmp_path)
    put(library, document("birch", *words))
    policy: Policy = library.get("birch")
    assert [policy.text[c.start : c.end] for c in policy.clauses] == list(words)
