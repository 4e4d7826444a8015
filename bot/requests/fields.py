"""What visitors may write into a request, and what a message may hold before it is stored. Owns no wording, no storage."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from functools import lru_cache

from email_validator import EmailNotValidError, validate_email

from bot.requests.errors import FieldError
from bot.requests.records import Message, Person

NAME_CHARACTERS = 120
BLANK_CHARACTERS = 2_000
BODY_CHARACTERS = 50_000
SUBJECT_CHARACTERS = 200
# RFC 5321, 4.5.3.1.3 without the angle brackets, and 4.5.3.1.1.
MAILBOX_CHARACTERS = 254
LOCAL_CHARACTERS = 64
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_KEPT = frozenset("\n\t")
_PLAIN_MAILBOX = re.compile(r"[^\s@,;:<>()\[\]\"\\]+@[^\s@,;:<>()\[\]\"\\]+")
# Cyrillic and Greek letters that look like Latin ones: a domain label of these alone passes for a Latin name.
_LOOK_ALIKE = frozenset("аеорсухіјѕһԁԛԝьӏєґвнкмтαοιρυνκχτβγωη")


def check_person(person: Person) -> Person:
    """Return the person with white space trimmed. Raises FieldError for the first field that cannot be used."""
    name = check_line("name", person.name, NAME_CHARACTERS)
    if not name:
        raise FieldError("name", "Please write your name.")
    residence = None
    if person.residence is not None:
        residence = check_line("residence", person.residence, NAME_CHARACTERS) or None
    if len(person.blanks) > 20:
        raise FieldError("blanks", "These are more fields than a request has.")
    blanks = tuple(
        (check_line("blanks", blank, SUBJECT_CHARACTERS), check_text(blank[:80], words, BLANK_CHARACTERS))
        for blank, words in person.blanks
    )
    return replace(person, name=name, email=check_mailbox("email", person.email), residence=residence, blanks=blanks)


def check_line(field: str, value: str, longest: int) -> str:
    """Return one line of plain text, trimmed. Raises FieldError."""
    plain = check_text(field, value, longest)
    # An encoded word (RFC 2047) would be read as what it hides, line ends included.
    if "=?" in plain:
        raise FieldError(field, "Please leave out the characters =?.")
    if "\n" in plain or "\t" in plain:
        raise FieldError(field, "Please write this on one line.")
    return plain


def check_text(field: str, value: str, longest: int) -> str:
    """Return text without control, direction or other hidden characters, trimmed. Raises FieldError."""
    if len(value) > longest:
        raise FieldError(field, f"This is too long: {longest:,} characters fit here.")
    plain = unicodedata.normalize("NFC", value.replace("\r\n", "\n")).strip()
    if any(unicodedata.category(one) in _HIDDEN and one not in _KEPT for one in plain):
        raise FieldError(field, "This holds characters that cannot be seen. Please type it instead of pasting it.")
    return plain


# One mail asks for the same few addresses again at every stage. Few are kept: they are a person's.
@lru_cache(maxsize=16)
def check_mailbox(field: str, value: str) -> str:
    """Return one plain mailbox, its domain in lower case ASCII. Raises FieldError.

    Lists, display names, comments, quoted names, literal addresses and names that pass for another are refused.
    """
    if len(value) > MAILBOX_CHARACTERS:
        raise FieldError(field, f"An e-mail address has at most {MAILBOX_CHARACTERS} characters.")
    plain = value.strip(" ")
    if not plain:
        raise FieldError(field, "Please write your e-mail address.")
    too_long = len(plain.partition("@")[0]) > LOCAL_CHARACTERS
    if too_long or not _PLAIN_MAILBOX.fullmatch(plain) or any(unicodedata.category(one) in _HIDDEN for one in plain):
        raise FieldError(field, "Please write one plain e-mail address, such as name@mail.example.")
    try:
        known = validate_email(
            plain,
            check_deliverability=False,
            allow_smtputf8=False,
            allow_quoted_local=False,
            allow_domain_literal=False,
            allow_display_name=False,
        )
    except (EmailNotValidError, UnicodeError) as error:
        raise FieldError(field, "This is not an e-mail address that mail can be sent to.") from error
    domain = known.ascii_domain.lower()
    if any(_passes_for_another(label) for label in known.domain.split(".")):
        raise FieldError(field, "The part after the @ mixes letters that look alike. Please type the address.")
    return f"{known.local_part}@{domain}"


def check_message(message: Message) -> Message:
    """Return the message. Raises FieldError where it could not be sent as one message to one place."""
    check_line("subject", message.subject, SUBJECT_CHARACTERS)
    check_text("body", message.body, BODY_CHARACTERS)
    check_text("recipient", message.recipient, BLANK_CHARACTERS)
    if message.form == "email":
        if check_mailbox("recipient", message.recipient).lower() != message.recipient.lower():
            raise FieldError("recipient", "The message is not addressed to one plain e-mail address.")
        for field, mailbox in (("sender", message.sender), ("reply_to", message.reply_to)):
            if mailbox is not None and check_mailbox(field, mailbox).lower() != mailbox.lower():
                raise FieldError(field, "Please write one plain e-mail address.")
    return message


def same_mailbox(mailbox: str) -> str:
    """Return what is the same for every spelling of a checked mailbox: lower case, without a tag behind "+"."""
    local, _, domain = mailbox.lower().rpartition("@")
    return f"{local.partition('+')[0] or local}@{domain}"


def _passes_for_another(label: str) -> bool:
    letters = [one for one in label.casefold() if one.isalpha()]
    scripts = {unicodedata.name(one, "").split(" ")[0] for one in letters}
    # Japanese, Chinese and Korean names mix their scripts, and Latin letters with them.
    if scripts <= {"LATIN", "CJK", "HIRAGANA", "KATAKANA", "HANGUL", "KATAKANA-HIRAGANA"}:
        return False
    return len(scripts) > 1 or all(one in _LOOK_ALIKE for one in letters)
