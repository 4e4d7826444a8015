"""What stands around the conversation: the bar, the policy beside it, and what the desk keeps. Pure."""

from __future__ import annotations

from pages.markup import worded

SIGN = """<svg viewBox="0 0 24 24" width="26" height="26" aria-hidden="true"><path
d="M12 2 4 5v6c0 5 3.4 9.3 8 11 4.6-1.7 8-6 8-11V5z" fill="currentColor"/><path d="M8.2 12.2l2.7 2.7 5-5.4" fill="none"
stroke="#fff" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"/></svg>"""


def render_header() -> str:
    """Return the bar with the way past it, which is the page's first link."""
    return (
        f'<a class="skip" href="#question">{worded("chat.skip")}</a>'
        f'<div class="bar"><a class="brand" href="/">{SIGN}<h1>{worded("chat.title")}</h1></a><p>{worded("chat.motto")}</p>'
        f'<nav aria-label="{worded("chat.site")}"><a href="/policy" target="policy">{worded("chat.policies")}</a> '
        f'<a href="/docs">{worded("chat.api")}</a></nav></div>'
    )


def render_viewer() -> str:
    """Return the frame in which policies and requests open."""
    return (
        f'<div class="frame"><iframe name="policy" id="policy" title="{worded("chat.policy_frame")}" src="/policy"></iframe></div>'
        f'<p class="back"><a href="#question">{worded("chat.back")}</a></p>'
    )


def render_foot(requests: bool, questions: bool) -> str:
    """Return what stands beneath the question box: the way to a request's status, and what the desk keeps of a visitor.

    `requests` is True where requests are kept, `questions` where unanswered ones and opinions are.
    """
    kept = ["chat.kept_talk"]
    kept += ["chat.kept_questions"] if questions else []
    kept += ["chat.kept_requests"] if requests else []
    words = "".join(f"<li>{worded(key)}</li>" for key in (*kept, "chat.kept_log"))
    status = f'<a href="/request" target="policy">{worded("chat.status_link")}</a>' if requests else ""
    return (
        f'<div class="foot"><details><summary>{worded("chat.kept")}</summary><ul>{words}</ul></details>{status}</div>'
    )
