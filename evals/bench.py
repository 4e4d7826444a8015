"""Benchmarks that measure the desk and the stock pipeline in one run, each in a process of its own."""

from __future__ import annotations

import multiprocessing
import resource
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from evals.errors import BenchError
from evals.generated import generated_policy
from evals.stock import HOW_TO_INSTALL, split_recursively, stock_model
from ingest import ingest_sources
from vectorstore import PolicyLibrary, StoreSettings, open_embedder

ENDING = ".md"


@dataclass(frozen=True, slots=True)
class Throughput:
    """What one pipeline did with the documents. Seconds are of the work alone: imports and models were loaded before.

    `cpu_seconds` are user and system time of the process and its children. `embedded` counts texts that went through the
    model; `embedded_characters` their length.
    """

    passages: int
    embedded: int
    characters: int
    embedded_characters: int
    cpu_seconds: float
    wall_seconds: float

    @property
    def passages_per_second(self) -> float:
        """Passages searchable at the end, per CPU second."""
        return self.passages / self.cpu_seconds

    @property
    def characters_per_second(self) -> float:
        """Characters of policy text made searchable, per CPU second."""
        return self.characters / self.cpu_seconds


@dataclass(frozen=True, slots=True)
class IngestBench:
    """Both pipelines over the same documents; the ratios are ours over stock's. What lacks the stock pipeline is None."""

    documents: int
    ours: Throughput
    stock: Throughput | None

    @property
    def passages_ratio(self) -> float | None:
        """Ratio of passages per CPU second."""
        return self.ours.passages_per_second / self.stock.passages_per_second if self.stock else None

    @property
    def characters_ratio(self) -> float | None:
        """Ratio of characters of policy text per CPU second."""
        return self.ours.characters_per_second / self.stock.characters_per_second if self.stock else None


def bench_ingest(documents: int) -> IngestBench:
    """Ingest that many made-up policies with both pipelines, ours alone where the stock model is not installed."""
    with tempfile.TemporaryDirectory(prefix="policydesk-bench-") as scratch:
        return bench_ingest_into(documents, Path(scratch), with_stock=stock_model() is not None)


def bench_ingest_into(documents: int, where: Path, *, with_stock: bool) -> IngestBench:
    """As bench_ingest, leaving our library in `where`/ours and the stock collection in `where`/stock."""
    folder = where / "policies"
    folder.mkdir()
    for number in range(documents):
        (folder / f"company-{number:04}{ENDING}").write_text(generated_policy(number), encoding="utf-8")
    ours = _alone(_run_ours, folder, where / "ours")
    stock = _alone(read_stock_folder, folder, where / "stock") if with_stock else None
    return IngestBench(documents, ours, stock)


def format_ingest_bench(bench: IngestBench) -> str:
    """Return the figures as a table for the terminal."""
    rows = [f"{'ingest of ' + str(bench.documents) + ' policies':34}{'PolicyDesk':>14}{'stock':>14}{'ratio':>8}"]
    for name, attribute, digits in (
        ("passages", "passages", 0),
        ("passages embedded", "embedded", 0),
        ("characters of policy text", "characters", 0),
        ("characters embedded", "embedded_characters", 0),
        ("CPU seconds", "cpu_seconds", 1),
        ("seconds", "wall_seconds", 1),
        ("passages per CPU second", "passages_per_second", 1),
        ("policy text, characters per CPU second", "characters_per_second", 0),
    ):
        ours, row = getattr(bench.ours, attribute), f"{name:34}"
        row += f"{ours:>14,.{digits}f}"
        if bench.stock is not None:
            stock = getattr(bench.stock, attribute)
            row += f"{stock:>14,.{digits}f}{ours / stock:>8.2f}"
        rows.append(row)
    if bench.stock is None:
        rows.append(f"The stock pipeline was not measured: {HOW_TO_INSTALL}.")
    return "\n".join(rows)


def _alone(side: object, folder: Path, data: Path) -> Throughput:
    """Run one pipeline in a new process."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as process:
        return process.submit(side, folder, data).result()  # type: ignore[arg-type]


def _run_ours(folder: Path, data: Path) -> Throughput:
    library = PolicyLibrary.open(StoreSettings(data))
    library.embedder.encode(["warm"])
    cpu, wall = _cpu_seconds(), time.perf_counter()
    reports = list(ingest_sources([folder], library))
    cpu, wall = _cpu_seconds() - cpu, time.perf_counter() - wall
    failed = [report.error for report in reports if report.status != "new"]
    if failed:
        raise BenchError(f"{len(failed)} of the made-up policies were not taken in: {failed[0]}")
    characters = sum(len(library.get(summary.id).text) for summary in library.policies())
    passages = sum(report.passages for report in reports)
    embedded = sum(report.embedded for report in reports)
    embedded_characters = sum(report.embedded_characters for report in reports)
    return Throughput(passages, embedded, characters, embedded_characters, cpu, wall)


def read_stock_folder(folder: Path, data: Path) -> Throughput:
    """Let the stock pipeline take in the texts of `folder` into a collection in `data`."""
    from vectorstore.plain_chroma import write_plain_collection

    embedder = open_embedder(f"sentence-transformers:{stock_model()}")
    embedder.encode(["warm"])
    cpu, wall = _cpu_seconds(), time.perf_counter()
    texts: list[str] = []
    sources: list[str] = []
    characters = 0
    for file in sorted(folder.glob(f"*{ENDING}")):
        text = file.read_text(encoding="utf-8")
        chunks = split_recursively(text)
        characters += len(text)
        texts += chunks
        sources += [file.name] * len(chunks)
    count = write_plain_collection(data, texts, sources, embedder.encode(texts))
    cpu, wall = _cpu_seconds() - cpu, time.perf_counter() - wall
    return Throughput(count, len(texts), characters, sum(map(len, texts)), cpu, wall)


def _cpu_seconds() -> float:
    """Return user and system seconds of this process and of its children that have ended."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)
