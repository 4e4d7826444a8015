"""`policydesk requests`: the queue of the request desk listed, shown, retried, resolved, answered, exported, erased."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeVar

import typer

from commands.opening import fail, open_desk, open_library, request_settings, show_json
from commands.options import VAR, DataDir, Json
from commands.receipts import verify

if TYPE_CHECKING:
    from bot.requests.deadlines import Due
    from bot.requests.ledger import Ledger
    from bot.requests.records import EventRecord, RequestRecord

app = typer.Typer(
    help="The request desk: its queue, its clocks, and what a person has to decide.\n\n"
    "The desk sends nothing unless requests.yaml in the data folder says `delivery: true`.",
    invoke_without_command=True,
)
T = TypeVar("T")
app.command()(verify)
Number = Annotated[str, typer.Argument(help="The receipt number.")]


@app.callback()
def requests(context: typer.Context, as_json: Json = False, data_dir: DataDir = VAR) -> None:
    """List the requests, the newest first."""
    if context.invoked_subcommand is None:
        list_requests(None, None, 100, as_json, data_dir)


@app.command("list")
def list_requests(
    state: Annotated[list[str] | None, typer.Option("--state", help="Only these states; may be repeated.")] = None,
    policy: Annotated[str | None, typer.Option("--policy", help="Only requests to this company's policy.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many at most.")] = 100,
    as_json: Json = False,
    data_dir: DataDir = VAR,
) -> None:
    """List requests with their state and the next date of the law."""
    from bot.requests.states import STATES

    unknown = sorted(set(state or ()) - set(STATES))
    if unknown:
        fail(f"there is no state {unknown[0]!r}: known are {', '.join(STATES)}")
    ledger = _ledger(data_dir)
    found = _told(lambda: ledger.find(states=state, policy_id=policy, limit=limit))
    if as_json:
        show_json([_object(record, ledger.events(record.id)) for record in found])
        return
    for one in found:
        due = min((date.day.isoformat() for date in _due(one)), default="")
        typer.echo(
            f"{one.id}  {one.state:<12} {one.type:<22} {one.policy_id:<16} {one.created:%Y-%m-%d %H:%M}  {due and 'due ' + due}"
        )
    if not found:
        typer.echo("No request is there.")


@app.command()
def show(number: Number, as_json: Json = False, data_dir: DataDir = VAR) -> None:
    """Show a request: its message, its steps, its dates, and whether its rows fit together."""
    ledger = _ledger(data_dir)
    record = _told(lambda: ledger.get(number))
    events, fault = ledger.events(number), ledger.verify_chain(number)
    if as_json:
        show_json({**_object(record, events), "fault": fault.reason if fault else None})
        return
    typer.echo(
        f"{record.id}  {record.state}\n{record.type} to {record.company}, policy {record.policy_id} {record.version}, by {record.route}"
    )
    for due in _due(record):
        typer.echo(f"due {due.day.isoformat()}: {due.words} ({due.source}); computed, not legal advice")
    if record.message is not None:
        typer.echo(f"\nTo: {record.message.recipient}\nSubject: {record.message.subject}\n\n{record.message.body}")
    for event in events:
        typer.echo(
            f"{event.number:>3} {event.at:%Y-%m-%d %H:%M:%S} {event.actor:<8} {event.action:<12} -> {event.state:<12} {event.detail}"
        )
    typer.echo(f"The steps do NOT fit together: {fault.reason}" if fault else "The steps fit together.")


@app.command()
def retry(number: Number, data_dir: DataDir = VAR) -> None:
    """Send a message that failed or waits once more, now."""
    _done(_told(lambda: _ledger(data_dir).retry(number)))


@app.command()
def resolve(
    number: Number,
    arrived: Annotated[bool, typer.Option("--arrived/--lost", help="What you found out about it.")],
    data_dir: DataDir = VAR,
) -> None:
    """Decide a request in doubt: it arrived, or it is lost and goes out again."""
    _done(_told(lambda: _ledger(data_dir).resolve(number, arrived=arrived)))


@app.command()
def record(
    number: Number,
    answer: Annotated[
        Literal["acknowledge", "extend", "fulfil", "deny"], typer.Argument(help="What the company said.")
    ],
    reference: Annotated[str | None, typer.Option(help="The company's own number for it.")] = None,
    data_dir: DataDir = VAR,
) -> None:
    """Record what a company answered."""
    _done(_told(lambda: _ledger(data_dir).apply(number, answer, "desk", reference=reference)))


@app.command("follow-up")
def follow_up(
    number: Number,
    kind: Annotated[
        Literal["reminder", "wrong-medium", "more-proof", "complaint"],
        typer.Argument(help="To the company, or to an authority (complaint)."),
    ] = "reminder",
    data_dir: DataDir = VAR,
) -> None:
    """Print a draft of what can be written next, in the policy's own words. Nothing is sent."""
    desk = open_desk(open_library(data_dir), data_dir)
    draft = _told(lambda: desk.follow_up(desk.ledger.get(number), kind))
    authority = getattr(draft, "authority", None)
    typer.echo(f"To: {authority}\n" if authority else "", nl=False)
    typer.echo(f"Subject: {draft.subject}\n\n{draft.body}", nl=False)


