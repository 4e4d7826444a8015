"""`policydesk serve`: the web pages and the HTTP API."""

from __future__ import annotations

import logging
import socket
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from commands.opening import fail, open_agents, open_bot, open_desk, open_providers, open_staff, service_settings
from commands.options import VAR, DataDir, Model, SecondLook

if TYPE_CHECKING:
    import threading
    from pathlib import Path

    from fastapi import FastAPI

    from bot.bot import PolicyBot
    from bot.front.settings import FrontSettings
    from bot.requests.desk import RequestDesk
    from bot.staff.agent_desk import AgentDesk
    from bot.staff.oidc import Provider
    from bot.staff.staff import Staff
    from evals.web.bench import Bench
    from pages.embedding import Embedding
    from vectorstore import PolicyLibrary

logger = logging.getLogger(__name__)

RETENTION_SECONDS = 3600.0
INDEX_SECONDS = 60.0  # between two looks at whether the index needs repair


def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 7860,
    open_browser: Annotated[bool, typer.Option("--open", help="Open the chat in a browser.")] = False,
    llm: Model = None,
    second_look: SecondLook = False,
    data_dir: DataDir = VAR,
    embed_on: Annotated[
        list[str] | None,
        typer.Option(
            envvar="POLICYDESK_EMBED_ON",
            help="Site whose pages may hold the chat, as https://www.shop.example; repeat it for more.",
        ),
    ] = None,
) -> None:
    """Serve the web chat and the HTTP API."""
    import threading
    import webbrowser

    from pages.embedding import Embedding

    try:
        embedding = Embedding.of(embed_on or ())
    except ValueError as error:
        fail(str(error))
    refuse_taken_port(host, port)
    bot = open_bot(data_dir, llm, second_look)
    if not bot.library.policies():
        typer.echo(
            "The library is empty: visitors will be told so. Add a policy with: policydesk ingest FILE", err=True
        )
    from ui import serve as serve_pages

    desk, staff = open_desk(bot.library, data_dir), open_staff(data_dir)
    agents = open_agents(bot, staff, data_dir)
    app, bench = assemble(
        bot, desk, agents, staff, data_dir, service_settings(data_dir), open_providers(data_dir), embedding
    )
    threading.Thread(target=keep_index, args=(bot.library,), name="index", daemon=True).start()
    address = f"http://{'127.0.0.1' if host == '0.0.0.0' else host}:{port}"
    typer.echo(f"PolicyDesk is at {address}  (API: {address}/docs)  Stop with Ctrl-C.")
    if open_browser:
        threading.Timer(1.5, webbrowser.open, [address]).start()
    with sending(desk, agents), closing(bench):
        serve_pages(app, host, port)


def assemble(
    bot: PolicyBot,
    desk: RequestDesk,
    agents: AgentDesk,
    staff: Staff,
    data_dir: Path,
    settings: FrontSettings,
    providers: Mapping[str, Provider] | None = None,
    embedding: Embedding | None = None,
) -> tuple[FastAPI, Bench]:
    """Return the whole application with all three faces, and the bench in it, which is to be closed at the end."""
    from evals.web.bench import Bench
    from evals.web.forms import LARGEST_FORM
    from evals.web.links import BASE
    from evals.web.router import bench_router
    from evals.web.rows import run_rows
    from pages.staff.forms import framed
    from ui import Service, create_app, program_version

    # The bench makes room for visitors: it asks the application, which is made after it.
    bench = Bench.open(bot, data_dir, program_version(), visitors=lambda: app.state.asking.gate.turns.answering)
    larger = {f"{BASE}/sets": LARGEST_FORM}
    service = Service(settings, staff.keys, agents.questions, lambda: run_rows(bench), larger)
    app = create_app(bot, desk, service, agents, staff, bench_router(bench, framed(BASE)), providers, embedding)
    return app, bench


@contextmanager
def sending(desk: RequestDesk, agents: AgentDesk) -> Iterator[None]:
    """Run the sender and the retention timer beside the server, where the operator lets the desk deliver."""
    import threading

    from bot.requests.ledger import Sender

    stop = threading.Event()
    threads = [threading.Thread(target=keep_retention, args=(desk, agents, stop), name="retention", daemon=True)]
    if desk.delivers:
        sender = Sender(desk.ledger, desk.couriers())
        threads.append(threading.Thread(target=sender.run_forever, args=(stop,), name="sender", daemon=True))
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join(35)


def keep_retention(desk: RequestDesk, agents: AgentDesk, stop: threading.Event) -> None:
    """Erase what is past its time, now and every hour."""
    from bot.requests.ledger.erasure import expire_due
    from vectorstore import StoreError

    while not stop.is_set():
        try:
            expire_due(desk.ledger)
            agents.questions.expire()
        except StoreError as error:
            logger.warning("%s", error)
        stop.wait(RETENTION_SECONDS)


def keep_index(library: PolicyLibrary) -> NoReturn:
    """Build the index where it is missing or damaged, now and whenever a search could not use it. Runs beside the server."""
    from vectorstore import StoreError

    wanted = True
    while True:
        try:
            if wanted:
                library.ensure_index()
        except StoreError as error:
            # Answers say so themselves where the database is out of reach; the next round tries again.
            logger.warning("%s", error)
        time.sleep(INDEX_SECONDS)
        wanted = library.index_needs_repair


def refuse_taken_port(host: str, port: int) -> None:
    """Say so before anything is loaded if another program listens there."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except (OSError, OverflowError) as error:
            fail(
                f"cannot listen on {host}:{port} ({getattr(error, 'strerror', None) or error}); choose another port with --port"
            )
