"""Sixty ways to write the path of a file, in every place of every route: not a byte of the file comes back."""

from __future__ import annotations

import http.client
import json
import re
import secrets
from pathlib import Path
from urllib.parse import quote

import pytest

import pages
from bot.staff.staff import Staff
from pages.mounting import chat_app
from tests.front.conftest import SOAK
from tests.front.routes import framework_lines, lines_of, whole_app
from tests.serving import served

PLACES = ("absolute", "relative")
FORMS = {
    "plain": lambda path: path,
    "encoded": lambda path: quote(path, safe=""),
    "encoded twice": lambda path: quote(quote(path, safe=""), safe=""),
    "encoded three times": lambda path: quote(quote(quote(path, safe=""), safe=""), safe=""),
    "lower case hex": lambda path: path.replace("/", "%2f"),
    "dots encoded": lambda path: path.replace(".", "%2e"),
    "dots and slashes": lambda path: path.replace(".", "%2e").replace("/", "%2f"),
    "backslashes": lambda path: path.replace("/", "\\"),
    "encoded backslashes": lambda path: path.replace("/", "%5c"),
    "mixed slashes": lambda path: path.replace("/", "\\/"),
    "double slashes": lambda path: path.replace("/", "//"),
    "dot segments": lambda path: path.replace("/", "/./"),
    "semicolons": lambda path: path.replace("../", "..;/"),
    "nested": lambda path: path.replace("../", "....//"),
    "overlong": lambda path: path.replace("/", "%c0%af"),
    "overlong dots": lambda path: path.replace(".", "%c0%ae"),
    "wide": lambda path: path.replace("/", "%ef%bc%8f"),
    "wide dots": lambda path: path.replace(".", "%ef%bc%8e"),
    "null byte": lambda path: path + "%00.css",
    "line end": lambda path: path + "%0a",
    "query": lambda path: path + "?x=.css",
    "fragment": lambda path: path + "%23.css",
    "file url": lambda path: "file://" + path,
    "file url encoded": lambda path: "file:%2f%2f" + quote(path, safe=""),
    "file equals": lambda path: "file=" + path,
    "proxy": lambda path: "proxy=file://" + path,
    "process folder": lambda path: "/proc/self/root" + path,
    "below a known file": lambda path: "chat.css/../" + path,
    "below assets": lambda path: "assets%2f..%2f..%2f" + path,
    "python prefix": lambda path: "static/" + path + "/",
}


def test_there_are_sixty_of_them():
    assert len(FORMS) * len(PLACES) == 60


@pytest.fixture(scope="module")
def planted(tmp_path_factory) -> tuple[Path, str]:
    """A file that the server's process may read, and its words."""
    file = tmp_path_factory.mktemp("planted") / "planted.txt"
    words = f"planted-{secrets.token_hex(16)}"
    file.write_text(words * 3, encoding="utf-8")
    return file, words


def test_no_way_to_write_a_path_reads_a_file(planted, bot, desk, tmp_path):
    file, words = planted
    folder = Path(pages.__file__).parent
    up = "../" * len(folder.parts)
    written = [form(path) for path in (str(file), up + str(file).lstrip("/")) for form in FORMS.values()]
    # By default each route gets another fourth of them, so that all sixty are used.
    share = 1 if SOAK else 4
    app, framework = whole_app(bot, desk, tmp_path), chat_app(bot, desk)
    # An admin asks: a stranger would not get past the guard of the staff pages.
    staff = Staff.open(f"sqlite:///{tmp_path}/staff.sqlite", tmp_path)
    word = staff.sessions.begin(staff.accounts.add("boss", ["admin"], "four plain words here").id)
    session = staff.sessions.read(word)
    assert session is not None
    listed = [*lines_of(app.routes), *(tuple(line.split()[1:3]) for line in framework_lines(framework))]
    routes = {(method, path) for methods, path in listed for method in methods.split("|") if method != "MOUNT"}
    seen: dict[int, int] = {}
    with served(app) as address:
        known = {"Cookie": f"staff={word}", "X-Form-Token": session.form_token, "Origin": address}
        connection = http.client.HTTPConnection(address.removeprefix("http://"), timeout=30)
        for place, (method, template) in enumerate(sorted(routes)):
            for path in written[place % share :: share]:
                for target, body in _aimed(method, template, path):
                    status, text = _send(connection, method, target, body, known)
                    seen[status] = seen.get(status, 0) + 1
                    assert words.encode() not in text, (method, target)
                    assert status < 500, (method, target, text[:200])
    assert sum(seen.values()) > 4_000 // share
    assert seen.keys() <= {200, 201, 303, 307, 400, 401, 403, 404, 405, 413, 422, 429}


def _aimed(method: str, template: str, path: str):
    """Yield (target, body) with the path in each place the route has: its parameters, its query, its body."""
    filled = re.sub(r"\{[^}]+\}", lambda _: path, template) if "{" in template else template.rstrip("/") + "/" + path
    if "queue/data" not in template and "heartbeat" not in template:  # these stay open, and their names are no paths
        yield filled, None
    if method == "POST":
        sent = {"question": path, "query": path, "data": [path, path], "fn_index": 1, "session_hash": "x", "path": path}
        yield template.replace("{", "").replace("}", ""), json.dumps(sent).encode()


def _send(
    connection: http.client.HTTPConnection, method: str, target: str, body: bytes | None, known: dict[str, str]
) -> tuple[int, bytes]:
    # Sent as written: a client that tidies ".." away would test itself.
    connection.putrequest(method, re.sub(r"[\x00-\x20]", "", target) or "/", skip_accept_encoding=True)
    for name, value in known.items():
        connection.putheader(name, value)
    if body is not None:
        connection.putheader("Content-Type", "application/json")
    if body is not None or method not in {"GET", "HEAD"}:
        connection.putheader("Content-Length", str(len(body or b"")))
    connection.endheaders(body)
    response = connection.getresponse()
    text = response.read()
    if response.will_close:
        connection.close()
    return response.status, text
