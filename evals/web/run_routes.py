"""Routes of runs: begin, watch, read, compare, accept, take away."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import FileResponse, JSONResponse, RedirectResponse

from bot.front.posted import Posted, fields_of, read_form
from bot.settings import AnswerSettings
from evals import compare, read_results, write_junit
from evals.compare import Comparison
from evals.curve import Scored
from evals.errors import ScoresError
from evals.jsonl import read_records
from evals.outcome import Judged, Result
from evals.page import CONTENT_POLICY, render_report
from evals.web.bench import Bench
from evals.web.case_pages import Filters, case_body, cases_body
from evals.web.compare_pages import against_body, difference_body
from evals.web.differences import differences
from evals.web.errors import UnknownNameError
from evals.web.forms import AcceptForm, RunForm, page_number
from evals.web.parts import Place, hidden, notice, problem_box
from evals.web.run_pages import progress_body, run_body, runs_body
from evals.web.runs import OPEN, Run

Fields = Annotated[dict[str, list[str]], Depends(fields_of)]
Word = Annotated[str, Query(max_length=200)]
Other = Annotated[str, Query(alias="with", max_length=200)]
SHOWN_OTHERS = 50


def add_run_routes(router: APIRouter, bench: Bench, place: Callable[[Request], Place]) -> None:
    """Add the routes."""

    def shown(request: Request, run: Run, told: str = "", status: int = 200) -> Response:
        at = place(request)
        if run.state in OPEN:
            body = progress_body(at, run, bench.worker.progress(run.id))
            return at.page(f"Run of {run.set}", body, "/runs", status)
        try:
            judged = bench.judged(run.id)
        except UnknownNameError:
            judged = []
        scored = _scored(bench.runs.path(run.id, "scores.jsonl"))
        threshold = AnswerSettings().answer_from
        body = run_body(at, run, judged, scored, threshold, _others(bench, run), told)
        return at.page(f"Run of {run.set}", body, "/runs", status)

    @router.get("/runs")
    def listed(request: Request, page: Word = "1") -> Response:
        at = place(request)
        return at.page("Runs", runs_body(at, bench.runs.all(), page_number(page)), "/runs")

    @router.post("/runs")
    def begin(request: Request, fields: Fields) -> Response:
        at = place(request)
        run = bench.start(read_form(fields, RunForm).set, at.member)
        return RedirectResponse(f"{at.base}/runs/{run.id}", 303)

    @router.get("/runs/{run_id}")
    def view(request: Request, run_id: str) -> Response:
        return shown(request, bench.runs.get(run_id))

    @router.get("/runs/{run_id}/progress")
    def progress(run_id: str) -> Response:
        return JSONResponse(asdict(bench.worker.progress(run_id)))

    @router.post("/runs/{run_id}/cancel")
    def cancel(request: Request, run_id: str, fields: Fields) -> Response:
        read_form(fields, Posted)
        if bench.runs.get(run_id).state in OPEN:
            bench.worker.cancel(run_id)
        return RedirectResponse(f"{place(request).base}/runs/{run_id}", 303)

    @router.post("/runs/{run_id}/continue")
    def go_on(request: Request, run_id: str, fields: Fields) -> Response:
        read_form(fields, Posted)
        bench.go_on(run_id)
        return RedirectResponse(f"{place(request).base}/runs/{run_id}", 303)

    @router.post("/runs/{run_id}/remove")
    def remove(request: Request, run_id: str, fields: Fields) -> Response:
        read_form(fields, Posted)
        bench.remove(run_id)
        return RedirectResponse(f"{place(request).base}/runs", 303)

    @router.post("/runs/{run_id}/accept")
    def accept(request: Request, run_id: str, fields: Fields) -> Response:
        form = read_form(fields, AcceptForm)
        accepted, comparison = bench.accept(run_id, anyway=form.anyway == "yes")
        run = bench.runs.get(run_id)
        if accepted is None and comparison is not None:
            return shown(request, run, _regression(place(request), run, comparison), 409)
        return shown(request, run, notice(f"This run is the baseline of {run.set} now."))

    @router.get("/runs/{run_id}/cases")
    def cases(
        request: Request, run_id: str, result: Word = "", kind: Word = "", status: Word = "", find: Word = "",
        page: Word = "1",
    ) -> Response:  # fmt: skip
        at, run = place(request), bench.runs.get(run_id)
        body = cases_body(at, run, bench.judged(run_id), Filters(result, kind, status, find), page_number(page))
        return at.page(f"Cases of a run of {run.set}", body, "/runs")

    @router.get("/runs/{run_id}/case")
    def case(request: Request, run_id: str, case: str = "") -> Response:
        at, run, judged = place(request), bench.runs.get(run_id), bench.judged(run_id)
        return at.page(f"Case {case[:100]}", case_body(at, run, judged, _named(judged, case)), "/runs")

    @router.get("/runs/{run_id}/against")
    def against(request: Request, run_id: str, other: Other = "baseline", tone: Word = "") -> Response:
        at, run = place(request), bench.runs.get(run_id)
        name, before, judged, comparison = _pair(bench, run, other)
        found = differences(comparison, before, judged)
        return at.page("Run against run", against_body(at, run, other, name, comparison, found, tone), "/runs")

    @router.get("/runs/{run_id}/difference")
    def difference(request: Request, run_id: str, case: str = "", other: Other = "baseline") -> Response:
        at, run = place(request), bench.runs.get(run_id)
        name, before, judged, comparison = _pair(bench, run, other)
        found = {one.after.case.id: one for one in differences(comparison, before, judged)}
        if case not in found:
            raise UnknownNameError("This case does not differ between the two runs.")
        body = difference_body(at, run, other, name, found[case], list(found))
        return at.page(f"Case {case[:100]}", body, "/runs")

    @router.get("/runs/{run_id}/results.jsonl")
    def results(run_id: str) -> Response:
        return FileResponse(bench.runs.results(run_id), media_type="application/jsonl", filename=f"{run_id}.jsonl")

    @router.get("/runs/{run_id}/scores.jsonl")
    def scores(run_id: str) -> Response:
        path = bench.runs.path(bench.runs.get(run_id).id, "scores.jsonl")
        if not path.is_file():
            raise UnknownNameError("This run has no scores yet.")
        return FileResponse(path, media_type="application/jsonl", filename=f"{run_id}-scores.jsonl")

    @router.get("/runs/{run_id}/junit.xml")
    def junit(run_id: str) -> Response:
        run, judged = bench.runs.get(run_id), bench.judged(run_id)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "junit.xml"
            write_junit(path, judged, run.set)
            return _file(path.read_bytes(), "application/xml", f"{run_id}.xml")

    @router.get("/runs/{run_id}/report.html")
    def report(run_id: str) -> Response:
        run, judged = bench.runs.get(run_id), bench.judged(run_id)
        path = bench.baseline(run.set)
        comparison = compare(read_results(path), [one.result for one in judged]) if path else None
        response = _file(
            render_report(judged, run.set, comparison).encode(), "text/html; charset=utf-8", f"{run_id}.html"
        )
        response.headers["Content-Security-Policy"] = CONTENT_POLICY
        return response


def _pair(bench: Bench, run: Run, other: str) -> tuple[str, list[Result], list[Judged], Comparison]:
    """Return the other run's name and results, this run's cases, and the comparison. Raises UnknownNameError or ResultsError."""
    judged = bench.judged(run.id)
    name, before = bench.against(run, other)
    return name, before, judged, compare(before, [one.result for one in judged])


def _others(bench: Bench, run: Run) -> list[tuple[str, str]]:
    """Return what a run can be held against: the baseline, then other runs of the set, the newest first."""
    found = [("baseline", "the accepted baseline")] if bench.baseline(run.set) else []
    runs = [
        other for other in bench.runs.all() if other.set == run.set and other.id != run.id and other.state not in OPEN
    ]
    return found + [(other.id, f"run of {other.created:%Y-%m-%d %H:%M:%S} UTC") for other in runs[:SHOWN_OTHERS]]


def _named(judged: list[Judged], case_id: str) -> Judged:
    for one in judged:
        if one.case.id == case_id:
            return one
    raise UnknownNameError("This run has no case of that id.")


def _scored(path: Path) -> list[Scored]:
    """Return the scores that were kept, none where the file is not there or broken: the plot is left out then."""
    if not path.is_file() or not path.stat().st_size:
        return []
    try:
        return read_records(path, Scored, None, ScoresError)
    except ScoresError:
        return []


def _regression(at: Place, run: Run, comparison: Comparison) -> str:
    found = comparison.regressions
    anyway = at.button(at.link("runs", run.id, "accept"), "Accept it all the same", hidden("anyway", "yes"), plain=True)
    look = f'<a href="{at.link("runs", run.id, "against", **{"with": "baseline"})}">Look at the differences</a>'
    told = f"Not accepted: against the baseline there are {len(found)} regressions."
    return f'{problem_box(told)}<div class="actions">{look}{anyway}</div>'


def _file(data: bytes, media_type: str, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(data, media_type=media_type, headers=headers)
