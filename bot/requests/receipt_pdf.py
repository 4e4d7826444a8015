"""A receipt on paper. The JSON receipt is the one that is checked; this one is for reading."""

from __future__ import annotations

import datetime as dt

from reportlab.lib.units import mm

from bot.requests.receipts import Receipt, receipt_json, sha256
from bot.requests.rendering.sheet import BOLD, MONO, Sheet, unprintable

_CHANNELS = {"email": "E-mail", "mail": "Letter", "phone": "Phone", "web_form": "Web form"}
_SMALL = 8.5


def receipt_pdf(receipt: Receipt, paper: str = "a4") -> bytes:
    """Return the receipt as a PDF file; the same receipt gives the same bytes. `paper` is "a4" or "letter".

    Letters that the typeface lacks print as "?", and a line says so.
    """
    sheet = Sheet(paper, f"Receipt {receipt.id}")
    sheet.line("Receipt of a privacy request", font=BOLD, size=16)
    sheet.gap(6)
    for label, words in _head(receipt):
        sheet.line(f"{label}: {words}")
    _policy(sheet, receipt)
    _message(sheet, receipt)
    _clock(sheet, receipt)
    _check(sheet, receipt)
    return sheet.pdf()


def _head(receipt: Receipt) -> list[tuple[str, str]]:
    channel = receipt.channel
    value = " ".join((channel.value or "named by the policy, link lost in the stored copy").split())
    rows = [
        ("Receipt number", receipt.id),
        ("Asked", receipt.asked + (f" ({receipt.right})" if receipt.right else "")),
        ("Company", receipt.company),
        (
            "Way",
            f"{_CHANNELS.get(channel.type, channel.type)}: {value}"
            + (f", {channel.conditions}" if channel.conditions else ""),
        ),
        ("State", receipt.state),
        ("Policy", f"{receipt.policy_id}, version {receipt.version}"),
    ]
    return rows + ([("The company's reference", receipt.reference)] if receipt.reference else [])


def _policy(sheet: Sheet, receipt: Receipt) -> None:
    named = receipt.channel.named_by
    if not receipt.quotes and named is None:
        return
    _heading(sheet, "What the policy says")
    for quote in receipt.quotes:
        sheet.line(f'"{" ".join(quote.quote.split())}"', indent=8)
        sheet.line(f"characters {quote.start} to {quote.end}", size=_SMALL, indent=8)
    if named is not None:
        sheet.line("It names this way to the company:")
        sheet.line(f'"{" ".join(named.quote.split())}"', indent=8)
        sheet.line(f"characters {named.start} to {named.end}", size=_SMALL, indent=8)


def _message(sheet: Sheet, receipt: Receipt) -> None:
    _heading(sheet, "The exact message")
    message = receipt.message
    if message is None:
        sheet.line("The person's data were erased, and the message with them.")
        return
    for label, words in (
        ("To", message.recipient),
        ("From", message.sender),
        ("Reply to", message.reply_to),
        ("Subject", message.subject),
    ):
        if words:
            sheet.line(f"{label}: {', '.join(words.splitlines())}")
    sheet.gap(4)
    for line in message.body.rstrip("\n").split("\n"):
        sheet.line(line, indent=8, size=9.5)
    sheet.gap(4)
    _digest(sheet, "SHA-256 of the message", message.digest)
    if unprintable(message.body + message.recipient + message.subject):
        sheet.line('Letters that this typeface lacks are printed as "?". The JSON receipt holds them.', size=_SMALL)


def _clock(sheet: Sheet, receipt: Receipt) -> None:
    if receipt.due:
        _heading(sheet, "Last days")
        for due in receipt.due:
            longer = ", longer after a notice" if due.extended else ""
            sheet.line(f"{due.day}: {due.words}{longer}", font=BOLD)
            sheet.line(f"{due.source}; counted from {due.start}", size=_SMALL, indent=8)
        sheet.line(receipt.notice, size=_SMALL)
    _heading(sheet, "What happened (times in UTC)")
    for event in receipt.events:
        at = dt.datetime.fromisoformat(event.at)
        sheet.keep(26)
        sheet.line(
            f"{event.number}. {at:%Y-%m-%d %H:%M:%S}  {event.action.replace('_', ' ')}, by {event.actor}: {event.state}"
        )
        sheet.line(event.digest, font=MONO, size=7, indent=14)


def _check(sheet: Sheet, receipt: Receipt) -> None:
    sheet.keep(38 * mm)
    _heading(sheet, "To check it")
    sheet.line(
        "Keep the JSON receipt. This command checks it without a network: policydesk requests verify RECEIPT.json",
        size=9.5,
    )
    _digest(sheet, "SHA-256 of the JSON receipt", sha256(receipt_json(receipt)))
    _digest(sheet, "SHA-256 of the stored policy text", receipt.policy_text_sha256)


def _digest(sheet: Sheet, label: str, digest: str) -> None:
    sheet.line(f"{label}:", size=_SMALL)
    sheet.line(digest, font=MONO, size=7.5, indent=8)


def _heading(sheet: Sheet, words: str) -> None:
    sheet.keep(16 * mm)
    sheet.gap(10)
    sheet.line(words, font=BOLD, size=12)
    sheet.gap(2)
