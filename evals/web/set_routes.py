"""Routes of sets: list, keep, view, download, remove."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import FileResponse, RedirectResponse

from bot.front.posted import Posted, fields_of, read_form
from evals.web.bench import Bench
from evals.web.errors import BenchPageError, SetRefusedError
from evals.web.forms import SetForm, page_number
from evals.web.parts import Place, fault_list, notice
from evals.web.set_pages import refused_set, set_body, sets_body

Fields = Annotated[dict[str, list[str]], Depends(fields_of)]
Number = Annotated[str, Query(max_length=10)]


def add_set_routes(router: APIRouter, bench: Bench, place: Callable[[Request], Place]) -> None:
    """Add the routes."""

    @router.get("")
    @router.get("/")
    def listed(request: Request) -> Response:
        at = place(request)
        return at.page("Question sets", sets_body(at, bench.sets.entries()), "")

    @router.post("/sets")
    def keep(request: Request, fields: Fields) -> Response:
        at, form = place(request), read_form(fields, SetForm)
        try:
            entry, faults = bench.sets.add(form.name.strip(), form.text)
        except BenchPageError as error:
            found = error.faults if isinstance(error, SetRefusedError) else ()
            body = sets_body(at, bench.sets.entries(), form.name, form.text, refused_set(error.message, found))
            return at.page("Question sets", body, "", 422)
        told = notice(f"The set {entry.name} is kept: {entry.cases} cases.") + fault_list(faults)
        cases, _ = bench.sets.cases(entry.name)
        return at.page(f"Set {entry.name}", set_body(at, entry, cases, (), 1, told), "")

    @router.get("/sets/{name}")
    def view(request: Request, name: str, page: Number = "1") -> Response:
        at, entry = place(request), bench.sets.entry(name)
        cases, faults = bench.sets.cases(name)
        return at.page(f"Set {entry.name}", set_body(at, entry, cases, faults, page_number(page)), "")

    @router.get("/sets/{name}/download")
    def download(name: str) -> Response:
        entry = bench.sets.entry(name)
        return FileResponse(entry.path, media_type="application/jsonl", filename=f"{entry.name}.jsonl")

    @router.post("/sets/{name}/remove")
    def remove(request: Request, name: str, fields: Fields) -> Response:
        read_form(fields, Posted)
        bench.sets.remove(name)
        return RedirectResponse(place(request).base, 303)
