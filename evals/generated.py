"""Policies of companies that do not exist, made from templates: as many as a benchmark wants, the same each time."""

from __future__ import annotations

import random

NAMES = "Alder Beacon Calder Dunmore Everly Falstaff Garnet Harrow Ivory Juniper Kestrel Lantern Meridian Northgate Orchard Pilgrim".split()
TRADES = (
    "Outfitters Insurance Mobility Grocers Telecom Studios Travel Clinics Energy Bookshop Fitness Logistics".split()
)
DATA = (
    "your full name|your postal address|your e-mail address|the number of your telephone|your date of birth|the last digits of your card|"
    "the pages you open|the make of your device|the version of your operating system|your approximate location|recordings of your calls|"
    "the photographs you upload|your answers to our surveys|the size of your household|your delivery instructions|the goods in your basket|"
    "your returns and complaints|the language of your browser|your member number|identifiers set by cookies"
).split("|")
PURPOSES = (
    "to deliver what you ordered|to answer what you asked|to find out who misuses an account|to keep the books that tax law asks for|"
    "to show offers that may interest you|to mend faults in the application|to train new members of staff|to plan the stock of our branches|"
    "to prove that a contract was made|to tell you about recalls|to measure how well an advertisement did|to settle a claim"
).split("|")
PARTIES = (
    "the carrier that brings your parcel|the bank that takes your payment|a company that hosts our computers|an agency that looks for debtors|"
    "our sister companies abroad|a firm that sends our letters|the authorities, if a court orders it|the auditors of our accounts|"
    "a partner that measures our advertisements|whoever buys our business, should that happen"
).split("|")
SECTIONS = (
    "What we collect|Where we get it from|What we do with it|Whom we share it with|Cookies and similar files|How long we keep it|How we guard it|"
    "Children|Your choices|Your rights|Sending data abroad|Automated decisions|Changes to this policy|How to reach us"
).split("|")
SENTENCES = (
    "When you {act}, {company} records {data} and {other}, {purpose}.",
    "We use {data} {purpose}, and we stop doing so {months} months after {event}.",
    "{company} may pass {data} on to {party}, but only {purpose} and never for another reason.",
    "If you live in {region}, you can ask us within {days} days to show you {data}, free of charge and as often as you like.",
    "Unless you object by letter, we also combine {data} with {other}, which helps us {purpose}.",
    "Staff of our {team} team can see {data} for {days} days after {event}; after that a manager has to agree each time.",
    "We do not sell {data}, and we require {party} to delete it no later than {months} months after {event}.",
    "Where the law of {region} asks for it, we seek your consent before we use {data} {purpose}.",
    "You may tell us at any time that you no longer want us to keep {other}, and we will act on that within {days} days.",
    "In the {region} branches of {company}, cameras record the entrance; those pictures are deleted after {days} days unless {party} needs them.",
)
ACTS = "open an account|place an order|visit our pages|call our help line|enter a prize draw|return an article|join the members' club|install the application".split(
    "|"
)
EVENTS = "your last purchase|the end of your contract|your last visit|the day you close the account|we settle your claim".split(
    "|"
)
REGIONS = "California Ontario Scotland Bavaria Queensland Quebec Virginia Catalonia Normandy Oregon".split()
TEAMS = "accounts|returns|security|marketing|legal|delivery|research".split("|")
# Further companies, once the names above are used up: no name holds another.
STARTS = "Al Bex Cal Dun Ev Fal Gar Har Iv Jun Kes Lan Mer Nor Or Pil".split()
ENDS = "brook croft field ford gate holm ley moor thorpe wick wold".split()
QUESTIONS = (
    "Does {company} sell my personal information?|How long does {company} keep my data?|Who does {company} share my card details with?|"
    "What does {company} do with recordings of my calls?|Can {company} see which pages I open?|How do I get a copy of my data from {company}?|"
    "Does {company} keep my date of birth after I close my account?|Which of my data does {company} send abroad?|"
    "Is my location recorded by {company}?|How do I object to what {company} does with my photographs?|"
    "Does {company} let an agency that looks for debtors see my address?|Please have {company} delete my data|"
    "What cookies does {company} set?|Does {company} use cameras in its branches?|How does {company} guard my member number?|"
    "Does {company} need my consent to use my answers to surveys?"
).split("|")
UNSCOPED = (
    "Do they sell my personal information?",
    "How long is my data kept?",
    "Who sees the recordings of my calls?",
    "Can I have my account deleted?",
)
WORDS = 3_000  # of paragraphs and lists at least


