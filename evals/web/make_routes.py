"""Routes of the page that makes a case of a conversation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from bot.front.posted import fields_of, read_form
from bot.reply import Answer
from evals.web.bench import Bench
from evals.web.errors import BenchPageError, EntryError, SetRefusedError
from evals.web.forms import CaseForm
from evals.web.make_pages import added, make_body
from evals.web.making import Choice, choices, free_id, make_case, preview
from evals.web.parts import Place, problem_box
from vectorstore.errors import UnknownPolicyError, UnknownVersionError
from vectorstore.policy import Policy

Fields = Annotated[dict[str, list[str]], Depends(fields_of)]
Asked = Annotated[list[Annotated[str, Query(max_length=2_000)]], Query(alias="q", max_length=12)]
Word = Annotated[str, Query(max_length=200)]


def add_make_routes(router: APIRouter, bench: Bench, place: Callable[[Request], Place]) -> None:
    """Add the routes."""

    def shown(at: Place, form: CaseForm, told: str = "", status: int = 200) -> Response:
        policies = bench.bot.library.policies()
        policy, answer, problem = _policy(bench, form), None, ""
        try:
            answer = preview(bench.bot, form.asked)
        except EntryError as error:
            problem = problem_box(error.message)
        found: tuple[Sequence[Choice], int] = choices(policy, answer, form) if policy else ((), 0)
        own = [one.name for one in bench.sets.entries() if one.own]
        body = make_body(at, form, policies, policy, answer, found, own, told or problem)
        return at.page("Make a case", body, "/make", status)

    @router.get("/make")
    def begin(request: Request, asked: Asked = [], policy: Word = "") -> Response:  # noqa: B006  FastAPI copies it
        turns = "\n".join(" ".join(question.split()) for question in asked)
        form = CaseForm(turns=turns)
        chosen = policy or _meant(preview(bench.bot, form.asked) if form.asked else None)
        return shown(place(request), form.model_copy(update={"policy": chosen}))

    @router.post("/make")
    def make(request: Request, fields: Fields) -> Response:
        at, form = place(request), read_form(fields, CaseForm)
        if form.step == "look":
            return shown(at, form)
        try:
            policy = _policy(bench, form)
            if policy is None:
                raise EntryError("Choose the policy that is meant.")
            create, name = not form.into, form.into or form.fresh.strip()
            if create and not name:
                raise EntryError("Choose one of your sets, or name a new one.")
            taken = [] if create else [case.id for _, case in bench.sets.cases(name)[0]]
            case = make_case(form, policy, free_id(form.case_id, name, taken))
            bench.sets.append(name, case, create=create)
        except BenchPageError as error:
            faults = error.faults if isinstance(error, SetRefusedError) else ()
            return shown(at, form, problem_box(error.message, faults), 422)
        told = added(at, name, case.id, case.model_dump_json(exclude_defaults=True))
        return shown(at, CaseForm(policy=form.policy, into=name), told)


def _policy(bench: Bench, form: CaseForm) -> Policy | None:
    """Return the policy as it was when its sentences were shown, as it is now where that version is gone."""
    if not form.policy:
        return None
    for version in dict.fromkeys((form.version or None, None)):
        try:
            return bench.bot.library.get(form.policy, version)
        except (UnknownPolicyError, UnknownVersionError):
            continue
    return None


def _meant(answer: Answer | None) -> str:
    """Return the policy that the desk took the question to be about; "" where that is not one."""
    return answer.policy_ids[0] if answer is not None and len(answer.policy_ids) == 1 else ""
