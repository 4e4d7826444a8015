"""service.yaml: what it may say, and how its faults are told."""

from __future__ import annotations

import pytest

from bot.front.errors import ServiceFileError
from bot.front.settings import FrontSettings, Limits, Rate
from bot.front.settings_file import read_service


@pytest.fixture
def write(tmp_path):
    def write(words: str):
        (tmp_path / "service.yaml").write_text(words, encoding="utf-8")
        return tmp_path / "service.yaml"

    return write


def test_without_a_file_there_are_limits(tmp_path):
    assert read_service(tmp_path / "service.yaml") == FrontSettings(limits=Limits())


def test_an_empty_file_says_nothing(write):
    assert read_service(write("# nothing\n")) == FrontSettings(limits=Limits())


def test_what_is_said_holds_and_the_rest_stays(write, tmp_path):
    (tmp_path / "key").write_text("a-key-of-twenty-letters\n", encoding="ascii")
    settings = read_service(
        write(
            "trusted_proxies: [10.0.0.0/8, '::1']\nwaiting: 9\nmetrics_key_file: key\n"
            "limits:\n  ask: {count: 5, seconds: 10, burst: 2}\n  streams: 7\n"
        )
    )
    assert settings == FrontSettings(
        limits=Limits(ask=Rate(5, 10.0, 2), streams=7),
        waiting=9,
        trusted_proxies=("10.0.0.0/8", "::1"),
        metrics_key="a-key-of-twenty-letters",
    )
    assert "twenty" not in repr(settings)


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        ("surprise: 1", "surprise"),
        ("limits: {asks: {count: 1, seconds: 1, burst: 1}}", "limits.asks"),
        ("limits: {ask: {count: 0, seconds: 1, burst: 1}}", "limits.ask.count"),
        ("trusted_proxies: ['*']", "10.0.0.0/8"),
        ("trusted_proxies: [10.0.0.1/8]", "10.0.0.0/8"),
        ("metrics_key_file: nowhere", "metrics_key_file"),
        ("answering: many", "answering"),
        ("a: [", "not YAML"),
        ("- a", "the file"),
    ],
)
def test_a_fault_is_told_with_its_place(write, words, fault):
    with pytest.raises(ServiceFileError, match=fault.replace(".", r"\.")):
        read_service(write(words))


def test_a_short_key_is_refused(write, tmp_path):
    (tmp_path / "key").write_text("short", encoding="ascii")
    with pytest.raises(ServiceFileError, match="20 characters"):
        read_service(write("metrics_key_file: key"))
