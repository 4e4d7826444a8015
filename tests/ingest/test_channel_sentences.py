"""Sentences of many kinds and their near misses: which channel they name, and who is reached there."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ingest.addresses import addresses_in
from ingest.emails import unscramble
from ingest.phones import digits_of
from vectorstore.policy import OFFERED_DESKS, Policy

Read = Callable[..., Policy]
CLOSING = "\nWe are glad to explain every line of this notice to you whenever you ask.\n"


@pytest.mark.parametrize(
    ("sentence", "value"),
    [
        ("Write to privacy [at] acme [dot] example.", "privacy@acme.example"),
        ("Reach us: privacy (at) acme.example", "privacy@acme.example"),
        ("Mail: privacy AT acme DOT example", "privacy@acme.example"),
        ("Email privacy at acme dot example with questions.", "privacy@acme.example"),
        ("Send an e-mail to data.desk{at}acme{dot}co{dot}uk.", "data.desk@acme.co.uk"),
        ("E-mail us at privacy @ acme.com.", "privacy@acme.com"),
        ("Questions? Write to <privacy@acme.example>.", "privacy@acme.example"),
    ],
)
def test_disguised_addresses_are_made_plain(read: Read, sentence: str, value: str) -> None:
    (channel,) = read(sentence + CLOSING).channels
    assert (channel.type, channel.value, channel.status, channel.origin) == ("email", value, "ok", "text")


@pytest.mark.parametrize(
    "sentence",
    [
        "We meet at noon at acme dot conference.",
        "LOOK AT THE.SITE for more.",
        "Your name is shown as name@example.com in our sample.",
        "The picture logo@2x.png is ours.",
        "Follow us as @acmetools on any network.",
    ],
)
def test_words_that_are_no_email(read: Read, sentence: str) -> None:
    assert read(sentence + CLOSING).channels == ()


def test_a_mail_guards_link_is_unscrambled(read: Read) -> None:
    assert unscramble("5a3b1a3874392a") == "a@b.cp"
    code = "10" + "".join(f"{byte ^ 0x10:02x}" for byte in b"privacy@acme.example")
    policy = read(
        f"Write to [our desk](https://acme.example/cdn-cgi/l/email-protection#{code}) with questions.", "a.md"
    )
    assert [(c.type, c.value, c.origin) for c in policy.channels] == [("email", "privacy@acme.example", "link")]


@pytest.mark.parametrize(
    ("sentence", "numbers"),
    [
        ("Call us 24/7 at 1-800-FLOWERS.", [("phone", "1-800-FLOWERS", None)]),
        ("Call 1-888-ACME-NOW (1-888-226-3669).", [("phone", "1-888-226-3669", None)]),
        ("Call 0800 123 4567 in the UK.", [("phone", "0800 123 4567", None)]),
        (
            "Phone: +44 20 7946 0958; Fax: +44 20 7946 0959",
            [("phone", "+44 20 7946 0958", None), ("fax", "+44 20 7946 0959", None)],
        ),
        (
            "Toll-free: 800.555.0142 (TTY: 800.555.0143)",
            [("phone", "800.555.0142", None), ("tty", "800.555.0143", None)],
        ),
        ("TTY/TDD users may call 1-800-555-0144.", [("tty", "1-800-555-0144", None)]),
        ("Reach us by fax at 212-555-0145.", [("fax", "212-555-0145", None)]),
        ("Dial 212-555-0145 (fax) with questions.", [("fax", "212-555-0145", None)]),
        (
            "Tel. +49 (0)30 901820, Fax +49 30 901821",
            [("phone", "+49 (0)30 901820", None), ("fax", "+49 30 901821", None)],
        ),
        ("Call 1-800-555-0146 ext. 4 to ask about your data.", [("phone", "1-800-555-0146", "ext. 4")]),
        ("Dial 1 (800) 555-0147, then press 2, to delete your data.", [("phone", "1 (800) 555-0147", "press 2")]),
        ("Appelez-nous au +33 1 70 18 99 00.", [("phone", "+33 1 70 18 99 00", None)]),
        ("Write on WhatsApp to +55 11 99999-8888.", [("phone", "+55 11 99999-8888", None)]),
    ],
)
def test_numbers(read: Read, sentence: str, numbers: list[tuple[str, str, str | None]]) -> None:
    assert [(c.type, c.value, c.conditions) for c in read(sentence + CLOSING).channels] == numbers


@pytest.mark.parametrize(
    "sentence",
    [
        "We are here for you 24/7.",
        "Our certificate is ISO 27001:2013, number 2013-0044-8812.",
        "Registered in England, company number 08123456, VAT GB 123 4567 89.",
        "Order 555-0100-2222 was shipped.",
        "IP addresses such as 192.168.100.200 are stored.",
        "Since 2015-2019 we sold 1,234,567,890 watches.",
        "ZIP 94085-1234 is ours.",
        "Contact: República 01042-916 São Paulo",
        "Our D-U-N-S number is 12-345-6789.",
        "See 45 CFR 164.520 and Section 1798.83 of the Code.",
        "The sample card 4111 1111 1111 1111 is no real one.",
        "It happened between 01/01/2020 and 12/31/2020.",
    ],
)
def test_numbers_of_other_things(read: Read, sentence: str) -> None:
    assert read(sentence + CLOSING).channels == ()


def test_letters_are_keys_of_a_telephone() -> None:
    assert digits_of("1-800-FLOWERS") == "18003569377"


@pytest.mark.parametrize(
    ("text", "address"),
    [
        (
            "Write to Privacy Officer, Acme Tools, Inc., One Acme Plaza, Suite 400, Springfield, IL 62701.",
            "Privacy Officer, Acme Tools, Inc., One Acme Plaza, Suite 400, Springfield, IL 62701",
        ),
        (
            "Attn: Legal, Acme, PO Box 900, Reno, Nevada 89501 USA",
            "Attn: Legal, Acme, PO Box 900, Reno, Nevada 89501 USA",
        ),
        (
            "Ask c/o Lawyers LLP, 500 Main Street, Boise, ID 83702 first",
            "c/o Lawyers LLP, 500 Main Street, Boise, ID 83702",
        ),
        (
            "Acme Ltd\n10 Downing Lane\nLondon\nSW1A 2AA\nUnited Kingdom",
            "Acme Ltd\n10 Downing Lane\nLondon\nSW1A 2AA\nUnited Kingdom",
        ),
        (
            "at Acme Ltd, 1 Grand Quay Square, Dublin 2, D02 P820, Ireland.",
            "Acme Ltd, 1 Grand Quay Square, Dublin 2, D02 P820, Ireland",
        ),
        ("at Muster GmbH, Hauptstraße 10, 50667 Köln, Germany.", "Muster GmbH, Hauptstraße 10, 50667 Köln, Germany"),
        ("at Muster GmbH, Anna-Weiß-Str. 12, 80807 München", "Muster GmbH, Anna-Weiß-Str. 12, 80807 München"),
        ("by post to Acme SAS, 5 avenue Montaigne, 75008 Paris", "Acme SAS, 5 avenue Montaigne, 75008 Paris"),
        ("is Acme B.V., Herengracht 100, 1015 BS Amsterdam", "Acme B.V., Herengracht 100, 1015 BS Amsterdam"),
        ("to Acme S.L., Calle Mayor 5, 28013 Madrid, Spain", "Acme S.L., Calle Mayor 5, 28013 Madrid, Spain"),
        ("to Acme AB, Storgatan 5, 111 51 Stockholm, Sweden", "Acme AB, Storgatan 5, 111 51 Stockholm, Sweden"),
        (
            "to Acme Canada, 100 King Street West, Toronto, Ontario M5X 1A9",
            "Acme Canada, 100 King Street West, Toronto, Ontario M5X 1A9",
        ),
        (
            "to Acme Brasil Ltda., Rua das Flores, 123, São Paulo, SP, 01310-100, Brasil",
            "Acme Brasil Ltda., Rua das Flores, 123, São Paulo, SP, 01310-100, Brasil",
        ),
        (
            "to Acme, 1-2-3 Marunouchi, Chiyoda-ku, Tokyo 100-0005, Japan",
            "Acme, 1-2-3 Marunouchi, Chiyoda-ku, Tokyo 100-0005, Japan",
        ),
        (
            "to Acme Korea, 10 Sejong-daero, Jung-gu, Seoul 04524, Republic of Korea",
            "Acme Korea, 10 Sejong-daero, Jung-gu, Seoul 04524, Republic of Korea",
        ),
        ("to Acme Pte. Ltd., 8 Marina Lane, Singapore 018960.", "Acme Pte. Ltd., 8 Marina Lane, Singapore 018960"),
        ("to Acme Pty Ltd, 12 Smith St, Melbourne VIC 3000", "Acme Pty Ltd, 12 Smith St, Melbourne VIC 3000"),
        ("located at 9 Rue du Port 75001 - Paris (France), and so on", "9 Rue du Port 75001 - Paris (France)"),
    ],
)
def test_addresses_of_many_countries(text: str, address: str) -> None:
    assert [text[start:end] for start, end in addresses_in(text)] == [address]


@pytest.mark.parametrize(
    "text",
    [
        "We store data in Ireland, Germany and Oregon 97201 regions.",
        "In 2019, 12 Angry Men, a film, cost 94085 dollars.",
        "Regulation 2016/679 of 27 April 2016. In 2018 Acme moved to Germany.",
        "We have offices in Germany and 12 Partners in France, Spain, Italy, and Germany.",
        "Residents of Virginia, Colorado, Connecticut and the 50 U.S. States have rights.",
        "Our servers are in Dublin, Ireland.",
    ],
)
def test_places_that_no_letter_reaches(text: str) -> None:
    assert addresses_in(text) == []


@pytest.mark.parametrize(
    ("sentence", "desks"),
    [
        ("Journalists: press@acme.example", ["press"]),
        ("Report security issues to security@acme.example.", ["security"]),
        ("If you find a vulnerability, write to reports@acme.example.", ["security"]),
        ("Law enforcement may write to legal-requests@acme.example.", ["law_enforcement"]),
        ("Subpoenas go to court@acme.example.", ["law_enforcement"]),
        ("Investors can e-mail ir@acme.example.", ["other"]),
        ("Copyright notices go to our designated agent, notices@acme.example.", ["other"]),
        ("Careers: jobs@acme.example", ["other"]),
        ("If unhappy, complain to the Information Commissioner's Office (ICO) at casework@ico.org.uk.", ["regulator"]),
        ("You may contact the FTC at 1-877-382-4357.", ["regulator"]),
        ("You can also reach Equifax at 1-800-685-1111.", ["other"]),
        ("Opt out of prescreened offers by calling 1-888-567-8688, a service of the credit bureaus.", ["other"]),
        ("If you get no answer, contact TRUSTe at https://feedback-form.truste.com/watchdog/request.", ["other"]),
        ("Our Data Protection Officer can be reached at officer@acme.example.", ["dpo"]),
        ("Our EU representative is Muster Rep GmbH, Hauptstraße 10, 50667 Köln, Germany.", ["eu_representative"]),
        ("Contact our UK representative at UK Rep Ltd, 1 High Street, Leeds LS1 4AP.", ["uk_representative"]),
        ("Contact our customer service at support@acme.example.", ["general"]),
        ("Before you complain to the CNIL, please write to privacy@acme.example.", ["privacy"]),
        (
            "To delete your data, write to privacy@acme.example; journalists write to media@acme.example.",
            ["privacy", "press"],
        ),
    ],
)
def test_who_is_reached(read: Read, sentence: str, desks: list[str]) -> None:
    channels = read(sentence + CLOSING).channels
    assert [channel.desk for channel in channels] == desks
    assert all(bool(channel.purposes) == (channel.desk in OFFERED_DESKS) for channel in channels)


@pytest.mark.parametrize(
    ("words", "target"),
    [
        ("If you have questions, [contact us](https://acme.example/contact).", "https://acme.example/contact"),
        ("Please [send us a detailed message](https://acme.example/support).", "https://acme.example/support"),
        (
            "To ask us for your data, submit a ticket [here](https://help.acme.example/hc/requests/new?id=7).",
            "https://help.acme.example/hc/requests/new?id=7",
        ),
        ("With a question, see the [Help Center](https://help.acme.example/).", "https://help.acme.example/"),
        (
            "You may complain to the [ICO](https://ico.org.uk/global/contact-us/).",
            "https://ico.org.uk/global/contact-us/",
        ),
    ],
)
def test_pages_where_one_writes_to_somebody(read: Read, words: str, target: str) -> None:
    policy = read(words, "acme.md")
    assert [(c.type, c.value) for c in policy.channels] == [("web_form", target)]


@pytest.mark.parametrize(
    "words",
    [
        "To choose what we send, see your [settings](https://acme.example/settings/contact).",
        "We post news on [Facebook](https://www.facebook.com/acme).",
        "Read the [Privacy Policy](https://acme.example/privacy-policy) of our partner with any question.",
        "Read [how to contact a seller](https://help.acme.example/articles/77-contact).",
        "Manage your newsletters [here](https://acme.example/email.html).",
    ],
)
def test_pages_where_one_does_not(read: Read, words: str) -> None:
    assert read(words, "acme.md").channels == ()


def test_two_spellings_of_one_postal_address_are_one_channel(read: Read) -> None:
    policy = read(
        "Write to Customer Care, P.O. Box 8041, Davenport, IA 52808-8041.\n"
        "You may opt out in writing to Customer Care, P.O. Box 8041, Davenport IA 52808-8041 at any time.\n"
    )
    assert [(c.value, len(c.mentions)) for c in policy.channels] == [
        ("Customer Care, P.O. Box 8041, Davenport, IA 52808-8041", 2)
    ]


def test_two_addressees_in_one_house_are_two_channels(read: Read) -> None:
    policy = read(
        "Write to Acme, Compliance Officer, 12 Oak Street, Dallas, Texas 75254.\n"
        "Write to Acme, Privacy Contact, 12 Oak Street, Dallas, Texas 75254.\n"
    )
    assert len(policy.channels) == 2
