"""The desk for assistants: four tools of the Model Context Protocol over the same gate as every other face.

Loads the protocol's library, which takes seconds: import it where it is served.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Annotated, TypeVar

from anyio import to_thread
from mcp.server.mcpserver import Context, MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.server.transport_security import TransportSecuritySettings
from mcp_types import ToolAnnotations
from pydantic import BaseModel, Field

from bot.api import PolicyRow
from bot.citations import page_path
from bot.errors import QuestionError
from bot.front.clients import client_of
from bot.front.errors import BusyError
from bot.front.routes import PassageRow, passage_row
from bot.problems import MAX_BODY, BodyLimit, ErrorWall
from bot.reply import Answer
from pages.doors import Counted, Doors, SameOrigin
from vectorstore.errors import UnknownPolicyError, UnknownVersionError

if TYPE_CHECKING:
    from starlette.applications import Starlette

    from bot.front.asking import Asking

logger = logging.getLogger(__name__)
Done = TypeVar("Done")

INSTRUCTIONS = (
    "PolicyDesk answers questions about companies' privacy policies in the policies' own words. Every citation is the stored "
    "text of a policy version, byte for byte; repeat quotes unchanged and name the policy and its version. A status of "
    "'silent' means that the policy does not say: do not fill the gap from elsewhere."
)
READS = ToolAnnotations(read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False)
PolicyIds = Annotated[
    Sequence[Annotated[str, Field(max_length=200)]],
    Field(max_length=50, description="ids from list_policies; all policies if empty"),
]
Words = Annotated[str, Field(max_length=4_000, description="up to 2,000 characters")]


class ClauseText(BaseModel):
    """A clause of a policy version: `text == stored_text[start:end]`, characters, end excluded."""

    policy_id: str
    company: str
    version: str
    clause: str
    section: Sequence[str]
    kind: str
    text: str
    start: int
    end: int
    page: str


def build_mcp(asking: Asking, version: str) -> MCPServer:
    """Return the server of the tools. What goes wrong is told in the desk's own words, and nothing of it is logged."""
    # The library's own logger would write what a caller sent, such as the name of a tool that does not exist.
    logging.getLogger("mcp").setLevel(logging.CRITICAL)
    server: MCPServer = MCPServer(
        "policydesk", title="PolicyDesk", instructions=INSTRUCTIONS, version=version, log_level="CRITICAL"
    )

    async def work(context: Context, act: Callable[[], Done]) -> Done:
        return await told(lambda: asking.work(_client(context), act))

    @server.tool(title="Ask about a privacy policy", annotations=READS)
    async def ask(context: Context, question: Words, policy_ids: PolicyIds = ()) -> Answer:
        """Answer a question from the stored privacy policies, with verbatim citations."""
        return await told(lambda: asking.ask_later(_client(context), question, tuple(policy_ids)))

    @server.tool(title="Find passages", annotations=READS)
    async def search(
        context: Context,
        query: Words,
        policy_ids: PolicyIds = (),
        limit: Annotated[int, Field(ge=1, le=50)] = 10,
    ) -> list[PassageRow]:
        """Return the sentences of the policies that are nearest to some words, with scores, best first."""
        found = await work(context, lambda: asking.bot.passages(query, tuple(policy_ids), limit))
        return [passage_row(hit) for hit in found]

    @server.tool(title="Read a clause", annotations=READS)
    async def get_clause(
        context: Context,
        policy_id: Annotated[str, Field(max_length=200)],
        clause: Annotated[str, Field(max_length=200, description="the id that a citation or passage carries")],
        version: Annotated[str | None, Field(max_length=200, description="the current version if left out")] = None,
    ) -> ClauseText:
        """Return a whole clause of a policy, word for word."""
        return await work(context, lambda: read_clause(asking, policy_id, clause, version))

    @server.tool(title="List the policies", annotations=READS)
    async def list_policies(context: Context) -> list[PolicyRow]:
        """Return the current version of every policy in the library."""
        rows = await told(lambda: to_thread.run_sync(asking.bot.library.policies))
        return [PolicyRow.model_validate(row) for row in rows]

    return server


async def told(act: Callable[[], Awaitable[Done]]) -> Done:
    """Do `act`; its errors become words for the caller. Raises ToolError."""
    try:
        return await act()
    except (BusyError, QuestionError) as error:
        raise ToolError(error.message) from None
    except (UnknownPolicyError, UnknownVersionError):
        raise ToolError("No such policy or version is in the library; list_policies names them.") from None
    except ToolError:
        raise
    # The edge of the program: the caller sees no trace of what went wrong, and the log no words of theirs.
    except Exception as error:  # noqa: BLE001
        error_id = secrets.token_hex(4)
        logger.error("a tool failed: %s, id %s", type(error).__name__, error_id)
        raise ToolError(f"Something went wrong on our side. The number to report is {error_id}.") from None


def read_clause(asking: Asking, policy_id: str, clause_id: str, version: str | None) -> ClauseText:
    """Return a clause. Raises UnknownPolicyError, UnknownVersionError, and ToolError where the version has no such clause."""
    policy = asking.bot.library.get(policy_id, version)
    clause = next((one for one in policy.clauses if one.id == clause_id), None)
    if clause is None:
        raise ToolError("This version of the policy has no clause of that id; search or ask gives ids.")
    return ClauseText(
        policy_id=policy.id,
        company=policy.company,
        version=policy.version,
        clause=clause.id,
        section=clause.path,
        kind=clause.kind,
        text=policy.text[clause.start : clause.end],
        start=clause.start,
        end=clause.end,
        page=page_path(policy, clause.start, clause.end),
    )


def mcp_app(server: MCPServer, asking: Asking, hosts: Sequence[str]) -> Starlette:
    """Return the server as a web application at /mcp, for callers that name one of `hosts` (NAME:PORT, * for any port)."""
    allowed = TransportSecuritySettings(
        allowed_hosts=list(hosts),
        allowed_origins=[f"{scheme}://{host}" for host in hosts for scheme in ("http", "https")],
    )
    app = server.streamable_http_app(
        json_response=True, stateless_http=True, transport_security=allowed, max_request_body_size=MAX_BODY
    )
    # The one added last stands outermost.
    app.add_middleware(BodyLimit)
    app.add_middleware(SameOrigin)
    app.add_middleware(Doors, asking=asking)
    app.add_middleware(ErrorWall)
    app.add_middleware(Counted, measures=asking.measures)
    return app


def _client(context: Context) -> str:
    """Return the caller as limits know them: the address over HTTP; over stdio there is one."""
    request = context.request_context.request
    peer = getattr(request, "client", None)
    return client_of(peer.host if peer else None)
