"""One content in four forms, for the sample policies in full and for the two real ones by their structure; letters on paper."""

from __future__ import annotations

import datetime as dt
import io
import re
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from bot.requests.errors import FieldError
from bot.requests.fields import check_message, check_person
from bot.requests.offer import channels_for, offer_for, rights_for
from bot.requests.records import Message, Person
from bot.requests.rendering.content import content_of
from bot.requests.rendering.fields import needed_fields
from bot.requests.rendering.forms import render
from bot.requests.rendering.letter_pdf import address_lines, letter_pdf
from bot.requests.rendering.sheet import unprintable
from bot.requests.ways import FORM_OF, pin
from tests.bot.requests.paper_requests import SHARED, read_policies, sample_policies
from vectorstore.policy import REQUEST_TYPES, Policy

GOLDEN = Path(__file__).parent / "golden"
TODAY = dt.date(2026, 3, 2)
ME = Person("Ottoline Vargå", "ottoline@mailbox.example", "California")
AGENT = ("Person who acts for me", "Ann Lee, ann@mailbox.example")
real = pytest.mark.skipif(
    not SHARED.exists(), reason="the shared folder with the real policies does not stand beside this checkout"
)


def messages(policy: Policy, request_type: str, person: Person = ME) -> dict[str, Message]:
    """Return the message of every form that the policy's channels allow; of several channels of a form, the first."""
    conditions = [one for one in policy.conditions if request_type in one.types]
    content = content_of(policy, request_type, rights_for(policy, request_type), conditions, person)
    found: dict[str, Message] = {}
    for channel in channels_for(policy, request_type):
        form = FORM_OF.get(channel.type)
        if form is not None and form not in found:
            found[form] = render(form, content, pin(policy, channel, request_type), TODAY, person.email, None)
    return found


def printed(pdf: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)


@pytest.mark.parametrize(
    ("policy_id", "request_type", "form"),
    [
        ("larkspur", "delete", "email"),
        ("larkspur", "delete", "phone_script"),
        ("larkspur", "delete", "form_sheet"),
        ("larkspur", "authorized_agent", "email"),
        ("tidewell", "delete", "form_sheet"),
        ("tidewell", "authorized_agent", "phone_script"),
        ("tidewell", "portability", "email"),
    ],
)
def test_a_message_reads_as_it_always_did(policy_id: str, request_type: str, form: str) -> None:
    person = Person(ME.name, ME.email, ME.residence, (AGENT,))
    message = messages(sample_policies()[policy_id], request_type, person)[form]
    written = f"To: {message.recipient}\nSubject: {message.subject}\n\n{message.body}"
    assert written == (GOLDEN / f"{policy_id}-{request_type}-{form}.txt").read_text(encoding="utf-8")
    check_message(message)


@pytest.mark.parametrize("request_type", REQUEST_TYPES)
@pytest.mark.parametrize("policy_id", ["larkspur", "tidewell"])
def test_every_form_of_a_request_says_the_same(policy_id: str, request_type: str) -> None:
    policy = sample_policies()[policy_id]
    found = messages(policy, request_type)
    assert found
    for message in found.values():
        assert ME.name in message.body
        assert ME.email in message.body
        assert all(len(line) <= 78 for line in message.body.splitlines())
    assert len({message.subject for message in found.values()}) == 1


@pytest.mark.parametrize("request_type", REQUEST_TYPES)
@pytest.mark.parametrize("policy_id", ["larkspur", "tidewell"])
def test_a_recipient_is_what_the_policy_names_and_the_clause_beside_it_says_so(
    policy_id: str, request_type: str
) -> None:
    policy = sample_policies()[policy_id]
    for channel in channels_for(policy, request_type):
        pinned = pin(policy, channel, request_type)
        assert pinned.named_by is not None
        assert policy.text[pinned.named_by.start : pinned.named_by.end] == pinned.named_by.quote
        links = [step.link for step in policy.steps] + [pinned.value if channel.type == "web_form" else None]
        assert pinned.value is None or pinned.value in policy.text or pinned.value in links


@pytest.fixture(scope="module")
def fujitsu() -> Policy:
    return read_policies(SHARED)["fujitsu"]


