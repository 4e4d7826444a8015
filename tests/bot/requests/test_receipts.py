"""Receipts: what they hold, that they hold, and that a change anywhere is found, also where the digests were made to fit again."""

from __future__ import annotations

import contextlib
import datetime as dt
import io
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import typer
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader
from typer.testing import CliRunner

from bot.requests.chain import seal
from bot.requests.receipt_check import ReceiptError, read_receipt, verify_receipt
from bot.requests.receipt_pdf import receipt_pdf
from bot.requests.receipts import canonical, due_of, receipt_json, receipt_of, sha256
from bot.requests.records import PinnedChannel, PinnedQuote, RequestRecord
from commands import receipts as command
from tests.bot.requests.paper_requests import NAMING, NUMBER, RECEIVED, TEXT, events_of, sample_policies, stored


def written(record: RequestRecord | None = None) -> bytes:
    record = record or stored()
    return receipt_json(receipt_of(record, events_of(record), TEXT))


DATA = written()
NAMED = "Write to privacy@larkspur.example."


def held(policy_id: str, version: str) -> str | None:
    return TEXT if (policy_id, version) == ("ashgrove", "2026-01-01") else None


def reforged(change: Any, data: bytes = DATA) -> bytes:
    """Return the receipt changed by somebody who also computes the receipt's own digest again."""
    fields = json.loads(data)
    change(fields)
    del fields["digest"]
    return canonical({**fields, "digest": sha256(canonical(fields))})


def places(data: bytes) -> list[str]:
    return [one.place for one in verify_receipt(data, held)]


def test_a_receipt_tells_what_was_asked_and_until_when() -> None:
    receipt = read_receipt(DATA)
    assert (receipt.id, receipt.asked, receipt.right) == (NUMBER, "Delete my data", "CCPA deletion")
    assert [(one.step, one.start, one.day) for one in receipt.due] == [
        ("confirm", "2026-03-02", "2026-03-16"),
        ("answer", "2026-03-02", "2026-04-16"),
    ]
    assert receipt.message is not None
    assert receipt.message.digest == stored().message.digest  # type: ignore[union-attr]
    assert receipt.channel.named_by is not None
    assert TEXT[receipt.channel.named_by.start : receipt.channel.named_by.end] == NAMING
    assert "not legal advice" in receipt.notice
    assert json.loads(DATA)["schema"] == "policydesk.receipt"


def test_a_sound_receipt_holds_with_and_without_the_library() -> None:
    assert verify_receipt(DATA) == []
    assert verify_receipt(DATA, held) == []
    assert verify_receipt(DATA + b"\n", held) == []
    assert verify_receipt(DATA, lambda policy_id, version: None) == []


@given(place=st.integers(0, len(DATA) - 1), byte=st.integers(0, 255))
@settings(max_examples=1_500, deadline=None)
def test_a_changed_byte_anywhere_is_found(place: int, byte: int) -> None:
    changed = DATA[:place] + bytes([byte]) + DATA[place + 1 :]
    if changed == DATA:
        return
    with contextlib.suppress(ReceiptError):
        assert verify_receipt(changed) != []


@given(place=st.integers(0, len(DATA)), words=st.binary(min_size=1, max_size=4))
@settings(max_examples=400, deadline=None)
def test_added_bytes_are_found(place: int, words: bytes) -> None:
    changed = DATA[:place] + words + DATA[place:]
    if changed in {DATA + b"\n", DATA + b"\r\n"}:
        return
    with contextlib.suppress(ReceiptError):
        assert verify_receipt(changed) != []


def later(fields: dict[str, Any]) -> None:
    fields["due"][0]["day"] = "2026-03-17"


def earlier_start(fields: dict[str, Any]) -> None:
    fields["started"] = "2026-02-02T09:00:30.000000+00:00"


def other_words(fields: dict[str, Any]) -> None:
    fields["message"]["body"] = fields["message"]["body"].replace("delete", "keep")


def other_recipient(fields: dict[str, Any]) -> None:
    fields["message"]["recipient"] = "someone@else.example"


def event_gone(fields: dict[str, Any]) -> None:
    del fields["events"][2]


def events_swapped(fields: dict[str, Any]) -> None:
    fields["events"][1], fields["events"][2] = fields["events"][2], fields["events"][1]


def event_moved(fields: dict[str, Any]) -> None:
    fields["events"][5]["at"] = "2026-03-01T09:00:30.000000+00:00"


def state_set(fields: dict[str, Any]) -> None:
    fields["state"] = "fulfilled"


