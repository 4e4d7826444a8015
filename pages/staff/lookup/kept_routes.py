"""Routes of what agents keep: unanswered questions and approved answers. Every change is noted in the trail."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from starlette.concurrency import run_in_threadpool

from bot.errors import QuestionError
from bot.front.posted import fields_of, read_form
from bot.retrieve import Hit
from bot.staff.agent_desk import AgentDesk
from bot.staff.approved_records import Standing
from bot.staff.entry_errors import StaffEntryError
from pages.staff.lookup.answering import told
from pages.staff.lookup.approved_pages import Draft, candidates_of, render_approved, render_choose, render_form
from pages.staff.lookup.forms import ApprovedForm
from pages.staff.lookup.library_pages import render_questions
from pages.staff.lookup.parts import ROOT, member_of, notice_box, page, problem_box, token
from vectorstore.policy import Policy

NEW, CHANGE, LIST = "New approved answer", "Approved answer", "Approved answers"
DONE = {"added": "Approved. The desk prefers it from now on.", "changed": "Saved.", "retired": "Retired: it is not used any more."}  # fmt: skip


def add_kept_routes(router: APIRouter, agents: AgentDesk) -> None:
    """Add the routes over the agents' desk."""
    bot, library = agents.bot, agents.bot.library

    def names() -> dict[str, str]:
        return {row.id: row.company for row in library.policies()}

    def ranked(policy: Policy, words: str) -> list[Hit]:
        """Return the sentences of a policy by how near they are to some words; none where those cannot be read."""
        try:
            asked = bot.read(words, (policy.id,))
        except QuestionError:
            return []
        return bot.search.retriever.rank(policy, asked.vector, asked.words, asked.question.defines)[:40]

    def form_page(
        request: Request, draft: Draft, standing: Standing | None = None, problem: str | None = None
    ) -> Response:
        hits = ranked(draft.policy, draft.find or draft.wordings.split("\n")[0])
        shown = render_form(draft, candidates_of(draft.policy, hits, draft.places), token(request), standing)
        status = 422 if problem else 200
        return page(request, CHANGE if standing else NEW, problem_box(problem) + shown, "/approved", status)

    @router.get("/questions")
    def questions(request: Request, done: str = "") -> Response:
        def answer() -> Response:
            open_ones, opinions = agents.questions.unanswered(), agents.questions.opinions()
            shown = render_questions(open_ones, opinions, names(), token(request))
            return page(request, "Unanswered questions", notice_box("Taken off the list." if done else None) + shown, "/questions")  # fmt: skip

        return told(request, "Unanswered questions", "/questions", answer)

    @router.post("/questions/{question_id}/done")
    async def done_with(request: Request, question_id: str) -> Response:
        def act() -> Response:
            agents.questions.done(question_id)
            agents.trail.note(member_of(request).id, "question done", question_id[:12])
            return RedirectResponse(f"{ROOT}/questions?done=1", 303)

        return await run_in_threadpool(told, request, "Unanswered questions", "/questions", act)

    @router.get("/approved")
    def approved(request: Request, done: str = "") -> Response:
        def answer() -> Response:
            shown = render_approved(agents.approved.all(), names())
            return page(request, LIST, notice_box(DONE.get(done)) + shown, "/approved")

        return told(request, LIST, "/approved", answer)

    @router.get("/approved/new")
    def new(request: Request, policy: str = "", question: str = "", find: str = "") -> Response:
        def answer() -> Response:
            if not policy or not question.strip():
                return page(request, NEW, render_choose(library.policies()), "/approved")
            return form_page(request, Draft(library.get(policy), question[:300], find=find[:300]))

        return told(request, NEW, "/approved", answer)

    @router.post("/approved/new")
    async def add(request: Request) -> Response:
        return await keep(request, None)

    @router.get("/approved/{answer_id}")
    def show(request: Request, answer_id: str, find: str = "") -> Response:
        def answer() -> Response:
            standing = agents.approved.standing(agents.approved.get(answer_id))
            known = standing.answer
            places = tuple((quote.start, quote.end) for quote in standing.quotes)
            draft = Draft(
                library.get(known.policy_id), "\n".join(known.wordings), known.verdict or "", places, find[:300]
            )
            return form_page(request, draft, standing)

        return told(request, CHANGE, "/approved", answer)

    @router.post("/approved/{answer_id}")
    async def change(request: Request, answer_id: str) -> Response:
        return await keep(request, answer_id)

    @router.post("/approved/{answer_id}/retire")
    async def retire(request: Request, answer_id: str) -> Response:
        def act() -> Response:
            agents.approved.retire(answer_id, member_of(request).id)
            agents.trail.note(member_of(request).id, "answer retired", answer_id)
            return RedirectResponse(f"{ROOT}/approved?done=retired", 303)

        return await run_in_threadpool(told, request, CHANGE, "/approved", act)

    async def keep(request: Request, answer_id: str | None) -> Response:
        form = read_form(await fields_of(request), ApprovedForm)
        title = CHANGE if answer_id else NEW
        return await run_in_threadpool(told, request, title, "/approved", lambda: kept(request, form, answer_id))

    def again(request: Request, form: ApprovedForm, answer_id: str | None, problem: str | None = None) -> Response:
        """Show the form with everything that was typed and chosen."""
        standing = agents.approved.standing(agents.approved.get(answer_id)) if answer_id else None
        policy = library.get(standing.answer.policy_id if standing else form.policy)
        draft = Draft(policy, form.wordings, form.verdict, tuple(form.places), form.find)
        return form_page(request, draft, standing, problem)

    def kept(request: Request, form: ApprovedForm, answer_id: str | None) -> Response:
        """Keep what was sent, or show the form again with everything in it and what is wrong."""
        member, verdict = member_of(request), form.verdict or None
        if form.look:
            return again(request, form, answer_id)
        try:
            if answer_id is None:
                made = agents.approved.add(member.id, form.policy, form.lines, form.places, verdict)
            else:
                made = agents.approved.change(answer_id, member.id, form.lines, form.places, verdict)
        except StaffEntryError as error:
            return again(request, form, answer_id, error.message)
        agents.trail.note(member.id, "answer changed" if answer_id else "answer approved", made.id)
        return RedirectResponse(f"{ROOT}/approved?done={'changed' if answer_id else 'added'}", 303)
