"""The rooms import one way, every heavy library has one owner, and only the edge prints or reads the environment."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

# A room and the rooms beneath it. `pages` and `commands` are the parts of `ui` and `cli` that moved into folders.
ROOMS: dict[str, set[str]] = {
    "vectorstore": set(),
    "ingest": {"vectorstore"},
    "bot": {"vectorstore"},
    "ui": {"bot", "vectorstore"},
    "evals": {"bot", "ingest", "vectorstore"},
    "cli": {"bot", "evals", "ingest", "ui", "vectorstore"},
}
PART_OF = {"pages": "ui", "commands": "cli"}
# A library has one owner: a room, or a room and one folder of another that keeps tables of its own.
OWNERS: dict[str, str | tuple[str, ...]] = {
    "argon2": "bot/staff/",
    "authlib": "bot/staff/",
    "chromadb": "vectorstore",
    "gradio": "ui",
    "httpcore": "ingest",
    "joserfc": "bot/staff/",
    "mcp": "ui",
    "mcp_types": "ui",
    "onnxruntime": "vectorstore",
    "prometheus_client": "bot",
    "sentence_transformers": "vectorstore",
    "pyotp": "bot/staff/",
    "sqlalchemy": ("vectorstore", "bot/requests/ledger/", "bot/staff/"),
    "tokenizers": "vectorstore",
    "torch": "vectorstore",
    "transformers": "vectorstore",
    "typer": "cli",
    "uvicorn": "ui",
}
# Programs run by hand to make a model, never by the desk: they report to their terminal.
TRAINING = ("vectorstore/training/", "bot/requests/train_intent.py")
# The stock pipeline that benchmarks run beside the desk: a program of its own, which imports the libraries and no room.
APART = "evals/speed/stock_program.py"
MAY_PRINT = ("cli.py", "commands/", APART, *TRAINING)
MAY_READ_ENVIRONMENT = ("cli.py", "commands/", "ui.py", *TRAINING)
HEAVY = {
    *("bot", "chromadb", "evals", "fastapi", "gradio", "ingest", "langchain_core", "numpy", "onnxruntime", "pages"),
    *("pydantic", "sentence_transformers", "sqlalchemy", "tokenizers", "torch", "ui", "uvicorn", "vectorstore", "yaml"),
}


@dataclass(frozen=True, slots=True)
class Module:
    """A source file: `path` is relative to the root, with forward slashes."""

    path: str
    tree: ast.Module

    @property
    def room(self) -> str:
        """The room it belongs to."""
        first = self.path.split("/")[0].removesuffix(".py")
        return PART_OF.get(first, first)

    @property
    def name(self) -> str:
        """The name under which others import it."""
        return self.path.removesuffix(".py").replace("/", ".").removesuffix(".__init__")

    def imports(self) -> Iterator[str]:
        """Yield the dotted names of everything it imports, relative imports resolved."""
        package = self.path.split("/")[:-1]
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                above = package[: len(package) - node.level + 1] if node.level else []
                base = ".".join([*above, *([node.module] if node.module else [])])
                yield from (f"{base}.{alias.name}" if base else alias.name for alias in node.names)

    def rooms_and_libraries(self) -> set[str]:
        """Return the first names of its imports, a part of a room under the room's name."""
        first = {name.split(".")[0] for name in self.imports()}
        return {PART_OF.get(name, name) for name in first}


def read_modules(root: Path) -> list[Module]:
    """Return every source file of the rooms under `root`."""
    files = [root / f"{room}.py" for room in ROOMS]
    files += [path for room in (*ROOMS, *PART_OF) for path in sorted((root / room).rglob("*.py"))]
    return [
        Module(path.relative_to(root).as_posix(), ast.parse(path.read_text(encoding="utf-8")))
        for path in files
        if path.is_file()
    ]


def wrong_rooms(modules: list[Module]) -> list[str]:
    """Return the imports that do not go down."""
    return [
        f"{module.path} imports the room {name}"
        for module in modules
        for name in sorted(module.rooms_and_libraries() & ROOMS.keys() - ROOMS[module.room] - {module.room})
    ]


def wrong_owners(modules: list[Module]) -> list[str]:
    """Return the imports of a library outside the room that owns it."""
    return [
        f"{module.path} imports {name}, which belongs to {' and '.join(_owners(name))}"
        for module in modules
        for name in sorted(module.rooms_and_libraries() & OWNERS.keys())
        if not any(_owns(owner, module) for owner in _owners(name)) and module.path != APART
    ]


def impure_nouns(modules: list[Module]) -> list[str]:
    """Return what the module of nouns imports beside the standard library."""
    nouns = next(module for module in modules if module.path == "vectorstore/policy.py")
    foreign = nouns.rooms_and_libraries() - sys.stdlib_module_names
    return [f"{nouns.path} imports {name}" for name in sorted(foreign)]


def hidden_imports(modules: list[Module]) -> list[str]:
    """Return calls that import by a name in a string, which this test could not see through."""
    return [
        f"{module.path}:{node.lineno} imports by a string"
        for module in modules
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call) and _called(node) in {"__import__", "import_module"}
    ]