def generated_policy(number: int) -> str:
    """Return the policy of company `number` as Markdown, 3,200 to 4,300 words."""
    dice = random.Random(number)
    company = company_name(number)
    lines = _opening(number)
    words = 0
    while words < WORDS:
        for section in SECTIONS if words == 0 else dice.sample(SECTIONS, 4):
            lines += [f"## {section}" if words == 0 else f"## {section}: further details", ""]
            for _ in range(2):
                paragraph = " ".join(_sentence(dice, company) for _ in range(dice.randint(2, 5)))
                words += len(paragraph.split())
                lines += [paragraph, ""]
            lines += [f"We also keep, {dice.choice(PURPOSES)}:", ""]
            items = [f"- {one}, for {dice.randint(2, 60)} months" for one in dice.sample(DATA, 4)]
            words += sum(len(item.split()) for item in items)
            lines += [*items, ""]
    return "\n".join([*lines, *_ending(number)])


def short_policy(number: int) -> str:
    """Return a policy of company `number` of about 250 words, for libraries of thousands.

    Its sentences are drawn from a stock that all companies share, so many need no vector of their own: a library of such policies
    measures answering, not ingest.
    """
    dice = random.Random(f"short {number}")
    lines = _opening(number)
    for section in dice.sample(SECTIONS, 5):
        lines += [
            f"## {section}",
            "",
            " ".join(_sentence(random.Random(dice.randrange(600)), "the company") for _ in range(2)),
            "",
        ]
    return "\n".join([*lines, *_ending(number)])


def generated_questions(companies: int, count: int) -> list[str]:
    """Return `count` questions that take turns over the first `companies` companies; the first of each come first."""
    return [
        QUESTIONS[(at + at // companies) % len(QUESTIONS)].format(company=company_name(at % companies))
        for at in range(count)
    ]


def company_name(number: int) -> str:
    """Return the name of company `number`; names repeat from 2,304 on."""
    first = len(NAMES) * len(TRADES)
    if number % 2304 < first:
        return f"{NAMES[number % len(NAMES)]} {TRADES[number // len(NAMES) % len(TRADES)]}"
    further = number % 2304 - first
    start, further = STARTS[further % len(STARTS)], further // len(STARTS)
    return f"{start}{ENDS[further % len(ENDS)]} {TRADES[further // len(ENDS)]}"


def _opening(number: int) -> list[str]:
    months = "January February March April May June July August September October".split()
    return [
        *(f"# {company_name(number)} Privacy Policy", ""),
        *(f"Last updated: {months[number % 10]} {1 + number % 28}, 2025", ""),
        *(f"This privacy policy explains how {company_name(number)} treats your personal information.", ""),
    ]


def _ending(number: int) -> list[str]:
    host = company_name(number).lower().replace(" ", "-")
    return ["## Contact", "", f"Write to privacy@{host}.example to have your data deleted.", ""]


def _sentence(dice: random.Random, company: str) -> str:
    data, other = dice.sample(DATA, 2)
    return dice.choice(SENTENCES).format(
        company=company,
        data=data,
        other=other,
        act=dice.choice(ACTS),
        purpose=dice.choice(PURPOSES),
        party=dice.choice(PARTIES),
        event=dice.choice(EVENTS),
        region=dice.choice(REGIONS),
        team=dice.choice(TEAMS),
        months=dice.randint(2, 60),
        days=dice.randint(3, 90),
    )
