"""`policydesk serve`: the web pages and the HTTP API."""

from __future__ import annotations

import socket
from typing import Annotated

import typer

from commands.opening import fail, open_bot
from commands.options import VAR, DataDir, Model


def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 7860,
    open_browser: Annotated[bool, typer.Option("--open", help="Open the chat in a browser.")] = False,
    llm: Model = None,
    data_dir: DataDir = VAR,
) -> None:
    """Serve the web chat and the HTTP API."""
    import threading
    import webbrowser

    refuse_taken_port(host, port)
    bot = open_bot(data_dir, llm)
    if not bot.library.policies():
        typer.echo(
            "The library is empty: visitors will be told so. Add a policy with: policydesk ingest FILE", err=True
        )
    from ui import serve as serve_pages

    address = f"http://{'127.0.0.1' if host == '0.0.0.0' else host}:{port}"
    typer.echo(f"PolicyDesk is at {address}  (API: {address}/docs)  Stop with Ctrl-C.")
    if open_browser:
        threading.Timer(1.5, webbrowser.open, [address]).start()
    serve_pages(bot, host, port)


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
