"""Replies that need no policy: greetings, thanks, abuse, and attempts to steer the desk."""

from __future__ import annotations

from bot.requests.intent import Intent
from bot.scope import Scope

REPLIES = {
    "greeting": "Hello. Ask what a company does with your personal data, or say what you want done with it, for example “delete my data”.",
    "thanks": "You're welcome. Anything else about your privacy?",
    "abuse": "I'm here to help with privacy questions. Ask what a company does with your data, or say what you want done with it.",
    "injection": "I can't do that. This desk only quotes the privacy policies it holds and shows the contact channels they name; it cannot carry out or confirm what a company has done.",
}


def plain_reply(intent: Intent, scope: Scope) -> str | None:
    """Return the fixed reply for an intent that no policy is needed for, None for all others.

    A greeting or thanks that names a company is read on: there is a question in it.
    """
    if intent.label in {"greeting", "thanks"} and scope.how == "named":
        return None
    return REPLIES.get(intent.label)
