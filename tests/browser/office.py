"""The whole desk as `policydesk serve` assembles it, with members of every role and a request in doubt; and hands on a keyboard."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import BrowserContext, Page, expect

from bot.bot import PolicyBot
from bot.front.settings import FrontSettings
from bot.requests.desk import RequestDesk
from bot.requests.errors import DoubtfulDeliveryError
from bot.requests.ledger import Ledger, Sender
from bot.requests.records import RequestRecord
from bot.staff.agent_desk import AgentDesk
from bot.staff.staff import Staff
from commands.serve import assemble
from evals.web.bench import Bench
from tests.bot.requests.desks import HandClock, KeptCourier, new_request, queued, settings_in
from tests.serving import await_page, served

WORDS = "four plain words here"
MEMBERS = {"ines": ("agent", "Ines Okafor"), "eve": ("evaluator", "Eve Lindqvist"), "boss": ("admin", "Noor Haddad")}


@dataclass(frozen=True)
class Office:
    """A running desk. `doubtful` is the number of the request that is in doubt."""

    address: str
    bot: PolicyBot
    desk: RequestDesk
    agents: AgentDesk
    staff: Staff
    bench: Bench
    doubtful: str

    def acts(self, count: int) -> list[str]:
        """Return what members did last, the oldest of `count` first."""
        return [act.action for act in reversed(self.staff.trail.acts(count))]


@contextmanager
def open_office(folder: Path, bot: PolicyBot) -> Iterator[Office]:
    """Open the desk over what the bot has read; what people and members leave behind goes to a folder of its own."""
    clock = HandClock()
    ledger = Ledger.open(settings_in(folder), clock)
    firm = bot.library.policies()[0].id
    doubtful = sent(ledger, clock, 1, DoubtfulDeliveryError("lost"), DoubtfulDeliveryError("lost"), firm=firm)
    staff = Staff.open(ledger.settings.url, ledger.settings.data_dir)
    for name, (role, shown) in MEMBERS.items():
        staff.accounts.add(name, [role], WORDS, shown)
    desk, agents = RequestDesk(bot.library, ledger), AgentDesk.open(bot, ledger.settings.url, staff.trail)
    app, bench = assemble(bot, desk, agents, staff, ledger.settings.data_dir, FrontSettings(limits=None))
    with closing(staff), closing(bench), served(app) as address:
        await_page(address)
        yield Office(address, bot, desk, agents, staff, bench, doubtful.id)


def sent(ledger: Ledger, clock: HandClock, number: int, *answers: Exception, firm: str) -> RequestRecord:
    """Take a request to a courier who gives those answers to its message, a try each."""
    record = queued(ledger, new_request(email=f"person{number}@mailbox.example", session=f"s{number}", firm=firm))
    courier = KeptCourier()
    courier.answers.extend([None, *answers])
    for _ in range(1 + len(answers)):
        Sender(ledger, [courier]).run_due()
        clock.move(60)
    return ledger.get(record.id)


def tab_to(page: Page, selector: str, key: str = "Tab") -> None:
    """Press Tab until what is focused is the one wanted, as somebody without a mouse does."""
    for _ in range(200):
        if page.evaluate("wanted => document.activeElement.matches(wanted)", selector):
            return
        page.keyboard.press(key)
    raise AssertionError(f"the keyboard does not reach {selector}")


def press(page: Page, selector: str, key: str = "Tab") -> None:
    """Reach an element by Tab, press Enter, and wait for the page that follows."""
    tab_to(page, selector, key)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def open_as(context: BrowserContext, address: str, name: str) -> None:
    """Sign a member in for all pages of a window."""
    sent = {"name": name, "password": WORDS, "to": "/staff/"}
    entered = context.request.post(f"{address}/staff/sign-in", form=sent, headers={"Origin": address})
    assert entered.url == f"{address}/staff/"


def sign_in(page: Page, address: str, name: str, path: str = "/staff/") -> None:
    """Open a page as a stranger and sign in by keyboard."""
    page.goto(address + path)
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    assert page.evaluate("document.activeElement.id") == "name"
    page.keyboard.type(name)
    page.keyboard.press("Tab")
    page.keyboard.type(WORDS)
    page.keyboard.press("Enter")
    page.wait_for_url(address + path)
