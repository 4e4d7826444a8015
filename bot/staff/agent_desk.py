"""What agents work with, in one hand: the bot, approved answers, the question log, and the trail of what was done."""

from __future__ import annotations

from dataclasses import dataclass

from bot.bot import PolicyBot
from bot.staff.approved import ApprovedAnswers
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
        desk = cls(bot, ApprovedAnswers.open(url, bot.library), QuestionLog.open(url), trail)
        bot.approved = desk.approved
        return desk
