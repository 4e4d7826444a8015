"""The chat page: its layout and what its controls do. The conversation stays on the server."""

from __future__ import annotations

import logging
import re
import secrets
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import gradio as gr

from bot.errors import QuestionError
from bot.front.asking import Asking
from bot.front.clients import client_of
from bot.front.errors import BusyError
from bot.reply import Answer
from bot.requests.errors import UnknownRequestError
from bot.requests.states import FINAL
from pages.conversations import Conversations, Exchange, FoundRequest, PolicyName, history
from pages.furniture import render_foot, render_header, render_viewer
from pages.markup import policy_path, text, worded
from pages.transcript import render_notice, render_transcript, render_welcome
from pages.visitors import visitor_of
from pages.words import say
from vectorstore.errors import StoreError, UnknownPolicyError

if TYPE_CHECKING:
    from bot.bot import PolicyBot
    from bot.requests.desk import RequestDesk
    from bot.staff.questions import QuestionLog
    from vectorstore.library import PolicySummary

logger = logging.getLogger(__name__)

SUGGESTIONS = 4
SPARE_THREADS = 16
"""Threads of the page beside those in which questions wait."""

LONGEST_LINE = 2_000
"""Characters of a message to an agent."""

SHOWN = 400
"""Characters of a refused question that the page repeats; the whole of it stays in the box."""

NUMBER = re.compile(r"(?<![\w-])[0-9a-hjkmnp-tv-z]{20}(?![\w-])", re.IGNORECASE)
"""A request's number in a question."""

WHERE = "() => document.documentElement.dataset.embedded || ''"
"""Which policy an embedded page is about; the page's address says so, and the shield repeats it on its root."""


