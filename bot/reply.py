"""The Answer object that web, terminal, HTTP API and evals share (pydantic). Owns the wire form and nothing else."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Status = Literal["answered", "silent", "damaged", "needs_policy", "out_of_scope", "request"]
Verdict = Literal["yes", "no", "conditional"]


class Wire(BaseModel):
    """Base of everything that leaves the desk: unknown fields are refused, records do not change."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Citation(Wire):
    """A quote and where it stands: `quote == stored_text[start:end]`, characters, end excluded."""

    n: int = Field(description="number shown in the answer's text, from 1")
    policy_id: str
    company: str
    version: str
    section: list[str] = Field(description="headings above the quote, outermost first")
    quote: str
    start: int
    end: int
    clause: str | None = Field(default=None, description="anchor of the clause on the policy page")
    url: str | None = Field(default=None, description="the company's page with a text fragment; null if unknown")
    page: str = Field(description="path of the desk's own page that shows the quote highlighted")
    damaged: bool = False
    pdf_page: int | None = Field(default=None, description="page of the PDF, from 1; null for other formats")
    damage: list[str] = Field(default=[], description="flaws of the stored copy under the quote, in plain words")


class Channel(Wire):
    """A contact channel as the policy names it; `value` is null when `status` is "unresolved"."""

    policy_id: str
    type: Literal["email", "phone", "mail", "web_form", "api"]
    value: str | None
    conditions: str | None
    status: Literal["ok", "unresolved"]
    purposes: list[str]
    quote: str
    start: int
    end: int
    href: str | None = Field(default=None, description="mailto:, tel: or https: link; null where there is none")


class SelfService(Wire):
    """A step the person can take alone, in the policy's own words."""

    policy_id: str
    step: str
    quote: str
    start: int
    end: int
    href: str | None = Field(default=None, description="web link that stands in the step; null where there is none")


class RequestCondition(Wire):
    """A condition the policy sets, with the words that set it."""

    policy_id: str
    text: str
    quote: str
    start: int
    end: int


class Draft(Wire):
    """A ready-to-send message for one policy: the person sends it, the desk does not."""

    policy_id: str
    subject: str
    body: str
    mailto: str | None = Field(
        default=None, description="mailto: link with subject and body; null where the policy gives no e-mail address"
    )


class RequestOffer(Wire):
    """What the policy lets a person do: the right, its channels, steps and conditions."""

    type: str
    right: str | None
    offered: bool
    versions: dict[str, str] = Field(default={}, description="policy id -> the version that the quotes here stand in")
    channels: list[Channel] = []
    self_service: list[SelfService] = []
    conditions: list[RequestCondition] = []
    drafts: list[Draft] = []
    expect: str | None = Field(default=None, description="what to expect next, in plain words")


class Answer(Wire):
    """One reply. `text` is for people; `citations` carry the evidence; `request` what can be done about it."""

    question: str
    status: Status
    verdict: Verdict | None = None
    text: str
    citations: list[Citation] = []
    request: RequestOffer | None = None
    policy_ids: list[str] = []
    follow_ups: list[str] = []
    latency_ms: float = 0.0


class Turn(Wire):
    """What a conversation remembers of one exchange: the stand-alone question and the policies it was about."""

    question: str
    policy_ids: list[str] = []
