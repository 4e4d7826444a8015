"""A company's own site that holds the desk's widget: another origin, another site, a strict content policy of its own."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Tidewell support</title>
<meta name="viewport" content="width=device-width, initial-scale=1"></head><body><h1>Tidewell support</h1>
<p>How can we help? <a href="#orders">Orders</a></p>
<script src="{desk}/widget.js" data-policy="{policy}" data-label="Privacy questions" data-colour="#7a2e8e" data-position="left" defer></script>
</body></html>"""
POLICY = "default-src 'none'; script-src {desk}; frame-src {desk}; style-src 'none'; img-src data:"


@contextmanager
def shop(desk: str, policy: str = "tidewell") -> Iterator[str]:
    """Serve the page at "localhost", which is another site than the desk's 127.0.0.1; yield its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = PAGE.format(desk=desk, policy=policy).encode() if self.path == "/" else b""
            self.send_response(200 if body else 204)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Security-Policy", POLICY.format(desk=desk))
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *said: object) -> None:
            """Keep the test's output clean."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://localhost:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
