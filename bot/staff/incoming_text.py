"""The words of a mail that came in, for an agent to read: plain text only, no attachment, no picture, no link that acts."""

from __future__ import annotations

import email
from email.message import EmailMessage
from email.policy import default

MOST_CHARACTERS = 20_000


def words_of(content: bytes) -> tuple[str, str]:
    """Return the subject and the plain text of a mail; the text is "" where the mail has none. Never raises for a broken mail."""
    mail = email.message_from_bytes(content, policy=default)
    try:
        subject = str(mail["Subject"] or "")
        part = mail.get_body(("plain",)) if isinstance(mail, EmailMessage) else None
        words = part.get_content() if part is not None else ""
    # The parser of the standard library raises these on what people really send.
    except (LookupError, ValueError, TypeError, AttributeError):
        return "", ""
    return subject[:500], words[:MOST_CHARACTERS] if isinstance(words, str) else ""