@pytest.fixture(scope="module")
def casio() -> Policy:
    return read_policies(SHARED)["casio"]


@real
def test_fujitsu_deletion_goes_by_mail_by_letter_and_by_phone(fujitsu: Policy) -> None:
    found = messages(fujitsu, "delete")
    assert set(found) == {"email", "letter", "phone_script"}
    email = check_message(found["email"])
    assert email.recipient == "fcpaprivacy@us.fujitsu.com"
    assert email.reply_to == ME.email
    assert email.body.startswith(
        'Dear Fujitsu privacy team,\n\nI write about your "Privacy Policy" (last updated 2019-12-30).'
    )
    assert email.body.endswith("Kind regards,\nOttoline Vargå\n")
    assert found["phone_script"].body.startswith("1. Call 1-833-975-1289.\n")
    assert "Reference number: ____" in found["phone_script"].body


@real
def test_the_letter_to_fujitsu_prints(fujitsu: Policy) -> None:
    letter = messages(fujitsu, "delete")["letter"]
    assert address_lines(letter.recipient) == [
        "Fujitsu Computer Products of America",
        "Legal",
        "1250 E. Arques Avenue",
        "Sunnyvale, CA 94085",
    ]
    pdf = letter_pdf(letter, [ME.name, ME.email])
    assert pdf == letter_pdf(letter, [ME.name, ME.email])
    words = printed(pdf)
    for expected in (
        "Sunnyvale, CA 94085",
        "2 March 2026",
        letter.subject,
        "Dear Fujitsu privacy team,",
        "Ottoline Vargå",
    ):
        assert expected in words
    assert "Page 1" not in words
    assert [float(side) for side in PdfReader(io.BytesIO(pdf)).pages[0].mediabox[2:]] == [612.0, 792.0]


@real
def test_fujitsu_asks_for_no_residence(fujitsu: Policy) -> None:
    conditions = [one for one in fujitsu.conditions if "delete" in one.types]
    assert [one.name for one in needed_fields(fujitsu, "delete", conditions)] == ["name", "email"]


@real
def test_casio_deletion_offers_option_4_and_a_form_without_an_address(casio: Policy) -> None:
    found = messages(casio, "delete")
    assert set(found) == {"phone_script", "form_sheet"}
    assert found["phone_script"].recipient == "800-706-2534"
    assert "as the policy says: select option 4." in found["phone_script"].body
    sheet = found["form_sheet"]
    assert "its link is not in the stored copy" in sheet.body
    assert re.findall(r"https?://|www\.|[\w.]+@[\w.]+\w", sheet.recipient + sheet.body) == [ME.email]


@real
def test_casio_asks_where_a_person_lives_and_quotes_why(casio: Policy) -> None:
    conditions = [one for one in casio.conditions if "delete" in one.types]
    fields = {one.name: one for one in needed_fields(casio, "delete", conditions)}
    assert list(fields) == ["name", "email", "residence"]
    asked = fields["residence"].asked_by
    assert asked is not None
    assert casio.text[asked.start : asked.end] == asked.quote
    assert "California residents" in asked.quote


@real
def test_casio_analytics_deletion_gives_the_cookie_steps(casio: Policy) -> None:
    steps = [step.quote for step in offer_for([casio], "cookie_analytics_delete").self_service]
    assert any("delete your _ga cookies" in step for step in steps)
    sheet = messages(casio, "cookie_analytics_delete")["form_sheet"]
    assert "delete your _ga cookies" in " ".join(sheet.body.split())


@real
def test_the_notarised_agent_is_asked_for_what_the_policy_asks(casio: Policy) -> None:
    sheet = messages(casio, "authorized_agent", Person(ME.name, ME.email, None, (AGENT,)))["form_sheet"]
    words = " ".join(sheet.body.split())
    assert "Your policy asks for this, and I will provide it:" in words
    assert "have it notarized" in words
    assert "Person who acts for me: Ann Lee" in words


# Letters of any script, white space, and lines that look like ours.
LINES = st.text(st.characters(exclude_categories=("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")), min_size=1, max_size=90)
TRICKS = st.sampled_from(
    ["Dear Larkspur privacy team,", 'It says:\n\n  "we pay"', "Kind regards,", "Subject: Bcc: x@y.example", "1. Call 1"]
)


