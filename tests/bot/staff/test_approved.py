"""Approved answers: preferred for their question and no other, verbatim each time, unused once the policy says otherwise."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace

import pytest
from sqlalchemy import update
from typer.testing import CliRunner

from bot.reply import Turn
from bot.staff.approved import CHECKED, ApprovedAnswers
from bot.staff.desk_tables import approved_answers, open_tables
from bot.staff.entry_errors import StaffEntryError
from bot.terminal import answer_lines
from cli import app
from tests.bot.staff.conftest import CARTS, ORDERS, Office

QUESTION = "How long does Larkspur keep my order history?"
FIRST = "Trailhead Rewards is a financial incentive"


def approve(office: Office, *quotes: str, wording: str = QUESTION, verdict: str | None = None):
    return office.approved.add("m1", "larkspur", [wording], [office.place(quote) for quote in quotes], verdict)


def test_the_bot_prefers_the_chosen_quotes_and_cites_them_word_for_word(office):
    before = office.bot.reply(QUESTION)
    approve(office, CARTS, ORDERS)
    answer = office.bot.reply(QUESTION)
    assert [c.quote for c in before.citations] != [CARTS, ORDERS]
    assert [c.quote for c in answer.citations] == [CARTS, ORDERS]
    stored = office.bot.library.get("larkspur").text
    assert all(stored[c.start : c.end] == c.quote for c in answer.citations)
    assert (answer.status, answer.question, answer.policy_ids) == ("answered", QUESTION, ["larkspur"])
    assert answer.text.endswith(CHECKED)
    assert any(CARTS in line for line in answer_lines(answer))


@pytest.mark.parametrize(
    ("asked", "chosen"),
    [
        ("for how long is my order history kept by larkspur", True),
        ("How long does Larkspur keep my chat history?", False),
        ("How long does Tidewell keep my order history?", False),
        ("Does Larkspur keep my order history?", False),
        ("How long does Larkspur keep my order history after I close my account?", False),
        ("How long do Larkspur and Tidewell keep my order history?", False),
    ],
)
def test_it_serves_its_question_and_no_other(office, asked, chosen):
    approve(office, CARTS)
    assert office.bot.reply(asked).text.endswith(CHECKED) is chosen


def test_what_leans_on_an_earlier_turn_or_on_another_day_is_searched_as_usual(office):
    approve(office, CARTS)
    history = [Turn(question="Does Larkspur keep my chats?", policy_ids=["larkspur"])]
    assert office.bot.reply("How long do they keep my order history?", history=history).text.endswith(CHECKED)
    assert not office.bot.reply("And how long do they keep that order history?", history=history).text.endswith(CHECKED)
    past = dt.date(2026, 6, 1)
    assert not office.bot.reply(QUESTION, as_of=past).text.endswith(CHECKED)


def test_the_verdict_is_the_one_that_was_chosen(office):
    approve(office, "We have no plans to begin.", wording="Will Larkspur ever sell my fit profile?", verdict="no")
    answer = office.bot.reply("Will Larkspur ever sell my fit profile?")
    assert (answer.verdict, answer.text.startswith("No. ")) == ("no", True)


def test_a_new_version_that_still_says_so_is_cited_at_its_new_place(office):
    approve(office, ORDERS)
    office.revise("Introduction\n", "Introduction\nWe added this line in spring.\n", "June 2, 2026")
    answer = office.bot.reply(QUESTION)
    policy = office.bot.library.get("larkspur")
    assert (answer.citations[0].version, policy.version) == ("2026-06-02", "2026-06-02")
    assert policy.text[answer.citations[0].start : answer.citations[0].end] == ORDERS
    assert answer.text.endswith(CHECKED)


def test_a_new_version_that_says_otherwise_makes_it_stale_and_unused(office):
    approve(office, ORDERS)
    office.revise("seven years", "nine years", "June 2, 2026")
    answer = office.bot.reply(QUESTION)
    assert not answer.text.endswith(CHECKED)
    assert "nine years" in answer.citations[0].quote
    assert [(one.state, one.version) for one in office.approved.all()] == [("stale", "2026-06-02")]
    office.bot.library.history.roll_back("larkspur", "2026-02-12")
    assert [one.state for one in office.approved.all()] == ["valid"]
    assert office.bot.reply(QUESTION).text.endswith(CHECKED)


def test_words_changed_in_the_table_are_never_quoted(office):
    made = approve(office, ORDERS)
    tables = open_tables(f"sqlite:///{office.folder / 'requests.sqlite'}")
    with tables.writing() as connection:
        row = connection.execute(approved_answers.select()).one()
        forged = row.spans.replace("seven", "eleven")
        connection.execute(update(approved_answers).values(spans=forged, changed="2026-12-01T00:00:00.000000+00:00"))
    answer = office.bot.reply(QUESTION)
    assert not answer.text.endswith(CHECKED)
    assert all("eleven" not in c.quote for c in answer.citations)
    assert office.approved.standing(office.approved.get(made.id)).state == "stale"


def test_the_command_says_the_same_word_for_word(office):
    approved = ApprovedAnswers.open(f"sqlite:///{office.folder / 'var' / 'requests.sqlite'}", office.bot.library)
    approved.add("m1", "larkspur", [QUESTION], [office.place(CARTS)])
    told = CliRunner().invoke(app, ["ask", QUESTION, "--json", "--data-dir", str(office.folder / "var")])
    assert told.exit_code == 0
    answer = json.loads(told.stdout)
    stored = office.bot.library.get("larkspur").text
    assert [c["quote"] for c in answer["citations"]] == [CARTS]
    assert stored[answer["citations"][0]["start"] : answer["citations"][0]["end"]] == CARTS
    spoken = CliRunner().invoke(app, ["chat", "--data-dir", str(office.folder / "var")], input=f"{QUESTION}\n\n")
    assert CARTS in " ".join(spoken.stdout.split())


def test_asking_makes_no_database(office):
    told = CliRunner().invoke(app, ["ask", QUESTION, "--json", "--data-dir", str(office.folder / "var")])
    assert told.exit_code == 0
    assert not (office.folder / "var" / "requests.sqlite").exists()


def test_changing_and_retiring(office):
    made = approve(office, ORDERS)
    changed = office.approved.change(made.id, "m2", [QUESTION, "When are carts emptied?"], [office.place(CARTS)])
    assert (changed.member, changed.created, len(changed.wordings)) == ("m2", made.created, 2)
    assert office.bot.reply("When are Larkspur's carts emptied?").citations[0].quote == CARTS
    office.approved.retire(made.id, "m1")
    assert [one.state for one in office.approved.all()] == ["retired"]
    assert not office.bot.reply(QUESTION).text.endswith(CHECKED)


def test_another_process_sees_it_at_once(office):
    assert not office.bot.reply(QUESTION).text.endswith(CHECKED)
    other = ApprovedAnswers.open(f"sqlite:///{office.folder / 'requests.sqlite'}", office.bot.library)
    other.add("m1", "larkspur", [QUESTION], [office.place(ORDERS)])
    assert office.bot.reply(QUESTION).text.endswith(CHECKED)


@pytest.mark.parametrize(
    ("wordings", "quotes", "verdict", "words"),
    [
        ([" "], [ORDERS], None, "Write at least one wording"),
        (["Orders?"], [ORDERS], None, "says too little"),
        (["x" * 301], [ORDERS], None, "up to 300 characters"),
        ([f"How long is order number {n} kept?" for n in range(21)], [ORDERS], None, "up to 20 wordings"),
        ([QUESTION], [], None, "Choose at least one passage"),
        ([QUESTION], ["order records for seven"], None, "no longer where it was"),
        ([QUESTION], ["Sale of Your Information"], None, "no longer where it was"),
        ([QUESTION], ["Ridgeline 2"], None, "no longer where it was"),
        ([QUESTION], ["The points in your balance and the date on which they lapse;"], None, "damaged"),
        ([QUESTION], [ORDERS], "maybe", "The verdict is one of"),
    ],
)
def test_what_cannot_be_kept_is_said_in_plain_words(office, wordings, quotes, verdict, words):
    with pytest.raises(StaffEntryError, match=words):
        office.approved.add("m1", "larkspur", wordings, [office.place(quote) for quote in quotes], verdict)
    assert office.approved.all() == []


def test_the_same_question_is_not_approved_twice(office):
    made = approve(office, ORDERS)
    with pytest.raises(StaffEntryError, match=made.id):
        approve(office, CARTS, wording="for how long is my order history kept")


def test_an_unreadable_table_costs_no_answer(office, caplog):
    class Broken(ApprovedAnswers):
        def _wordings(self):
            from vectorstore.errors import StoreUnavailableError

            raise StoreUnavailableError("the disk is gone")

    office.bot.approved = Broken(open_tables("sqlite://"), office.bot.library)
    assert office.bot.reply(QUESTION).status == "answered"
    assert "order history" not in caplog.text


def test_a_record_keeps_what_was_chosen(office):
    made = approve(office, ORDERS, verdict="conditional")
    assert office.approved.get(made.id) == replace(made)
    assert (made.spans[0].quote, made.version) == (ORDERS, "2026-02-12")
