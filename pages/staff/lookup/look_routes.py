"""Routes that look something up: search, ask, compare, versions, the state of the library."""

from __future__ import annotations

from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from starlette.concurrency import run_in_threadpool

from bot.errors import QuestionError
from bot.front.posted import fields_of, read_form
from bot.reply import Turn
from bot.staff.agent_desk import AgentDesk
from bot.staff.comparing import compare
from bot.staff.entry_errors import StaffEntryError
from bot.staff.health import library_health
from bot.staff.lookup import Filters, Lookup, regimes
from pages.staff.case_link import case_link
from pages.staff.lookup.answering import told
from pages.staff.lookup.compare_pages import compare_form, render_comparison, render_version_list, render_versions
from pages.staff.lookup.forms import ChannelForm, day_of, number_of
from pages.staff.lookup.library_pages import render_health
from pages.staff.lookup.parts import ROOT, member_of, notice_box, page, problem_box, token
from pages.staff.lookup.search_pages import ask_form, render_answer, render_search, search_form
from vectorstore.approvals import channel_key
from vectorstore.difference import differences
from vectorstore.policy import on_one_line

LONGEST = 2_000
"""Characters of a field of an address that are read."""

DECIDED = {"approved": "Approved: it is offered from now on.", "refused": "Refused: it is never offered.", "none": "It was decided on already."}  # fmt: skip


def add_look_routes(router: APIRouter, agents: AgentDesk) -> None:
    """Add the routes over the agents' desk."""
    bot, library = agents.bot, agents.bot.library
    lookup = Lookup(bot)

    @router.get("")
    def search(
        request: Request,
        words: str = "",
        company: str = "",
        section: str = "",
        topic: str = "",
        regime: str = "",
        day: str = "",
    ) -> Response:
        words = words[:LONGEST]

        def answer() -> Response:
            problem, found = None, None
            filters = Filters(company, section[:200], topic, regime)
            try:
                filters = Filters(company, section[:200], topic, regime, day_of(day))
                if words.strip() or filters.any_set:
                    found = lookup.search(words, filters)
            except (QuestionError, StaffEntryError) as error:
                problem = error.message
            form = search_form(words, filters, library.policies(), regimes(bot))
            body = form + (problem_box(problem) or render_search(found))
            return page(request, "Search the policies", body, "", 422 if problem else 200)

        return told(request, "Search the policies", "", answer)

    @router.get("/ask")
    def ask(request: Request, question: str = "", company: str = "", day: str = "") -> Response:
        question = question[: LONGEST + 1]

        def answer() -> Response:
            problem, shown = None, ""
            if question.strip():
                try:
                    ids, when = ((company,) if company else ()), day_of(day)
                    given = bot.reply(question, ids, (), when)
                    base = str(request.base_url).rstrip("/")
                    base = base.removesuffix("/staff")
                    asked = [Turn(question=question, policy_ids=given.policy_ids)]
                    shown = render_answer(given, bot.why(question, ids, (), when), company, base)
                    if case := case_link(asked, member_of(request)):
                        shown += f"<p>{case}</p>"
                except (QuestionError, StaffEntryError) as error:
                    problem = error.message
            body = ask_form(question, company, day, library.policies()) + (problem_box(problem) or shown)
            return page(request, "Ask", body, "/ask", 422 if problem else 200)

        return told(request, "Ask", "/ask", answer)

    @router.get("/compare")
    def side_by_side(request: Request, question: str = "", left: str = "", right: str = "") -> Response:
        question = question[: LONGEST + 1]

        def answer() -> Response:
            rows = library.policies()
            ids = [row.id for row in rows]
            one = left or (ids[0] if ids else "")
            other = right or next((policy_id for policy_id in ids if policy_id != one), one)
            problem, shown = None, ""
            if question.strip() and one == other:
                problem = "Choose two different companies."
            elif question.strip():
                try:
                    shown = render_comparison(compare(bot, question, one, other))
                except QuestionError as error:
                    problem = error.message
            body = compare_form(question, one, other, rows) + (problem_box(problem) or shown)
            return page(request, "Compare two companies", body, "/compare", 422 if problem else 200)

        return told(request, "Compare two companies", "/compare", answer)

    @router.get("/versions")
    def all_versions(request: Request) -> Response:
        def answer() -> Response:
            rows = [(row, len(library.versions(row.id))) for row in library.policies()]
            return page(request, "Versions", render_version_list(rows), "/versions")

        return told(request, "Versions", "/versions", answer)

    @router.get("/versions/{policy_id}")
    def versions(request: Request, policy_id: str) -> Response:
        def answer() -> Response:
            new = library.get(policy_id, request.query_params.get("to") or None)
            older = request.query_params.get("from") or library.history.before(policy_id, new.version)
            changes = differences(library.get(policy_id, older), new) if older else []
            rows = library.history.rows(policy_id)
            body = render_versions(new, rows, older if len(rows) > 1 else None, new.version, changes)
            return page(request, f"Versions: {new.company}", body, "/versions")

        return told(request, "Versions", "/versions", answer)

    @router.get("/library")
    def health(request: Request, done: str = "", page_number: str = "") -> Response:
        def answer() -> Response:
            number = number_of(request.query_params.get("page", "1"))
            body = notice_box(DECIDED.get(done)) + render_health(library_health(library, number), token(request))
            return page(request, "The library", body, "/library")

        return told(request, "The library", "/library", answer)

    @router.post("/library/channels")
    async def decide(request: Request) -> Response:
        form = read_form(await fields_of(request), ChannelForm)

        def act() -> Response:
            decided = library.history.decide(form.policy, [on_one_line(form.value)], form.state)
            for one in decided:
                subject = f"{form.policy}:{one.type}:{channel_key(one.type, one.value)[:12]}"
                agents.trail.note(member_of(request).id, f"channel {form.state}", subject)
            asked = urlencode({"done": form.state if decided else "none", "page": form.page})
            return RedirectResponse(f"{ROOT}/library?{asked}", 303)

        return await run_in_threadpool(told, request, "The library", "/library", act)