def quote_set(fields: dict[str, Any]) -> None:
    fields["quotes"][0]["quote"] = "We may ask you for a passport now.."


def quote_longer(fields: dict[str, Any]) -> None:
    fields["quotes"][0]["end"] += 1


def channel_quote_moved(fields: dict[str, Any]) -> None:
    fields["channel"]["named_by"]["start"] += 1
    fields["channel"]["named_by"]["end"] += 1


def text_hash_set(fields: dict[str, Any]) -> None:
    fields["policy_text_sha256"] = "0" * 64


def notice_set(fields: dict[str, Any]) -> None:
    fields["notice"] = "This is legal advice."


def other_number(fields: dict[str, Any]) -> None:
    fields["id"] = "x" * 20


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (later, ["due"]),
        (earlier_start, ["clock", "due"]),
        (other_words, ["message"]),
        (other_recipient, ["message"]),
        (event_gone, ["events"]),
        (events_swapped, ["events"]),
        (event_moved, ["clock", "events"]),
        (state_set, ["events"]),
        (quote_set, ["quotes"]),
        (quote_longer, ["quotes"]),
        (channel_quote_moved, ["quotes"]),
        (text_hash_set, ["quotes"]),
        (notice_set, ["file"]),
        (other_number, ["events"]),
    ],
)
def test_a_change_is_found_though_the_receipts_digest_was_made_to_fit(change: Any, expected: list[str]) -> None:
    assert sorted(set(places(reforged(change)))) == expected


