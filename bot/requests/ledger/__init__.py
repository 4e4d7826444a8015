"""Requests between a confirmed message and its receipt: storage, proof of the mailbox, outbox and sender."""

from bot.requests.ledger.ledger import Fault, Ledger, NewRequest, new_request_id
from bot.requests.ledger.sender import Sender

__all__ = ["Fault", "Ledger", "NewRequest", "Sender", "new_request_id"]
