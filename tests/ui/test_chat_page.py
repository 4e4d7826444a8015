"""What the chat page's handlers do beside answering: opinions, forgetting, a request's status, one company's page."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import SimpleNamespace

import pytest

from bot.reply import Answer
from bot.requests.errors import UnknownRequestError
from pages.chat import ChatPage
from pages.conversations import Conversations
from pages.furniture import render_foot
from pages.transcript import render_transcript
from pages.visitors import new_cookie
from tests.ui.desk import NO_SALE, Desk
from vectorstore.errors import StoreUnavailableError

NUMBER = "0123456789abcdefghjk"


@dataclass
class Kept:
    """Opinions as they were given; `error` is raised instead of keeping one."""

    opinions: list[tuple[str, bool]] = field(default_factory=list)
    error: Exception | None = None

    def note(self, answer: Answer) -> None:
        """Questions without an answer are another test's."""

    def feedback(self, answer: Answer, helpful: bool) -> str:
        if self.error is not None:
            raise self.error
        self.opinions.append((answer.question, helpful))
        return "1"


class Requests:
    """A desk that holds one request of somebody else."""

    @property
    def ledger(self) -> Requests:
        return self

    def get(self, request_id: str) -> SimpleNamespace:
        if request_id != NUMBER:
            raise UnknownRequestError(request_id)
        return SimpleNamespace(id=NUMBER, company="Tern & <Co>", state="sent", person="Rosa Quill")

    def of_session(self, session: str) -> list:
        return []


def visitor() -> SimpleNamespace:
    cookie = new_cookie(False).split(";")[0].removeprefix("desk=")
    return SimpleNamespace(cookies={"desk": cookie}, session_hash="page", client=None)


@pytest.fixture
def kept() -> Kept:
    return Kept()


@pytest.fixture
def page(kept: Kept) -> ChatPage:
    return ChatPage(Desk(), Conversations(), Requests(), kept)


def ask(page: ChatPage, who: SimpleNamespace, question: str = "do they sell my data?", company: str = "") -> list:
    return list(page.ask(question, company, who))[-1]


def test_an_opinion_is_of_the_newest_answer_and_thanked_for(page, kept):
    who = visitor()
    shown = ask(page, who)
    assert "Did this answer help?" in shown[2]
    thanked = page.helped(who)
    assert "Thank you" in thanked[0]
    page.unhelpful(who)
    assert kept.opinions == [(NO_SALE.question, True), (NO_SALE.question, False)]


def test_nobody_has_an_opinion_of_nothing(page, kept):
    page.helped(visitor())
    assert kept.opinions == []


def test_an_opinion_that_cannot_be_kept_is_said(page, kept):
    who = visitor()
    ask(page, who)
    kept.error = StoreUnavailableError("the database is away")
    assert "could not be noted" in page.helped(who)[0]


def test_where_opinions_are_not_kept_none_is_asked_for():
    page = ChatPage(Desk(), Conversations(), Requests())
    assert ask(page, visitor())[2] == ""
    assert "30 days" not in render_foot(requests=True, questions=False)
    assert "30 days" in render_foot(requests=True, questions=True)


def test_forgetting_erases_the_conversation_and_only_that_one_and_says_so(page):
    who, other = visitor(), visitor()
    ask(page, who, "where does Rosa live?")
    ask(page, other)
    shown = page.forget("", who)
    assert "has been erased" in shown[0]
    assert "Rosa" not in str(page.conversations._kept)
    assert page.conversations.read(f"{who.cookies['desk']}") == ()
    assert len(page.conversations.read(other.cookies["desk"])) == 1
    # The next question starts without what went before.
    ask(page, who, "and that?")
    assert page.bot.asked[-1][2] == ()


def test_a_number_in_the_question_shows_the_state_and_nothing_of_the_person(page):
    who = visitor()
    html = ask(page, who, f"what about my request {NUMBER.upper()}?")[0]
    assert "Sent" in html
    assert "Tern &amp; &lt;Co&gt;" in html
    assert f'href="/request/{NUMBER}"' in html
    assert "Rosa" not in html
    assert page.bot.asked == []


@pytest.mark.parametrize("question", [NUMBER[:-1], NUMBER + "a", "z" * 20, "x" + NUMBER, "-" + NUMBER])
def test_what_is_no_number_of_a_request_is_a_question(page, question):
    ask(page, visitor(), question)
    assert [asked for asked, _, _ in page.bot.asked] == [question]


def test_a_request_that_was_asked_for_is_no_turn_the_bot_leans_on(page):
    who = visitor()
    ask(page, who, NUMBER)
    ask(page, who, "and now?")
    assert page.bot.asked[-1][2] == ()
    assert render_transcript(page.conversations.read(who.cookies["desk"])).count('<li class="turn"') == 2


def test_an_embedded_page_offers_its_policy_alone(page):
    chosen, note, opened, shown, *_ = page.start("tern", visitor())
    assert (chosen.value, chosen.choices, chosen.visible) == ("tern", [("Tern & Co", "tern")], False)
    assert note == ""
    assert opened == '<span data-open="/policy/tern"></span>'
    nobody = SimpleNamespace(cookies={}, session_hash="page", client=None)
    assert "data-apart" in page.start("tern", nobody)[1]
    assert "data-apart" not in page.start("", nobody)[1]
    assert "no longer here" in page.start("<script>", nobody)[3]
