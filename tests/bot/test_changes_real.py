"""Hand-checked questions about what changed in real policies: answered with exact quotes of both versions."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from bot.bot import PolicyBot
from bot.build import build_bot
from ingest.manifest import Entry
from ingest.passages import passages_of
from ingest.reader import read_policy
from vectorstore.settings import StoreSettings

ROOT = Path(__file__).parents[2]
VERSIONS = ROOT.parent / "shared" / "corpora" / "versions"
CHECKED = ROOT / "tests" / "reading" / "changes.yaml"
CASES = yaml.safe_load(CHECKED.read_text(encoding="utf-8"))

pytestmark = pytest.mark.skipif(not VERSIONS.is_dir(), reason="the versioned policies lie beside the repository only")


@pytest.fixture(scope="module")
def bot(tmp_path_factory: pytest.TempPathFactory) -> PolicyBot:
    made = build_bot(StoreSettings(tmp_path_factory.mktemp("versions")))
    for service, day in sorted({(case["policy"], case[side]) for case in CASES for side in ("from", "to")}):
        file = VERSIONS / service / f"{day}.md"
        policy = read_policy(file.read_bytes(), file.name, Entry(id=service.lower(), source=file.name))
        passages = passages_of(policy, made.library.context_company(policy))
        made.library.put(policy, passages, seen=day)
    return made


@pytest.mark.parametrize("case", CASES, ids=[f"{case['policy']} {case['to']}" for case in CASES])
def test_a_change_is_quoted_from_both_versions(bot: PolicyBot, case: dict[str, str]) -> None:
    answer = bot.reply(case["question"])
    assert answer.status == "answered"
    assert sum(len(citation.quote) for citation in answer.citations) <= 1_200
    assert len(answer.citations) <= 5
    newest = max(bot.library.history.rows(case["policy"].lower()), key=lambda row: row.start).version
    for snippet, old in ((case["old"], True), (case["new"], False)):
        if snippet is None:
            continue
        holding = [citation for citation in answer.citations if snippet in citation.quote]
        assert holding, [citation.quote for citation in answer.citations]
        text = bot.library.get(holding[0].policy_id, holding[0].version).text
        assert text[holding[0].start : holding[0].end] == holding[0].quote
        if old:
            assert holding[0].version != newest
