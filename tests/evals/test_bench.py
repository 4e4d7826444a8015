"""The ingest benchmark: made-up policies that are read, the stock pipeline's cuts, and both measured in one run."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest

from evals.generated import generated_policy
from evals.stock import SHARED, SIZE, split_recursively, stock_model
from ingest.manifest import Entry
from ingest.reader import read_policy

ROOT = Path(__file__).parents[2]


def test_made_up_policies_are_the_same_each_time_and_differ_from_each_other() -> None:
    assert generated_policy(3) == generated_policy(3)
    sentences = [set(generated_policy(number).replace("\n", " ").split(". ")) for number in range(4)]
    assert all(len(one & other) < len(one) / 20 for one, other in pairwise(sentences))
    assert all(3_000 < len(generated_policy(number).split()) < 4_500 for number in range(40))


def test_made_up_policies_are_read_as_policies() -> None:
    policy = read_policy(generated_policy(5).encode(), "five.md", Entry(id="five", source="five.md"))
    assert (policy.company, policy.version) == ("Falstaff Outfitters", "2025-06-06")
    assert len(policy.clauses) > 40


def test_stock_chunks_are_cut_at_paragraphs_and_share_their_ends() -> None:
    text = "\n\n".join(f"Paragraph {number} says {'word ' * 30}end{number}." for number in range(20))
    chunks = split_recursively(text)
    assert max(map(len, chunks)) <= SIZE
    assert all(f"end{number}." in " ".join(chunks) for number in range(20))
    shared = [
        max((n for n in range(SHARED + 1) if one[-n:] == other[:n] and n), default=0) for one, other in pairwise(chunks)
    ]
    assert all(100 < n <= SHARED for n in shared)


def test_a_text_without_breaks_is_cut_all_the_same() -> None:
    chunks = split_recursively("x" * 2_500)
    assert max(map(len, chunks)) <= SIZE
    assert chunks[0] == "x" * SIZE
    assert sum(map(len, chunks)) >= 2_500


@pytest.mark.skipif(stock_model() is None, reason="the stock model is not installed: the extra `train`")
def test_ingest_makes_more_passages_searchable_per_cpu_second_than_the_stock_pipeline() -> None:
    command = [sys.executable, "-m", "cli", "bench", "ingest", "--documents", "1", "--json"]
    environment = os.environ | {"HF_HUB_OFFLINE": "1"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=600)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)["ingest"]
    assert told["ours"]["passages"] > 100
    assert told["passages_ratio"] > 2.5
