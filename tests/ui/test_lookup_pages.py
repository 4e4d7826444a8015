"""The agents' look-up pages over the sample policies: what they show, what a form changes, what is noted."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from fastapi.testclient import TestClient

from bot.bot import PolicyBot
from bot.build import build_bot
from bot.reply import Answer
from bot.requests.intent import IntentRecogniser
from bot.staff.agent_desk import AgentDesk
from bot.staff.records import Member
from ingest import ingest_sources
from pages.conversations import Conversations, Exchange, LiveConversation
from pages.staff.lookup.live_pages import render_conversation
from pages.staff.lookup.router import lookup_router, lookup_waiting
from tests.staff_stub import TOKEN, ListedTrail, stub_staff_app
from vectorstore import PolicyLibrary, StoreSettings

ROOT = Path(__file__).parents[2]
HTML = {"Accept": "text/html"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
QUESTION = "How long does Larkspur keep my order history?"
ORDERS = "We keep order records for seven years, because tax law asks for them."


@dataclass(frozen=True, slots=True)
class Office:
    """The pages for two agents: Ann, who is signed in by default, and Ben."""

    client: TestClient
    agents: AgentDesk
    talks: Conversations
    folder: Path

    @property
    def noted(self) -> list[tuple[str, str, str]]:
        trail = self.agents.trail
        assert isinstance(trail, ListedTrail)
        return trail.entries

    def page(self, path: str, **asked: str) -> str:
        reply = self.client.get(f"/lookup{path}", params=asked, headers=HTML)
        assert reply.status_code == 200, reply.text
        return reply.text

    def post(self, path: str, *fields: tuple[str, str], who: str = "Ann"):
        body = urlencode([("token", TOKEN), *fields])
        headers = {**FORM, "Cookie": f"who={who}"}
        return self.client.post(f"/lookup{path}", content=body, headers=headers, follow_redirects=False)

    def place(self, quote: str) -> str:
        start = self.agents.bot.library.get("larkspur").text.index(quote)
        return f"{start}-{start + len(quote)}"

    def revise(self, old: str, new: str) -> None:
        words = self.agents.bot.library.get("larkspur").text.replace(old, new)
        words = words.replace("Last Updated: February 12, 2026", "Last Updated: June 2, 2026")
        file = self.folder / "larkspur.txt"
        file.write_text(words, encoding="utf-8")
        assert [r.error for r in ingest_sources([file], self.agents.bot.library, policy_id="larkspur")] == [None]


@pytest.fixture(scope="module")
def read_once(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, PolicyBot]:
    folder = tmp_path_factory.mktemp("read") / "var"
    bot = build_bot(StoreSettings(folder))
    assert [r.error for r in ingest_sources([ROOT / "policies" / "policies.yaml"], bot.library)] == [None, None]
    return folder, bot


@pytest.fixture
def office(read_once: tuple[Path, PolicyBot], tmp_path: Path) -> Iterator[Office]:
    folder, ready = read_once
    shutil.copytree(folder, tmp_path / "var")
    library = PolicyLibrary.open(StoreSettings(tmp_path / "var"), ready.library.embedder)
    bot = PolicyBot(library, IntentRecogniser.open(library.embedder))
    agents = AgentDesk.open(bot, f"sqlite:///{tmp_path / 'requests.sqlite'}", ListedTrail())
    talks = Conversations()
    with TestClient(stub_staff_app(lookup_router(agents, talks), "/lookup")) as client:
        yield Office(client, agents, talks, tmp_path)


def words(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def test_search_marks_the_words_and_links_their_place(office):
    html = office.page("", words="how long are order records kept")
    start, _, end = office.place(ORDERS).partition("-")
    first = html[html.index('class="hits"') :]
    assert f"<mark>{ORDERS}</mark>" in first
    assert f'href="/policy/larkspur/2026-02-12?start={start}&amp;end={end}#cite"' in first
    assert "in 2 policies" in words(html)
    assert re.search(r"score 0\.\d\d", first)


@pytest.mark.parametrize(
    ("asked", "kept", "gone"),
    [
        ({"words": "delete my data", "company": "tidewell"}, "Tidewell", "Larkspur"),
        ({"words": "cookies", "section": "cookies"}, "lk_visit", "seven years"),
        ({"topic": "the Global Privacy Control"}, "Global Privacy Control", "seven years"),
        ({"topic": "delete", "company": "larkspur"}, "Delete personal information", "seven years"),
        ({"words": "delete my data", "regime": "GDPR"}, "Tidewell", "Larkspur"),
    ],
)
def test_each_filter_limits_the_search(office, asked, kept, gone):
    html = office.page("", **asked)
    found = html[html.index("<h2>Found") :]
    assert kept in words(found) or kept in found
    assert gone not in "".join(re.findall(r"<h3>.*?<span>|<div class=.words.*?</div>", found, re.S))


def test_a_search_of_another_day_takes_the_version_then_in_force(office):
    office.revise("seven years", "nine years")
    now = office.page("", words="how long are order records kept", company="larkspur")
    then = office.page("", words="how long are order records kept", company="larkspur", day="2026-04-01")
    assert "nine years" in now
    assert "seven years" not in now
    assert "seven years" in then
    assert "nine years" not in then
    before = words(office.page("", words="orders", company="larkspur", day="2019-01-01"))
    assert "No version from that day is held of: Larkspur." in before


@pytest.mark.parametrize(
    ("path", "asked", "status", "said"),
    [
        ("", {"words": "x", "day": "yesterday"}, 422, "Write the day as year, month and day"),
        ("", {"words": "x" * 2001}, 200, "Found"),
        ("", {"words": "orders", "company": "nobody"}, 404, "There is no policy of that name"),
        ("/ask", {"question": "x" * 3000}, 422, "please ask in 2,000 or fewer"),
        ("/compare", {"question": "orders", "left": "larkspur", "right": "larkspur"}, 422, "two different companies"),
        ("/versions/nobody", {}, 404, "There is no policy of that name"),
        ("/versions/larkspur", {"from": "1999"}, 404, "no such version"),
        ("/approved/none", {}, 422, "no approved answer of that number"),
        ("/live/none", {}, 404, "This conversation is over"),
    ],
)
def test_what_cannot_be_shown_is_said_in_plain_words(office, path, asked, status, said):
    reply = office.client.get(f"/lookup{path}", params=asked, headers=HTML)
    assert (reply.status_code, said in words(reply.text)) == (status, True)


def test_an_answer_is_whole_and_its_reply_can_be_copied_without_a_script(office):
    html = office.page("/ask", question=QUESTION)
    assert f'<blockquote dir="auto">{ORDERS}</blockquote>' in html
    plain = re.search(r'<textarea id="reply-text"[^>]*>(.*?)</textarea>', html, re.S)
    assert plain is not None
    assert f"[1] “{ORDERS}”" in plain.group(1)
    assert re.search(r"^    Larkspur, .*version 2026-02-12$", plain.group(1), re.M)
    assert "https://www.larkspur.example/help/privacy#:~:text=" in plain.group(1)
    assert '<li value="1"><blockquote>We keep order records' in html


@pytest.mark.parametrize(
    ("question", "reasons"),
    [
        ("Does Larkspur mine asteroids?", ["is silent", "✗ not met The best sentence scores"]),
        ("How many people work at Larkspur with my data?", ["is silent"]),
        ("Does Larkspur use my data to train AI?", ["is silent", "name the matter: artificial intelligence"]),
        (QUESTION, ["answers", "✓ met A sentence near the best has to tell how long this takes or lasts."]),
        ("Does Acme sell my data?", ["company not among those asked", "The question names Acme"]),
    ],
)
def test_why_it_is_silent_or_not(office, question, reasons):
    shown = words(office.page("/ask", question=question))
    assert [reason for reason in reasons if reason not in shown] == []


def test_an_unmet_need_names_what_is_missing(office):
    shown = words(office.page("/ask", question="how long does larkspur store my ip address"))
    assert re.search(r"✓ met The best sentence scores 0\.\d\d; an answer needs 0\.35\.", shown)
    assert "✗ not met A sentence near the best has to tell how long this takes or lasts." in shown
    shown = words(office.page("/ask", question="which firm does tidewells yearly hacking test"))
    assert "✗ not met A sentence has to name somebody other than the companies asked about." in shown


def test_two_companies_side_by_side_with_one_sided_silence(office):
    html = office.page("/compare", question="Do stores have cameras?", left="larkspur", right="tidewell")
    shown = words(html)
    assert "video cameras at the doors" in html
    assert "The policy does not say that." in shown
    assert '<td class="nothing">' in html
    both = office.page("/compare", question="How long do they keep personal information?", left="larkspur", right="tidewell")  # fmt: skip
    rows = re.findall(r"<tr><td.*?</tr>", both, re.S)
    assert any(row.count('class="words"') == 2 for row in rows)


def test_versions_with_their_differences(office):
    alone = words(office.page("/versions/larkspur"))
    assert "Only one version is stored" in alone
    office.revise("seven years", "nine years")
    html = office.page("/versions/larkspur")
    assert "<del>seven</del> <ins>nine</ins>" in html
    assert 'href="/policy/larkspur/2026-02-12?start=' in html
    assert 'href="/policy/larkspur/2026-06-02?start=' in html


def test_the_library_shows_damage_unresolved_channels_and_decides_on_new_addresses(office):
    first = office.page("/library")
    assert "Fill in this form" in first
    assert "Words are lost" in first
    assert 'name="state"' not in first
    office.revise("Write to privacy@larkspur.example.", "Write to data@larkspur-mail.example.")
    html = office.page("/library")
    assert "data@larkspur-mail.example" in html
    assert "E-mail data@larkspur-mail.example" in words(html)
    fields = [("policy", "larkspur"), ("value", "data@larkspur-mail.example"), ("state", "refused"), ("page", "1")]
    reply = office.post("/library/channels", *fields)
    assert (reply.status_code, reply.headers["location"]) == (303, "/staff/lookup/library?done=refused&page=1")
    assert [one.state for one in office.agents.bot.library.history.channels("larkspur") if one.value.startswith("data@")] == ["refused"]  # fmt: skip
    assert [(who, did) for who, did, _ in office.noted] == [("m-ann", "channel refused")]
    assert "larkspur-mail" not in office.noted[0][2]


def test_an_unanswered_question_becomes_an_approved_answer(office):
    office.agents.questions.note(Answer(question=QUESTION, status="silent", text="…", policy_ids=["larkspur"]))
    html = office.page("/questions")
    link = re.search(r'href="/staff(/lookup/approved/new\?[^"]+)"', html)
    assert link is not None
    form = office.client.get(link.group(1).replace("&amp;", "&"), headers=HTML).text
    place = office.place(ORDERS)
    assert f'value="{place}"' in form
    fields = [("policy", "larkspur"), ("wordings", QUESTION), ("place", place), ("verdict", "")]
    reply = office.post("/approved/new", *fields)
    assert (reply.status_code, reply.headers["location"]) == (303, "/staff/lookup/approved?done=added")
    kept = office.agents.approved.all()
    assert [(one.state, one.answer.member, one.answer.spans[0].quote) for one in kept] == [("valid", "m-ann", ORDERS)]
    done = re.search(r'action="/staff(/lookup/questions/\w+/done)"', html)
    assert done is not None
    assert office.post(done.group(1).removeprefix("/lookup")).status_code == 303
    assert office.agents.questions.unanswered() == []
    assert [did for _, did, _ in office.noted] == ["answer approved", "question done"]
    assert office.post(f"/approved/{kept[0].answer.id}/retire").status_code == 303
    assert [one.state for one in office.agents.approved.all()] == ["retired"]


def test_a_stale_answer_is_shown_and_can_be_chosen_anew(office):
    fields = [("policy", "larkspur"), ("wordings", QUESTION), ("place", office.place(ORDERS))]
    office.post("/approved/new", *fields)
    office.revise("seven years", "nine years")
    made = office.agents.approved.all()[0]
    assert "Stale: not used" in words(office.page("/approved"))
    html = office.page(f"/approved/{made.answer.id}")
    assert ORDERS in html
    again = office.place(ORDERS.replace("seven", "nine"))
    assert f'value="{again}"' in html
    fields = [("policy", "larkspur"), ("wordings", f"{QUESTION}\nWhen are orders erased?"), ("place", again)]
    assert office.post(f"/approved/{made.answer.id}", *fields, who="Ben").status_code == 303
    kept = office.agents.approved.all()[0]
    assert (kept.state, kept.answer.member, len(kept.answer.wordings)) == ("valid", "m-ben", 2)


def test_looking_for_other_passages_keeps_what_was_typed_and_chosen(office):
    place = office.place(ORDERS)
    fields = [
        ("policy", "larkspur"),
        ("wordings", "How long is it kept?\nMy own words"),
        ("place", place),
        ("verdict", "no"),
    ]
    reply = office.post("/approved/new", *fields, ("find", "store cameras"), ("look", "1"))
    assert (reply.status_code, office.agents.approved.all()) == (200, [])
    assert f'value="{place}" checked' in reply.text
    assert f'value="{office.place("The recordings carry no sound, and we do not run face recognition on them.")}"' in reply.text  # fmt: skip
    assert "My own words" in reply.text
    assert '<option value="no" selected>' in reply.text


def test_a_reply_of_a_silent_policy_does_not_pass_its_nearest_passage_off_as_an_answer(office):
    html = office.page("/ask", question="how long does larkspur store my ip address")
    assert html.count("The nearest passage, which does not answer:") == 2
    assert "In the policy’s words:" not in html


def test_a_refused_form_keeps_what_was_typed(office):
    reply = office.post("/approved/new", ("policy", "larkspur"), ("wordings", "How long is <b>it</b> kept for orders?"))
    assert reply.status_code == 422
    assert "Choose at least one passage" in reply.text
    assert "How long is &lt;b&gt;it&lt;/b&gt; kept for orders?" in reply.text
    assert office.post("/approved/new", ("policy", "larkspur"), ("extra", "1")).status_code == 422
    assert office.post("/approved/new", ("policy", "larkspur"), ("place", "1-2;3")).status_code == 422
    assert office.noted == []


def test_taking_over_answering_and_handing_back(office):
    office.talks.add(
        "visitor", Exchange("1", "Do they <b>sell</b> it?", office.agents.bot.reply("Does Larkspur sell my data?"))
    )
    one = office.talks.live()[0]
    listed = office.page("/live")
    assert f'href="/staff/lookup/live/{one.id}"' in listed
    assert "Do they &lt;b&gt;sell&lt;/b&gt; it?" in listed
    assert "visitor" not in office.page(f"/live/{one.id}").replace("Visitor", "").replace("The visitor", "")
    assert office.post(f"/live/{one.id}/take").status_code == 303
    assert office.post(f"/live/{one.id}/take", who="Ben").status_code == 409
    assert office.post(f"/live/{one.id}/say", ("words", "not mine"), who="Ben").status_code == 409
    assert office.post(f"/live/{one.id}/say", ("words", " ")).status_code == 422
    assert office.post(f"/live/{one.id}/say", ("words", "Hello & welcome")).status_code == 303
    fragment = office.client.get(f"/lookup/live/{one.id}/fragment").json()
    assert "Hello &amp; welcome" in fragment["html"]
    assert fragment["revision"] == "3"
    assert office.post(f"/live/{one.id}/back").status_code == 303
    assert not office.talks.is_taken("visitor")
    assert [did for _, did, _ in office.noted] == ["chat taken", "chat answered", "chat handed back"]
    assert {subject for _, _, subject in office.noted} == {one.id}


def test_an_evaluator_makes_a_case_of_a_conversation_or_a_question(office):
    questions = [f"question {number}?" for number in range(14)]
    exchanges = tuple(Exchange(str(number), asked) for number, asked in enumerate(questions))
    talk = LiveConversation("t1", exchanges, None, 0.0, 1)
    evaluator = Member("m1", "Eve", frozenset({"agent", "evaluator"}))
    found = re.search(
        r'<a href="([^"]*)">Make a case of this conversation</a>', render_conversation(talk, evaluator, "")
    )
    assert found
    address = urlsplit(unescape(found[1]))
    assert address.path == "/staff/bench/make"
    assert parse_qs(address.query) == {"q": questions[-12:]}  # the page takes no more
    agent = Member("m2", "Ann", frozenset({"agent"}))
    assert "Make a case" not in render_conversation(talk, agent, "") + office.page("/ask", question=QUESTION)
    asked = office.client.get("/lookup/ask", params={"question": QUESTION}, headers={**HTML, "Cookie": "who=Eve"}).text
    assert "policy=larkspur" in asked[asked.index("/staff/bench/make") : asked.index("Make a case of this question")]


def test_nothing_of_a_question_or_a_name_becomes_markup(office):
    payload = "orders \"'><script>alert(1)</script><img src=x onerror=alert(1)>"
    pages = [
        office.page("", words=payload, section=payload, topic=payload, regime=payload),
        office.page("/ask", question=f"Does Larkspur sell {payload}?"),
        office.page("/compare", question=payload, left="larkspur", right="tidewell"),
        office.page("/approved/new", policy="larkspur", question=payload, find=payload),
    ]
    for html in pages:
        assert "<script>" not in html
        assert "<img" not in html
        assert re.findall(r"<script\b[^>]*>", html) == ['<script src="/staff/lookup/style/lookup.js" defer>']


def test_pages_carry_a_strict_policy_and_no_inline_script_or_style(office):
    asked = (
        "/ask?question=Does+Larkspur+sell+data",
        "/approved/new?policy=larkspur&question=Are+orders+kept",
        "?words=data",
    )
    paths = ("", "/ask", "/compare", "/versions", "/library", "/questions", "/approved", "/approved/new", "/live")
    for path in (*paths, *asked):
        reply = office.client.get(f"/lookup{path}", headers=HTML)
        assert "unsafe" not in reply.headers["content-security-policy"]
        assert reply.headers["cache-control"] == "no-store"
        assert not re.search(r"<style|\sstyle=|\son\w+=", reply.text)
        assert reply.text.count("<h1>") == 1
        ids = re.findall(r'\sid="([^"]*)"', reply.text)
        assert len(ids) == len(set(ids)), path
        levels = [int(level) for level in re.findall(r"<h([1-6])", reply.text)]
        assert all(b - a <= 1 for a, b in zip(levels, levels[1:], strict=False)), (path, levels)


def test_the_first_page_is_told_what_waits(office):
    waiting = lookup_waiting(office.agents, office.talks)
    ann = Member("m-ann", "Ann", frozenset({"agent"}))
    assert [count for _, _, count in waiting(ann)] == [0, 0, 0]
    office.talks.add("visitor", Exchange("1", "Hello?"))
    office.talks.take(office.talks.live()[0].id, "m-ann", "Ann")
    office.talks.add("visitor", Exchange("2", "Are you there?"))
    office.agents.questions.note(Answer(question="Why?", status="silent", text="…", policy_ids=["larkspur"]))
    assert [count for _, _, count in waiting(ann)] == [1, 1, 0]
    assert waiting(Member("m-eve", "Eve", frozenset({"evaluator"}))) == []