class ChatPage:
    """The handlers of the page over one bot and one store of conversations."""

    def __init__(
        self,
        bot: PolicyBot,
        conversations: Conversations,
        desk: RequestDesk | None = None,
        questions: QuestionLog | None = None,
        asking: Asking | None = None,
    ) -> None:
        self.bot = bot
        self.asking = asking or Asking(bot)
        self.conversations = conversations
        self.desk = desk
        # Set where agents work at this desk: they see the conversations, what was asked in vain, and what people thought.
        self.questions = questions

    def build(self) -> gr.Blocks:
        """Return the page, ready to be mounted."""
        with gr.Blocks(title=say("chat.title"), analytics_enabled=False, fill_width=True) as page:
            gr.HTML(render_header(), apply_default_css=False, elem_id="top", js_on_load=None)
            with gr.Row(elem_id="desk"):
                with gr.Column(elem_id="chat"):
                    with gr.Row(elem_id="scope"):
                        company = gr.Dropdown(
                            [(say("chat.all_companies"), "")],
                            value="",
                            label=say("chat.company"),
                            elem_id="company",
                            filterable=True,
                        )
                        # The framework would write a value that is no choice, a stranger's words, to the log.
                        company.preprocess = _as_text  # type: ignore[method-assign]
                        fresh = gr.Button(say("chat.forget"), elem_id="fresh", variant="secondary")
                    requests = gr.HTML("", apply_default_css=False, elem_id="requests", js_on_load=None)
                    opened = gr.HTML("", apply_default_css=False, elem_id="opened", js_on_load=None)
                    transcript = gr.HTML("", apply_default_css=False, elem_id="transcript", js_on_load=None)
                    with gr.Row(elem_id="opinion"):
                        thanks = gr.HTML("", apply_default_css=False, elem_id="thanks", js_on_load=None)
                        good = gr.Button(say("chat.helped_yes"), visible=False, elem_classes="opinion")
                        bad = gr.Button(say("chat.helped_no"), visible=False, elem_classes="opinion")
                    with gr.Row(elem_id="suggestions"):
                        buttons = [gr.Button("", visible=False, elem_classes="suggestion") for _ in range(SUGGESTIONS)]
                    with gr.Row(elem_id="composer"):
                        question = gr.Textbox(
                            label=say("chat.question"), placeholder=say("chat.example"), lines=1,
                            max_lines=5, max_length=20_000, elem_id="question-box", autofocus=True,
                        )  # fmt: skip
                        send = gr.Button(say("chat.send"), variant="primary", elem_id="send")
                    foot = render_foot(requests=self.desk is not None, questions=self.questions is not None)
                    gr.HTML(foot, apply_default_css=False, elem_id="foot", js_on_load=None)
                with gr.Column(elem_id="viewer"):
                    gr.HTML(render_viewer(), apply_default_css=False, js_on_load=None)
            rating = [thanks, good, bad]
            outputs: list[Any] = [transcript, question, *rating, *buttons]
            quiet: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
            about = gr.Textbox("", visible=False, elem_id="about")
            page.load(self.start, about, [company, requests, opened, transcript, *buttons], js=WHERE, **quiet)
            gr.on([question.submit, send.click], self.ask, [question, company], outputs, **quiet)
            for button in buttons:
                button.click(self.ask, [button, company], outputs, **quiet)
            company.input(self.choose, company, [opened, *buttons], **quiet)
            fresh.click(self.forget, company, outputs, **quiet)
            good.click(self.helped, None, rating, **quiet)
            bad.click(self.unhelpful, None, rating, **quiet)
            if self.questions is not None:
                # The page's script presses it when an agent has written; people never see it.
                look = gr.Button("Look for news", elem_id="look")
                look.click(self.look, None, transcript, **quiet)
        # The framework serves first come, first served. It only passes on, each in a thread of its own, and the fair queue
        # decides whose turn it is.
        room = self.asking.gate.settings.waiting + SPARE_THREADS
        page.max_threads = room
        return page.queue(max_size=256, default_concurrency_limit=room, api_open=False)

    def start(self, about: str | None, request: gr.Request) -> list[Any]:
        """Return what a newly opened page shows: the visitor's conversation where there is one.

        `about` is the policy of a page that is embedded in its company's site: such a page offers no other.
        """
        rows = [row for row in self.bot.library.policies() if not about or row.id == about]
        if about and not rows:
            shown = render_notice(say("chat.not_here"), say("chat.gone"))
            return [gr.Dropdown(visible=False), "", "", shown, *self._buttons([])]
        companies = [row.company for row in rows]
        choices = [] if about else [(say("chat.all_companies"), "")]
        choices += [
            (row.company if companies.count(row.company) == 1 else f"{row.company} – {row.title}"[:120], row.id)
            for row in rows
        ]
        before = self.conversations.read(_visitor(request))
        shown = self._shown(_visitor(request)) or self._welcome(rows)
        answer = before[-1].answer if before else None
        scope = (about,) if about else ()
        suggested = (
            self._suggest(scope or tuple(answer.policy_ids), answer.follow_ups) if answer else self._suggest(scope)
        )
        chosen = gr.Dropdown(choices=choices, value=about or "", visible=not about)
        still = self._requests(_visitor(request))
        if about and visitor_of(request.cookies) is None:
            # A browser that takes no cookie here could not keep a request: its pages open in a window of their own.
            still += "<span data-apart></span>"
        return [chosen, still, _opening(about) if about else "", shown, *suggested]

    def ask(self, question: str | None, company: str | None, request: gr.Request) -> Iterator[list[Any]]:
        """Show the question at once, then the answer; where there is none, the question goes back into the box."""
        # A lone surrogate could not be written to the page.
        asked = str(question or "").encode("utf-8", "replace").decode()
        key = _visitor(request)
        before = self.conversations.read(key)
        same = [gr.skip()] * SUGGESTIONS
        still = [gr.skip()] * 3 + same
        if self.conversations.is_taken(key):
            yield [*self._tell(key, before, asked), *_unrated(), *same]
            return
        yield [render_transcript(before, pending=asked[:SHOWN]), "", *_unrated(), *same]
        found = self._request(asked)
        if found is not None:
            self.conversations.add(key, Exchange(secrets.token_hex(4), asked.strip(), found=found))
            yield [self._shown(key), *still, gr.skip()]
            return
        try:
            answer = self.asking.ask(_client(request), asked, (company,) if company else (), history(before))
            exchange = Exchange(
                secrets.token_hex(4),
                asked.strip(),
                answer,
                names=self._names(answer),
                can_request=self.desk is not None,
            )
            render_transcript((*before, exchange))  # what cannot be shown is not kept
            after = self._suggest((company,) if company else tuple(answer.policy_ids), answer.follow_ups)
        except (QuestionError, BusyError) as error:
            yield [self._refuse(before, asked, error.message), asked, *still]
            return
        except UnknownPolicyError:
            yield [
                self._refuse(before, asked, say("chat.gone")),
                asked,
                *still,
            ]
            return
        # The edge of the page: whatever went wrong, the visitor sees no trace of it and the log no words of theirs.
        except Exception as error:  # noqa: BLE001
            error_id = secrets.token_hex(4)
            logger.error("question failed: %s, id %s", type(error).__name__, error_id)
            yield [self._refuse(before, asked, say("chat.failed", number=error_id)), asked, *still]
            return
        self.conversations.add(key, exchange)
        yield [self._shown(key), gr.skip(), *(self._rating() if self.questions is not None else _unrated()), *after]
        self._keep_unanswered(answer)

    def look(self, request: gr.Request) -> Any:
        """Return the conversation as it is now, for a page that has been told of news."""
        return self._shown(_visitor(request)) or gr.skip()

    def choose(self, company: str | None) -> list[Any]:
        """Open the chosen company's policy beside the chat."""
        return [
            _opening(company) if company else f'<span data-open="{text("/policy")}"></span>',
            *self._suggest((company,) if company else ()),
        ]

    def forget(self, company: str | None, request: gr.Request) -> list[Any]:
        """Erase the conversation, say so, and begin a new one."""
        self.conversations.forget(_visitor(request))
        shown = render_notice(say("chat.forgotten"), say("chat.forgotten_words"), secrets.token_hex(4))
        return [shown, "", *_unrated(), *self._suggest((company,) if company else ())]

    def helped(self, request: gr.Request) -> list[Any]:
        """Note that the newest answer helped."""
        return self._opinion(True, request)

    def unhelpful(self, request: gr.Request) -> list[Any]:
        """Note that the newest answer did not help."""
        return self._opinion(False, request)

    def _opinion(self, helpful: bool, request: gr.Request) -> list[Any]:
        before = self.conversations.read(_visitor(request))
        answer = before[-1].answer if before else None
        if answer is None or self.questions is None:
            return _unrated()
        try:
            self.questions.feedback(answer, helpful)
        except StoreError as error:
            logger.warning("an opinion was not kept: %s", type(error).__name__)
            return [_thanks("chat.not_noted"), *_unrated()[1:]]
        return [_thanks("chat.thanks"), *_unrated()[1:]]

    def _rating(self) -> list[Any]:
        return [f"<p>{worded('chat.helped')}</p>", gr.Button(visible=True), gr.Button(visible=True)]

    def _request(self, asked: str) -> FoundRequest | None:
        """Return the request whose number stands in the question, None without one."""
        number = NUMBER.search(asked) if self.desk is not None else None
        if number is None or self.desk is None:
            return None
        try:
            record = self.desk.ledger.get(number.group().lower())
        except UnknownRequestError:
            return None
        return FoundRequest(record.id, record.company, record.state)

    def _requests(self, visitor: str) -> str:
        """Return a line that leads back to the requests this browser has open; "" without any."""
        if self.desk is None:
            return ""
        still = [one for one in self.desk.of_session(visitor) if one.state not in FINAL]
        if not still:
            return ""
        words = worded("chat.one_open") if len(still) == 1 else worded("chat.many_open", count=len(still))
        before, _, after = worded("chat.you_have", requests="\n").partition("\n")
        return f'<p class="note">{before}<a href="/request" target="policy">{words}</a>{after}</p>'

    def _welcome(self, rows: Sequence[PolicySummary]) -> str:
        return render_welcome([row.company for row in rows], staffed=self.questions is not None)

    def _shown(self, key: str) -> str:
        """Return the conversation as it is now, "" if there is none."""
        exchanges, revision = self.conversations.now(key)
        return render_transcript(exchanges, revision=None if self.questions is None else revision)

    def _tell(self, key: str, before: tuple[Exchange, ...], asked: str) -> list[Any]:
        """Pass the visitor's words to the agent who has the conversation: the bot is silent."""
        if not asked.strip():
            return [gr.skip(), ""]
        if len(asked) > LONGEST_LINE:
            return [self._refuse(before, asked, say("chat.line_too_long", most=f"{LONGEST_LINE:,}")), asked]
        self.conversations.add(key, Exchange(secrets.token_hex(4), asked.strip()))
        return [self._shown(key), ""]

    def _keep_unanswered(self, answer: Answer) -> None:
        """Keep a question that no policy answered, for the people who work on the policies."""
        if self.questions is None:
            return
        try:
            self.questions.note(answer)
        except StoreError as error:
            logger.warning("a question could not be kept: %s", type(error).__name__)

    def _refuse(self, before: tuple[Exchange, ...], asked: str, words: str) -> str:
        shown = asked if len(asked) <= SHOWN else asked[:SHOWN] + "…"
        return render_transcript((*before, Exchange(secrets.token_hex(4), shown.strip(), problem=words)))

    def _names(self, answer: Answer) -> dict[str, PolicyName]:
        cited = {citation.policy_id: citation.version for citation in answer.citations}
        wanted = {*answer.policy_ids, *cited}
        return {
            row.id: PolicyName(
                row.company,
                cited.get(row.id, row.version),
                row.url,
                row.updated if cited.get(row.id, row.version) == row.version else None,
                row.language,
            )
            for row in self.bot.library.policies()
            if row.id in wanted
        }

    def _suggest(self, policy_ids: tuple[str, ...], follow_ups: Sequence[str] = ()) -> list[Any]:
        try:
            asked = list(follow_ups) or self.bot.suggestions(policy_ids)
        except UnknownPolicyError:
            asked = []
        return self._buttons(asked[:SUGGESTIONS])

    def _buttons(self, shown: Sequence[str]) -> list[Any]:
        return [gr.Button(value=words, visible=True) for words in shown] + [
            gr.Button(value="", visible=False) for _ in range(SUGGESTIONS - len(shown))
        ]


def _as_text(payload: object) -> str:
    """Return what was sent as text; the bot says so if there is no such company."""
    return payload if isinstance(payload, str) else ""


def _unrated() -> list[Any]:
    """Return what asks for an opinion as it is while there is nothing to have one of."""
    return ["", gr.Button(visible=False), gr.Button(visible=False)]


def _thanks(key: str) -> str:
    return f'<p role="status">{worded(key)}</p>'


def _opening(policy_id: str) -> str:
    """Return the mark by which the page's script opens a policy beside the chat."""
    return f'<span data-open="{text(policy_path(policy_id))}"></span>'


def _visitor(request: gr.Request) -> str:
    """Return whose conversation it is: the browser's, over reloads; one page's where it takes no cookie."""
    return visitor_of(request.cookies) or f"page {request.session_hash}"


def _client(request: gr.Request) -> str:
    """Return the client that limits count the visitor as."""
    return client_of(request.client.host if request.client else None)
