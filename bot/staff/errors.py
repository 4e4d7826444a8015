"""Errors of accounts.

AccountError          what was asked for an account cannot be done; `message` says why and the way out
    SignInError       the words for everybody who could not sign in, whatever the reason
    WaitError         too many tries: `seconds` to wait
OutsideError          who came from another issuer is not let in; `reason` is for the log
"""

from __future__ import annotations

from bot.errors import BotError

NOT_SIGNED_IN = "The name, the password or the code does not fit. After several wrong tries you have to wait a while."


class AccountError(BotError):
    """What was asked for an account cannot be done; `message` says why and the way out."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class SignInError(AccountError):
    """Nobody was signed in. The words are the same for unknown names, wrong passwords, wrong codes and shut accounts."""

    def __init__(self) -> None:
        super().__init__(NOT_SIGNED_IN)


class WaitError(AccountError):
    """Too many tries for this name or from this place; `seconds` until the next is heard."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"Too many tries. Please wait {max(1, round(seconds / 60))} minutes and try again.")
        self.seconds = seconds


class OutsideError(BotError):
    """Who came from another issuer is not let in. `reason` is a few words of ours for the log, never the issuer's."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"signing in elsewhere failed: {reason}")
        self.reason = reason
