"""The list of every route that the application has, the mounted framework's with it. Run as a script it prints the list:

    python -m tests.front.routes > tests/front/routes.txt

Read the difference before you commit it: each new line is a door.
"""

from __future__ import annotations

import re
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import cast

from fastapi import FastAPI
from starlette.routing import BaseRoute, Mount, Route

from bot.bot import PolicyBot
from bot.front.settings import FrontSettings
from bot.requests.desk import RequestDesk
from bot.requests.settings import RequestSettings
from bot.staff.agent_desk import AgentDesk
from bot.staff.oidc import Provider
from bot.staff.staff import Staff
from evals.web.bench import Bench
from evals.web.links import BASE
from evals.web.router import bench_router
from pages.mounting import chat_app
from pages.shield import READABLE, WRITABLE, Shield
from pages.staff.forms import framed
from tests.front.test_front_routes import Keys, Questions
from tests.ui.desk import Desk
from ui import Service, create_app


def lines_of(routes: list[BaseRoute], prefix: str = "") -> Iterator[tuple[str, str]]:
    """Yield (methods, path template) of all routes, those of routers and mounts inside them too."""
    for route in routes:
        inner = getattr(route, "original_router", None)
        if inner is not None:
            yield from lines_of(inner.routes, prefix + route.include_context.prefix)
        elif isinstance(route, Mount):
            app = route.app.app if isinstance(route.app, Shield) else route.app
            found = getattr(app, "routes", None)
            if found is None:
                yield "MOUNT", f"{prefix}{route.path or '/'} ({type(app).__name__})"
            else:
                yield from lines_of(found, prefix + route.path)
        elif isinstance(route, Route):
            yield "|".join(sorted(route.methods or {"ANY"})), prefix + route.path
        else:
            yield type(route).__name__, prefix + str(getattr(route, "path", ""))


def framework_lines(app: FastAPI) -> Iterator[str]:
    """Yield a line for every route of the framework: "open" where the shield lets something of it through."""
    for methods, path in lines_of(app.routes):
        filled = re.sub(r"\{[^}]+\}", "x", path)
        reads = {"GET", "HEAD"} & set(methods.split("|"))
        is_open = (reads and (filled == "/" or READABLE.fullmatch(filled))) or (
            filled in WRITABLE and "POST" in methods
        )
        yield f"{'open' if is_open else 'shut'}  {methods} {path}"


def whole_app(bot: PolicyBot, desk: RequestDesk, folder: Path) -> FastAPI:
    """Return the application with all that can be switched on; its databases lie in `folder`."""
    url = f"sqlite:///{folder}/staff.sqlite"
    staff = Staff.open(url, folder)
    return create_app(
        bot,
        desk,
        Service(FrontSettings(metrics_open=True), Keys(), Questions(), list),
        AgentDesk.open(bot, url, staff.trail),
        staff,
        bench_router(Bench.open(bot, folder), framed(BASE)),
        {"firm": cast(Provider, SimpleNamespace(settings=SimpleNamespace(label="Example")))},
    )


def route_list() -> list[str]:
    """Return the sorted lines of the list."""
    bot = Desk()
    with tempfile.TemporaryDirectory() as folder:
        desk = RequestDesk.open(bot.library, RequestSettings(Path(folder)))
        app, framework = whole_app(bot, desk, Path(folder)), chat_app(bot, desk)
    own = sorted(f"{methods} {path}" for methods, path in lines_of(app.routes))
    return ["# the desk's own", *own, "# the framework's, behind the shield", *sorted(set(framework_lines(framework)))]


if __name__ == "__main__":
    sys.stdout.write("\n".join(route_list()) + "\n")