def leaves(value: Any, place: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if isinstance(value, dict):
        for key, one in value.items():
            yield from leaves(one, (*place, key))
    elif isinstance(value, list):
        for number, one in enumerate(value):
            yield from leaves(one, (*place, number))
    else:
        yield place


def other(value: Any) -> Any:
    """Return another value that the same place could hold."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    if value is None:
        return "2026-03-03T09:00:30.000000+00:00"
    if len(value) == 64:
        return "0" * 64
    if value.endswith("+00:00"):
        return value.replace("2026-03-02", "2026-03-03")
    return value + "x"


LEAVES = list(leaves(json.loads(DATA)))
# What nothing else in the receipt repeats: only the receipt's own digest covers it. Without the library that is the text's hash too.
ONLY_THE_DIGEST = {
    ("template_version",),
    ("company",),
    ("right",),
    ("reference",),
    ("message_id",),
    ("channel", "type"),
    ("channel", "conditions"),
}


@pytest.mark.parametrize("place", LEAVES, ids=str)
def test_every_value_of_a_receipt_is_checked(place: tuple[Any, ...]) -> None:
    fields = json.loads(DATA)
    part = fields
    for step in place[:-1]:
        part = part[step]
    part[place[-1]] = other(part[place[-1]])

    def found(data: bytes) -> bool:
        try:
            return verify_receipt(data, held) != []
        except ReceiptError:
            return True

    assert found(canonical(fields))
    if place == ("digest",):
        return
    del fields["digest"]
    assert found(canonical({**fields, "digest": sha256(canonical(fields))})) == (place not in ONLY_THE_DIGEST)


def started_later(fields: dict[str, Any]) -> None:
    fields["started"] = "2026-03-03T09:00:30.000000+00:00"
    fields["due"] = due_of("delete", "CCPA", dt.datetime.fromisoformat(fields["started"]), None)


def longer_without_notice(fields: dict[str, Any]) -> None:
    fields["extended"] = "2026-03-20T09:00:30.000000+00:00"
    started, extended = (dt.datetime.fromisoformat(fields[one]) for one in ("started", "extended"))
    fields["due"] = due_of("delete", "CCPA", started, extended)


def clock_taken_away(fields: dict[str, Any]) -> None:
    fields["started"], fields["due"] = None, []


@pytest.mark.parametrize("change", [started_later, longer_without_notice, clock_taken_away])
def test_a_clock_that_no_event_set_is_found_though_its_due_dates_fit(change: Any) -> None:
    assert places(reforged(change)) == ["clock"]


def test_another_message_with_its_own_digest_is_not_the_confirmed_one() -> None:
    other = stored(message=replace(stored().message, body="Please send me everything.\n"))  # type: ignore[type-var]

    def swap(fields: dict[str, Any]) -> None:
        fields["message"] = json.loads(written(other))["message"]

    assert places(reforged(swap)) == ["message"]


def test_a_resealed_event_breaks_the_one_after_it() -> None:
    def swap(fields: dict[str, Any]) -> None:
        row = fields["events"][3]
        at = dt.datetime.fromisoformat(row["at"]) - dt.timedelta(days=3)
        event = seal(
            row["request_id"], 4, at, row["actor"], row["action"], row["state"], row["detail"], row["previous"]
        )
        fields["events"][3] = {**row, "at": at.isoformat(timespec="microseconds"), "digest": event.digest}

    assert places(reforged(swap)) == ["events"]


def test_an_erased_request_keeps_a_receipt_without_words() -> None:
    whole = stored()
    erased = replace(whole, person=None, message=None)
    events = events_of(whole)
    gone = seal(NUMBER, 7, RECEIVED + dt.timedelta(days=90), "clock", "erase", "sent", "", events[-1].digest)
    data = receipt_json(receipt_of(erased, [*events, gone], TEXT))
    assert verify_receipt(data, held) == []
    without = receipt_json(receipt_of(erased, events, TEXT))
    assert places(without) == ["message"]
    assert "Vargå".encode() not in data
    assert b"ottoline" not in data


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{}",
        b"[]",
        b"null",
        b"\xff\xfe",
        b"[" * 5_000,
        DATA[:-1],
        DATA.replace(b'"schema_version":1', b'"schema_version":2'),
        DATA.replace(b'"schema_version":1', b'"schema_version":"1"'),
        DATA.replace(b"{", b'{"more":1,', 1),
        DATA.replace(b"T09:00:30", b"T09:60:30"),
        DATA.replace(b"2026-03-02T09", b"2026-02-30T09"),
        DATA.replace(b"2026-03-02T09", b"9999-03-02T09"),
        DATA.replace("å".encode(), b"\\ud800"),
        b" " * 2_000_001,
        b'{"digest":"' + b"0" * 2_000_001 + b'"}',
    ],
    ids=str,
)
def test_what_is_no_receipt_is_said_to_be_none(data: bytes) -> None:
    with pytest.raises(ReceiptError, match="receipt"):
        verify_receipt(data)


def test_the_error_repeats_nothing_a_stranger_wrote() -> None:
    with pytest.raises(ReceiptError) as caught:
        verify_receipt(DATA.replace(b'"start":72', b'"start":"Ottoline"'))
    assert "Ottoline" not in caught.value.message


def test_the_printed_receipt_holds_the_same_facts() -> None:
    receipt = read_receipt(DATA)
    pdf = receipt_pdf(receipt)
    assert pdf == receipt_pdf(receipt)
    words = "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)
    for expected in (
        NUMBER,
        "2026-03-16",
        "2026-04-16",
        "11 CCR 7021(a)",
        "Ottoline Vargå",
        NAMING,
        "not legal advice",
    ):
        assert expected in words
    assert receipt.message is not None
    assert receipt.message.digest in words
    assert sha256(DATA) in words
    assert "Page 1" in words
    assert "Page 2" in words


app = typer.Typer()
app.command()(command.verify)


@pytest.mark.parametrize(
    ("data", "status", "words"),
    [
        (DATA, 0, "holds."),
        (reforged(later), 1, "due: The due dates"),
        (DATA.replace(b"Ottoline", b"Ottolina"), 1, "message: "),
        (b"not a receipt", 2, "not a receipt"),
        (None, 2, "cannot read"),
    ],
)
def test_the_command_says_by_its_exit_status_whether_it_holds(
    tmp_path: Path, data: bytes | None, status: int, words: str
) -> None:
    file = tmp_path / "receipt.json"
    if data is not None:
        file.write_bytes(data)
    done = CliRunner().invoke(app, [str(file), "--data-dir", str(tmp_path / "none")])
    assert (done.exit_code, words in done.output) == (status, True), done.output
    assert not (tmp_path / "none").exists()


def test_quotes_are_compared_with_the_text_of_a_real_reading() -> None:
    policy = sample_policies()["larkspur"]
    start = policy.text.index(NAMED)
    quote = PinnedQuote(policy.id, policy.version, start, start + len(NAMED), NAMED)
    record = stored(
        policy_id=policy.id,
        version=policy.version,
        quotes=(),
        channel=PinnedChannel("email", "privacy@larkspur.example", None, quote),
        message=replace(stored().message, recipient="privacy@larkspur.example"),  # type: ignore[type-var]
    )
    receipt = receipt_of(record, events_of(record), policy.text)
    held = {(policy.id, policy.version): policy.text}
    assert verify_receipt(receipt_json(receipt), lambda *version: held.get(version)) == []
    other = receipt_of(record, events_of(record), policy.text + " ")
    found = verify_receipt(receipt_json(other), lambda *version: held.get(version))
    assert [one.place for one in found] == ["quotes"]
