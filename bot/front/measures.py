"""What is counted, for Prometheus: numbers and seconds by names of our own. No label comes from what a visitor sends."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

if TYPE_CHECKING:
    from bot.front.turns import Turns

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)

Reading = tuple[str, str, tuple[str, ...], Iterable[tuple[tuple[str, ...], float]]]
"""Name, help, label names, and (label values, number) pairs of a gauge that is read when it is asked for."""


class Measures:
    """The counters of one application, in a registry of its own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        registry = self.registry
        self._requests = Counter(
            "policydesk_http_requests",
            "Requests by route template and status.",
            ("method", "route", "status"),
            registry=registry,
        )
        self._seconds = Histogram(
            "policydesk_http_seconds",
            "Seconds until a response began.",
            ("route",),
            registry=registry,
            buckets=SECONDS,
        )
        self._answers = Counter("policydesk_answers", "Answers by status.", ("status",), registry=registry)
        self._took = Histogram(
            "policydesk_answer_seconds", "Seconds of an answer, waiting included.", registry=registry, buckets=SECONDS
        )
        self._refused = Counter(
            "policydesk_refused", "Requests refused by a limit or the queue.", ("reason",), registry=registry
        )

    def request(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count a request. `route` is a template of the application, never a path that was asked for."""
        self._requests.labels(method if method in METHODS else "other", route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def answered(self, status: str) -> None:
        """Count an answer."""
        self._answers.labels(status).inc()

    def took(self, seconds: float) -> None:
        """Note how long an answer took."""
        self._took.observe(seconds)

    def refused(self, reason: str) -> None:
        """Count a refusal; `reason` is one of the desk's own words."""
        self._refused.labels(reason).inc()

    def watch_turns(self, turns: Turns) -> None:
        """Report the length of the queue."""

        def read() -> Iterator[Reading]:
            yield "policydesk_queue_waiting", "Questions that wait for a turn.", (), [((), turns.waiting)]
            yield "policydesk_queue_answering", "Questions being answered.", (), [((), turns.answering)]

        self.watch(read)

    def watch(self, read: Callable[[], Iterable[Reading]]) -> None:
        """Report what `read` returns at every scrape."""
        self.registry.register(_Gauges(read))

    def text(self) -> bytes:
        """Return the text form of everything counted."""
        return generate_latest(self.registry)


class _Gauges(Collector):
    def __init__(self, read: Callable[[], Iterable[Reading]]) -> None:
        self._read = read

    def describe(self) -> Iterable[Metric]:
        # Nothing is read while the application is being built.
        return ()

    def collect(self) -> Iterator[Metric]:
        for name, words, labels, values in self._read():
            gauge = GaugeMetricFamily(name, words, labels=labels)
            for named, value in values:
                gauge.add_metric(named, value)
            yield gauge