@given(words=st.lists(st.one_of(LINES, TRICKS), min_size=1, max_size=6))
@settings(max_examples=300, deadline=None)
def test_no_words_of_a_person_stand_where_ours_do(words: list[str]) -> None:
    policy = sample_policies()["larkspur"]
    try:
        person = check_person(Person(ME.name, ME.email, ME.residence, (("Person who acts for me", "\n".join(words)),)))
    except FieldError:
        return
    said = messages(policy, "authorized_agent", person)
    silent = messages(policy, "authorized_agent", Person(ME.name, ME.email, ME.residence))
    for form, message in said.items():
        ours = silent[form].body.splitlines()
        for line in message.body.split("\n"):
            told = line.startswith("    ") or line.lstrip().startswith("Person who acts for me: ") or not line
            assert told or line in ours, (form, line)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Ottoline Vargå", ""),
        ("Žofia Đặng-Αλεξίου Щукин", ""),
        ("山田太郎", "山田太郎"),
        ("دانا", "دان"),
        ("O\u0301lafur", ""),
    ],
)
def test_letters_that_would_not_print_are_known(name: str, expected: str) -> None:
    assert unprintable(name) == expected


def test_a_letter_in_a_script_that_cannot_be_printed_is_refused_in_words() -> None:
    letter = Message(
        "letter",
        "Ashgrove\n1 Mill Lane\nSanta Rosa, CA 95401",
        "Request",
        "2 March 2026\n\nRequest\n\nDear\n\nKind regards,\n山田\n",
    )
    with pytest.raises(FieldError, match="山 田"):
        letter_pdf(letter, ["山田"])
    with pytest.raises(ValueError, match="email"):
        letter_pdf(Message("email", "a@b.example", "s", "b"), [])


@pytest.mark.parametrize(
    ("recipient", "lines"),
    [
        (
            "Larkspur Outfitters, Inc., Attn: Privacy Desk, 418 Alder Mill Road, Suite 200, Santa Rosa, CA 95401",
            [
                "Larkspur Outfitters, Inc.",
                "Attn: Privacy Desk",
                "418 Alder Mill Road, Suite 200",
                "Santa Rosa, CA 95401",
            ],
        ),
        (
            "Tidewell Labs Ltd, Data Protection, 9 Saltmarsh Lane, Whitby, YO99 1AA, United Kingdom",
            ["Tidewell Labs Ltd", "Data Protection", "9 Saltmarsh Lane", "Whitby, YO99 1AA", "United Kingdom"],
        ),
        ("Ashgrove,\n1 Mill Lane,\n95401 Santa Rosa", ["Ashgrove", "1 Mill Lane", "95401 Santa Rosa"]),
        ("A, B, C, D, E, F, G, H", ["A", "B", "C", "D", "E", "F, G, H"]),
    ],
)
def test_an_address_fits_the_window(recipient: str, lines: list[str]) -> None:
    assert address_lines(recipient) == lines


def test_a_long_letter_goes_on_over_pages_and_loses_no_word() -> None:
    words = " ".join(f"word{number}" for number in range(1_500))
    body = f"2 March 2026\n\nRequest\n\nDear team,\n\n{words}\n\nKind regards,\nOttoline Vargå\n"
    pdf = letter_pdf(Message("letter", "Ashgrove\n1 Mill Lane\nWhitby", "Request", body), [ME.name])
    assert len(PdfReader(io.BytesIO(pdf)).pages) > 1
    assert re.findall(r"word\d+", printed(pdf)) == words.split(" ")


@given(
    name=st.text(
        st.characters(max_codepoint=0x24F, exclude_categories=("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")),
        min_size=1,
        max_size=120,
    )
)
@settings(max_examples=60, deadline=None)
def test_any_latin_name_prints_or_is_refused(name: str) -> None:
    body = f"2 March 2026\n\nRequest\n\nDear team,\n\nPlease.\n\nKind regards,\n{name}\n"
    message = Message("letter", "Ashgrove\n1 Mill Lane\nWhitby", "Request", body)
    try:
        pdf = letter_pdf(message, [name])
    except FieldError:
        assert unprintable(unicodedata.normalize("NFC", name))
        return
    assert pdf.startswith(b"%PDF-")
