"""The bench's routes under one router, and what a refusal looks like. The guard of the staff pages stands before it."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import FileResponse
from fastapi.routing import APIRoute

from bot.front.posted import FormError
from bot.problems import problem
from evals.errors import FileError
from evals.web.bench import Bench
from evals.web.errors import BenchPageError, QueueFullError, SetRefusedError, UnknownNameError
from evals.web.links import BASE
from evals.web.make_routes import add_make_routes
from evals.web.parts import Frame, Place, problem_box
from evals.web.run_routes import add_run_routes
from evals.web.set_routes import add_set_routes

FILES = {"bench.css": "text/css", "bench.js": "text/javascript"}
STATUSES: dict[type[Exception], int] = {UnknownNameError: 404, QueueFullError: 429}


def bench_router(bench: Bench, frame: Frame, base: str = BASE) -> APIRouter:
    """Return the routes, to be mounted at `base` for evaluators. `frame` makes a page of title, body and request."""

    def place(request: Request) -> Place:
        return Place(frame, base, request)

    router = APIRouter(include_in_schema=False, route_class=_refusing(place))
    add_set_routes(router, bench, place)
    add_run_routes(router, bench, place)
    add_make_routes(router, bench, place)

    @router.get("/style/{name}")
    def file(name: str) -> Response:
        if name not in FILES:
            return problem(404)
        headers = {"Cache-Control": "no-cache"}
        return FileResponse(Path(__file__).parent / name, media_type=FILES[name], headers=headers)

    return router


def _refusing(place: Callable[[Request], Place]) -> type[APIRoute]:
    """Return a route class under which every refusal becomes a page that says why, and the way out."""

    class Refusing(APIRoute):
        def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
            handle = super().get_route_handler()

            async def refusing(request: Request) -> Response:
                try:
                    return await handle(request)
                except FileError as error:
                    told, faults, status = "The file cannot be used.", error.faults, 422
                except (BenchPageError, FormError) as error:
                    told, status = error.message, STATUSES.get(type(error), 422)
                    faults = error.faults if isinstance(error, SetRefusedError) else ()
                at = place(request)
                back = f'<p><a href="{at.link()}">Back to the sets</a> · <a href="{at.link("runs")}">Back to the runs</a></p>'
                return at.page("This was not done", problem_box(told, faults) + back, "", status)

            return refusing

    return Refusing
