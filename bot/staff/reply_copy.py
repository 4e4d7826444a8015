"""An answer as a reply that an agent can send: plain text and HTML, quotes numbered, each with its place and its link."""

from __future__ import annotations

import re
from html import escape

from bot.reply import Answer, Citation


def heading_of(answer: Answer) -> str:
    """Return what stands over the quotes: passages of a policy that does not answer are not passed off as an answer."""
    silent = answer.status in {"silent", "damaged"}
    return "The nearest passage, which does not answer:" if silent else "In the policy’s words:"


def plain_reply_text(answer: Answer, base_url: str = "") -> str:
    """Return the reply as plain text. `base_url` is the desk's address, without a slash at its end, for its own links."""
    lines = [answer.text]
    if answer.citations:
        lines += ["", heading_of(answer)]
    for citation in answer.citations:
        lines += [f"[{citation.n}] “{citation.quote}”", f"    {_place(citation)}", f"    {_link(citation, base_url)}"]
    return "\n".join(lines)


def html_reply(answer: Answer, base_url: str = "") -> str:
    """Return the reply as HTML for a mail: paragraphs, lists and quotes, no style and nothing of a person's."""
    body, listed = "", False
    for line in filter(None, (line.strip() for line in answer.text.split("\n"))):
        item = line.startswith("- ")
        body += "<ul>" * (item and not listed) + "</ul>" * (listed and not item)
        listed = item
        words = escape(line.removeprefix("- "))
        body += f"<li>{words}</li>" if item else f"<p>{words}</p>"
    body += "</ul>" * listed
    quotes = "".join(_quote(citation, base_url) for citation in answer.citations)
    return body + (f"<p>{escape(heading_of(answer))}</p><ol>{quotes}</ol>" if quotes else "")


def _quote(citation: Citation, base_url: str) -> str:
    link = escape(_link(citation, base_url), quote=True)
    words = escape(citation.quote).replace("\n", "<br>")
    return f'<li value="{citation.n}"><blockquote>{words}</blockquote><p><a href="{link}">{escape(_place(citation))}</a></p></li>'


def _place(citation: Citation) -> str:
    section = " › ".join(citation.section)
    parts = [citation.company, section, f"version {citation.version}"]
    return ", ".join(part for part in parts if part)


def _link(citation: Citation, base_url: str) -> str:
    """Return the company's own page at those words, else the desk's: a link of another scheme is never passed on."""
    if citation.url and re.match(r"https?://", citation.url):
        return citation.url
    return f"{base_url}{citation.page}"