@app.command("import")
def import_mail(
    source: Annotated[Path, typer.Argument(help="A Maildir, an mbox file or a folder of .eml files.", exists=True)],
    data_dir: DataDir = VAR,
) -> None:
    """Take in answers and bounces from a mailbox folder; the folder itself stays as it is."""
    from bot.requests.ledger.incoming import import_folder

    counted = _told(lambda: import_folder(_ledger(data_dir), source))
    typer.echo(", ".join(f"{count} {kind}" for kind, count in sorted(counted.items())) or "No new mail.")


@app.command()
def export(number: Number, data_dir: DataDir = VAR) -> None:
    """Print a request with its steps as one JSON object."""
    show(number, True, data_dir)


@app.command()
def erase(
    mailbox: Annotated[str, typer.Argument(help="The person's e-mail address.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    data_dir: DataDir = VAR,
) -> None:
    """Remove everything a person gave, everywhere; that there was a request, and its hashes, stay."""
    from bot.requests.ledger.erasure import erase as forget

    if not yes and not typer.confirm("Erase this person's data? It cannot be brought back."):
        fail("nothing was erased", 1)
    erased = _told(lambda: forget(_ledger(data_dir), mailbox))
    flying = f"; {erased.in_flight} were just being sent" if erased.in_flight else ""
    typer.echo(f"Erased: {erased.requests} requests, {erased.files} mails{flying}.")


@app.command()
def stop(
    reason: Annotated[str, typer.Argument(help="Why, for whoever looks next.")] = "stopped by the operator",
    data_dir: DataDir = VAR,
) -> None:
    """Stop all sending at once; requests wait until `policydesk requests resume`."""
    _told(lambda: _ledger(data_dir).outbox.stop(reason))
    typer.echo("Nothing is sent any more. Go on with: policydesk requests resume")


@app.command()
def resume(data_dir: DataDir = VAR) -> None:
    """Let the desk send again."""
    _told(lambda: _ledger(data_dir).outbox.resume())
    typer.echo("Requests are sent again.")


@app.command()
def reminders(as_json: Json = False, data_dir: DataDir = VAR) -> None:
    """List the requests of which half, four fifths or all of a period of the law are over."""
    import datetime as dt

    from bot.requests.deadlines import reminders_due

    open_states = ("sent", "shown", "acknowledged", "uncertain")
    found = _told(lambda: _ledger(data_dir).find(states=open_states, limit=10_000))
    due = reminders_due(found, dt.datetime.now(dt.UTC).date())
    if as_json:
        show_json(
            [
                {"id": one.request_id, "percent": one.percent, "day": one.due.day.isoformat(), "step": one.due.step}
                for one in due
            ]
        )
        return
    for one in due:
        typer.echo(
            f"{one.request_id}  {one.percent:>3} %  {one.due.words} until {one.due.day.isoformat()} ({one.due.source})"
        )
    typer.echo("Computed, not legal advice." if due else "No period of the law is half over.")


def _ledger(data_dir: Path) -> Ledger:
    from bot.requests.ledger import Ledger
    from vectorstore import StoreError

    try:
        return Ledger.open(request_settings(data_dir))
    except (StoreError, OSError) as error:
        fail(str(error))


def _told(act: Callable[[], T]) -> T:
    """Return what `act` returns, or say in one line why it cannot be done."""
    from bot.requests.errors import RequestError
    from vectorstore import StoreError

    try:
        return act()
    except RequestError as error:
        fail(error.message)
    except StoreError as error:
        fail(str(error))


def _due(record: RequestRecord) -> tuple[Due, ...]:
    from bot.requests.deadlines import due_dates

    return due_dates(record.type, record.regime, record.started, record.extended)


def _done(record: RequestRecord) -> None:
    typer.echo(f"{record.id}: {record.state}")


def _object(record: RequestRecord, events: list[EventRecord]) -> dict[str, Any]:
    """Return the request as HTTP callers get it."""
    from bot.requests.wire import request_row

    return request_row(record, _due(record), events).model_dump(mode="json", exclude={"access", "notice"})
