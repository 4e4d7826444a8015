"""What goes wrong on a look-up page, in words on that page: one place that knows the errors."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import Request
from fastapi.responses import Response

from bot.errors import QuestionError
from bot.staff.entry_errors import StaffEntryError
from pages.staff.lookup.parts import page, problem_box
from vectorstore.errors import StoreUnavailableError, UnknownPolicyError, UnknownVersionError

GONE = "There is no policy of that name, or no such version of it. It may have been removed."
BUSY = "The database cannot be used just now. Nothing was changed; try again in a moment."


def told(request: Request, title: str, tab: str, act: Callable[[], Response]) -> Response:
    """Return what `act` returns, or a page that says what stood in its way and what to do."""
    try:
        return act()
    except (StaffEntryError, QuestionError) as error:
        return page(request, title, problem_box(error.message), tab, 422)
    except (UnknownPolicyError, UnknownVersionError):
        return page(request, title, problem_box(GONE), tab, 404)
    except StoreUnavailableError:
        return page(request, title, problem_box(BUSY), tab, 503)