def prints(modules: list[Module]) -> list[str]:
    """Return the places that write to the terminal, outside the command."""
    return [
        f"{module.path}:{node.lineno} prints"
        for module in modules
        if not module.path.startswith(MAY_PRINT)
        for node in ast.walk(module.tree)
        if (isinstance(node, ast.Call) and _called(node) in {"print", "pprint", "echo", "basicConfig"})
        or (isinstance(node, ast.Attribute) and _dotted(node) in {"sys.stdout", "sys.stderr"})
    ]


def environment_readers(modules: list[Module]) -> list[str]:
    """Return the places that read the environment, outside the entry points."""
    names = {"environ", "environb", "getenv", "getenvb"}
    return [
        f"{module.path}:{node.lineno} reads the environment"
        for module in modules
        if not module.path.startswith(MAY_READ_ENVIRONMENT)
        for node in ast.walk(module.tree)
        if (isinstance(node, ast.Attribute) and node.attr in names)
        or (isinstance(node, ast.ImportFrom) and node.module == "os" and {a.name for a in node.names} & names)
    ]


def heavy_command(modules: list[Module]) -> list[str]:
    """Return what the command imports before it knows which command it is."""
    found: set[tuple[str, str]] = set()
    for command in (module for module in modules if module.room == "cli"):
        for node in command.tree.body:
            alone = ast.Module([node], [])
            typing_only = (
                isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"
            )
            if isinstance(node, (ast.Import, ast.ImportFrom, ast.Try, ast.If)) and not typing_only:
                names = {name.split(".")[0] for name in Module(command.path, alone).imports()}
                found |= {(command.path, name) for name in names & HEAVY}
    return [f"{path} imports {name} at once" for path, name in sorted(found)]


def parts_of_the_desk_in_the_stock_pipeline(modules: list[Module]) -> list[str]:
    """Return the rooms that the stock pipeline imports: it has to be what others write without this project."""
    return [
        f"{module.path} imports the room {name}"
        for module in modules
        if module.path == APART
        for name in sorted(module.rooms_and_libraries() & ROOMS.keys())
    ]


def cycles(modules: list[Module]) -> list[str]:
    """Return the modules that import themselves by way of others, at import time."""
    names = {module.name for module in modules}
    graph: dict[str, set[str]] = {}
    for module in modules:
        at_once = ast.Module([n for n in module.tree.body if isinstance(n, (ast.Import, ast.ImportFrom))], [])
        wanted = set(Module(module.path, at_once).imports())
        known = {name if name in names else name.rpartition(".")[0] for name in wanted}
        graph[module.name] = (known & names) - {module.name}
    found = []
    for name in graph:
        reached, ahead = set(), set(graph[name])
        while ahead:
            reached |= ahead
            ahead = {further for near in ahead for further in graph[near]} - reached
        found += [f"{name} imports itself in a circle"] if name in reached else []
    return found


def _owners(name: str) -> tuple[str, ...]:
    owners = OWNERS[name]
    return (owners,) if isinstance(owners, str) else owners


def _owns(owner: str, module: Module) -> bool:
    return module.path.startswith(owner) if owner.endswith("/") else module.room == owner


def _called(node: ast.Call) -> str:
    if isinstance(node.func, ast.Name):
        return node.func.id
    return node.func.attr if isinstance(node.func, ast.Attribute) else ""


def _dotted(node: ast.Attribute) -> str:
    return f"{node.value.id}.{node.attr}" if isinstance(node.value, ast.Name) else ""


RULES = (
    wrong_rooms,
    wrong_owners,
    impure_nouns,
    hidden_imports,
    prints,
    environment_readers,
    heavy_command,
    parts_of_the_desk_in_the_stock_pipeline,
    cycles,
)


def breaches(root: Path) -> list[str]:
    """Return every breach under `root`."""
    modules = read_modules(root)
    return [breach for rule in RULES for breach in rule(modules)]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_rooms_keep_the_rules(rule) -> None:
    assert rule(read_modules(ROOT)) == []


def test_every_room_is_read() -> None:
    paths = {module.path for module in read_modules(ROOT)}
    rooms = {module.room for module in read_modules(ROOT)}
    assert rooms == ROOMS.keys()
    assert {"cli.py", "ui.py", "pages/chat.py", "bot/requests/offer.py", "ingest/loaders/html.py"} <= paths
    assert not any("site-packages" in path for path in paths)


