"""Errors of requests, and what a courier reports when a message did not simply arrive.

RequestError (BotError)              `message` is for the person or the agent who acts
    FieldError                       a field a person filled in cannot be used; `field` names it
    UnknownRequestError              no request has that number
    StepError                        the request's state does not allow the step; `state` and `action` say which
    ChangedError                     what was confirmed is not what would be sent: the preview must be looked at again
    CodeError                        the code is wrong, used up, expired or of another session; which, is not said
    TooManyError                     a limit is reached; `retry_after` in seconds, None where waiting does not help
SettingsFileError (BotError)           requests.yaml cannot be used; every fault with its line
CourierError (BotError)
    TemporaryRefusalError            nothing was taken over; try again later
    PermanentRefusalError            nothing was taken over, and trying again will not change that
    DoubtfulDeliveryError            the connection was lost after the message was given: it may have arrived
"""

from __future__ import annotations

from bot.errors import BotError


class RequestError(BotError, ValueError):
    """A request cannot go on; `message` says why and what to do, in words for the one who acts."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class FieldError(RequestError):
    """A field a person filled in cannot be used."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


class UnknownRequestError(RequestError):
    """No request has that number."""

    def __init__(self, request_id: str) -> None:
        super().__init__("There is no request with this number.")
        self.request_id = request_id


class StepError(RequestError):
    """The request's state does not allow the step."""

    def __init__(self, state: str, action: str, message: str) -> None:
        super().__init__(message)
        self.state = state
        self.action = action


class ChangedError(RequestError):
    """The message or its address is no longer what the person saw."""


class CodeError(RequestError):
    """The code does not open this request. Wrong, used up, expired and unknown are told in the same words."""


class TooManyError(RequestError):
    """A limit is reached; `retry_after` is in seconds, None where waiting does not help."""

    def __init__(self, message: str, retry_after: int | None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class SettingsFileError(BotError, ValueError):
    """The settings file cannot be used. `faults` are "line N: what" each, in the order of the file."""

    def __init__(self, file: str, faults: tuple[str, ...]) -> None:
        super().__init__(f"{file}: {'; '.join(faults)}")
        self.faults = faults


class CourierError(BotError):
    """A message was not simply taken over. `reply` is what the other side said, without a person's words."""

    def __init__(self, reply: str) -> None:
        super().__init__(reply)
        self.reply = reply


class TemporaryRefusalError(CourierError):
    """Nothing was taken over; the same message may be tried again later."""


class PermanentRefusalError(CourierError):
    """Nothing was taken over, and trying again will not change that."""


class DoubtfulDeliveryError(CourierError):
    """The other side was lost after the message was given: it may or may not have arrived."""
