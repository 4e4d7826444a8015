"""A process that asks all the while and judges every answer; run as a script until its standard input closes.

Usage: python -m tests.servers.asker SETTINGS.json. It prints one JSON object at the end: how many answers there were, how many
searches the index served, and what was wrong, in words.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from itertools import count
from pathlib import Path

from bot.bot import PolicyBot
from bot.build import build_bot
from bot.reply import Answer
from tests.servers.firms import FIRMS, edition_of, months_said
from tests.servers.stores import read_settings

UNNAMED = "How long are order records kept after my purchase?"
PAUSE = 0.1  # seconds between questions: the writer needs the machine too


def judge(bot: PolicyBot, firm: str, answer: Answer) -> list[str]:
    """Return what is wrong with the answer to how long `firm` keeps order records."""
    if answer.status != "answered" or not answer.citations:
        return [f"{firm}: status {answer.status}"]
    faults = []
    for citation in answer.citations:
        stored = bot.library.get(citation.policy_id, citation.version).text
        if stored[citation.start : citation.end] != citation.quote:
            faults.append(f"{firm}: quote is not in {citation.version}")
        if citation.policy_id != firm.lower():
            faults.append(f"{firm}: cites {citation.policy_id}")
    if len({citation.version for citation in answer.citations}) > 1:
        faults.append(f"{firm}: cites several versions")
    said = [months for citation in answer.citations if (months := months_said(citation.quote)) is not None]
    true = edition_of(firm.lower(), answer.citations[0].version).months
    if said != [true] or str(true) not in answer.text:
        faults.append(f"{firm} {answer.citations[0].version}: says {said}, the version says {true}")
    return faults


def judge_unnamed(answer: Answer) -> list[str]:
    """Return what is wrong with the answer to a question that names none of the five firms: it must ask which is meant."""
    asks = answer.status == "needs_policy" and all(firm in answer.text for firm in FIRMS)
    return [] if asks else [f"unnamed: status {answer.status}: {answer.text}"]


def main(settings: Path) -> None:
    bots = [build_bot(read_settings(settings, scan_up_to=limit)) for limit in (0, 200)]
    closed = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), closed.set()), daemon=True).start()
    answers, indexed, faults, slowest = 0, 0, [], 0.0
    print("ready", flush=True)  # noqa: T201
    for turn in count():
        if closed.is_set():
            break
        for bot in bots:
            firm = FIRMS[turn % len(FIRMS)]
            began = time.perf_counter()
            try:
                faults += judge(bot, firm, bot.reply(f"How long does {firm} keep order records?"))
                faults += judge_unnamed(bot.reply(UNNAMED))
            except Exception as error:  # noqa: BLE001 - a failed answer is what this looks for
                faults.append(f"{firm}: {type(error).__name__}: {error}")
            slowest = max(slowest, time.perf_counter() - began)
            answers += 2
        indexed += bots[0].library._generations.search(bots[0].library.embedder.encode([UNNAMED])[0], 5) is not None
        time.sleep(PAUSE)
    print(json.dumps({"answers": answers, "indexed": indexed, "slowest": slowest, "faults": faults}))  # noqa: T201


if __name__ == "__main__":
    main(Path(sys.argv[1]))