@pytest.mark.parametrize(
    ("path", "source", "breach"),
    [
        ("vectorstore/index.py", "from bot.reply import Answer", "vectorstore/index.py imports the room bot"),
        ("bot/bot.py", "import ingest.pipeline as p", "bot/bot.py imports the room ingest"),
        ("ingest/reader.py", "def f():\n    from bot import bot", "ingest/reader.py imports the room bot"),
        ("ingest/deep/down.py", "from ...bot import bot", "ingest/deep/down.py imports the room bot"),
        ("evals/run.py", "from pages.chat import ChatPage", "evals/run.py imports the room ui"),
        ("pages/chat.py", "import evals", "pages/chat.py imports the room evals"),
        ("ui.py", "from ingest import ingest_sources", "ui.py imports the room ingest"),
        ("bot/api.py", "from cli import app", "bot/api.py imports the room cli"),
        ("bot/retrieve.py", "import chromadb", "bot/retrieve.py imports chromadb, which belongs to vectorstore"),
        ("ingest/store.py", "from sqlalchemy import select", "ingest/store.py imports sqlalchemy, which belongs to vectorstore and bot/requests/ledger/ and bot/staff/"),
        ("bot/requests/desk.py", "import sqlalchemy", "bot/requests/desk.py imports sqlalchemy, which belongs to vectorstore and bot/requests/ledger/ and bot/staff/"),
        ("bot/page.py", "if True:\n    import gradio as gr", "bot/page.py imports gradio, which belongs to ui"),
        (
            "evals/speed/stock_program.py",
            "from evals.stock import SIZE",
            "evals/speed/stock_program.py imports the room evals",
        ),
        ("evals/main.py", "import typer", "evals/main.py imports typer, which belongs to cli"),
        ("vectorstore/policy.py", "import numpy", "vectorstore/policy.py imports numpy"),
        ("vectorstore/policy.py", "from . import errors", "vectorstore/policy.py imports vectorstore"),
        ("bot/sly.py", "import importlib\nimportlib.import_module('ing' + 'est')", "bot/sly.py:2 imports by a string"),
        ("bot/sly.py", "__import__('ingest')", "bot/sly.py:1 imports by a string"),
        ("bot/loud.py", "print('hello')", "bot/loud.py:1 prints"),
        ("pages/loud.py", "import sys\nsys.stderr.write('x')", "pages/loud.py:2 prints"),
        ("ingest/loud.py", "import logging\nlogging.basicConfig()", "ingest/loud.py:2 prints"),
        ("bot/settings.py", "import os\nKEY = os.environ['KEY']", "bot/settings.py:2 reads the environment"),
        ("vectorstore/settings.py", "from os import getenv", "vectorstore/settings.py:1 reads the environment"),
        ("pages/chat.py", "import os\nos.getenv('KEY')", "pages/chat.py:2 reads the environment"),
        ("cli.py", "import numpy as np", "cli.py imports numpy at once"),
        ("commands/ask.py", "from bot.build import build_bot", "commands/ask.py imports bot at once"),
        ("cli.py", "try:\n    from vectorstore import PolicyLibrary\nexcept ImportError:\n    pass", "cli.py imports vectorstore at once"),
        ("bot/circle.py", "from bot.bot import PolicyBot", "bot.bot imports itself in a circle"),
    ],
)  # fmt: skip
def test_a_planted_breach_is_found(tmp_path: Path, path: str, source: str, breach: str) -> None:
    sound = {
        "vectorstore/policy.py": "import dataclasses",
        "vectorstore/index.py": "import chromadb",
        "bot/bot.py": "from bot.circle import x\nfrom vectorstore.policy import Policy",
        "ui.py": "import gradio\nimport os\nfrom pages import chat\nos.environ",
        "pages/chat.py": "import gradio\nfrom bot.bot import PolicyBot",
        "cli.py": "import typer\nfrom typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import numpy\nprint()",
        "bot/circle.py": "x = 1",
        "bot/requests/ledger/tables.py": "import sqlalchemy",
    }
    for name, content in sound.items():
        write(tmp_path / name, content)
    assert breaches(tmp_path) == []
    write(tmp_path / path, source)
    assert breaches(tmp_path) == [breach] or (breach in breaches(tmp_path) and "circle" in breach)


def write(path: Path, source: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(source, encoding="utf-8")


def test_the_command_really_starts_light() -> None:
    listed = "import sys, cli; print(*sorted({name.split('.')[0] for name in sys.modules}))"
    done = subprocess.run([sys.executable, "-c", listed], cwd=ROOT, capture_output=True, text=True, check=True)
    assert set(done.stdout.split()) & HEAVY == set()


def test_answering_loads_no_parser_and_ingesting_no_answering() -> None:
    for room, other in (("bot.build", "ingest"), ("ingest", "bot"), ("vectorstore", "bot"), ("vectorstore", "ingest")):
        listed = f"import sys, {room}; print(*sorted(sys.modules))"
        done = subprocess.run([sys.executable, "-c", listed], cwd=ROOT, capture_output=True, text=True, check=True)
        loaded = {name.split(".")[0] for name in done.stdout.split()}
        assert other not in loaded
        assert not loaded & {"chromadb", "torch", "gradio", "langchain_core", "scipy", "sentence_transformers"}, room


def test_the_server_starts_without_what_only_some_of_its_pages_need() -> None:
    listed = "import sys, ui; print(*sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", listed], cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = {name.split(".")[0] for name in done.stdout.split()}
    assert not loaded & {"gradio", "torch", "chromadb", "reportlab", "nacl", "cryptography", "httpx", "mcp"}
