"""What agents work with, in one hand: the bot, approved answers, the question log, and the trail of what was done."""

from __future__ import annotations

from dataclasses import dataclass

from bot.bot import PolicyBot
from bot.staff.approved import ApprovedAnswers
from bot.staff.desk_tables import open_tables
from bot.staff.questions import QuestionLog
from bot.staff.trail import Trail


@dataclass(frozen=True, slots=True, eq=False)
class AgentDesk:
    """The parts behind the agents' pages."""

    bot: PolicyBot
    approved: ApprovedAnswers
    questions: QuestionLog
    trail: Trail

    @classmethod
    def open(cls, bot: PolicyBot, url: str, trail: Trail) -> AgentDesk:
        """Open the tables of the database at `url`, and let `bot` prefer approved answers. Raises StoreUnavailableError."""
        database = open_tables(url)
        desk = cls(bot, ApprovedAnswers(database, bot.library), QuestionLog(database), trail)
        bot.approved = desk.approved
        return desk
