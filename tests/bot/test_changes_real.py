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

ENOUGH = 11  # of the twelve; the desk must answer ten

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


def test_changes_are_quoted_exactly_from_both_versions(bot: PolicyBot) -> None:
    missed = []
    for case in CASES:
        answer = bot.reply(case["question"])
        assert answer.status == "answered", case["question"]
        assert len(answer.citations) <= 5
        assert sum(len(citation.quote) for citation in answer.citations) <= 1_200
        for citation in answer.citations:
            text = bot.library.get(citation.policy_id, citation.version).text
            assert text[citation.start : citation.end] == citation.quote
        wanted = [snippet for snippet in (case["old"], case["new"]) if snippet is not None]
        holding = [next((c for c in answer.citations if snippet in c.quote), None) for snippet in wanted]
        found = [citation.version for citation in holding if citation is not None]
        # The old words and the new ones are quoted from two versions.
        if len(found) < len(wanted) or len(set(found)) < len(found):
            missed.append(case["question"])
    assert len(missed) <= len(CASES) - ENOUGH, missed
