"""The conversation as HTML: verdicts, quotes, request cards, and that no markup of others survives."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest

from pages.conversations import Exchange, Line, PolicyName
from pages.transcript import render_transcript, render_welcome
from tests.ui.desk import DELETION, NO_SALE, POLICY, channel, cite

NAMES = {"tern": PolicyName("Tern & Co", POLICY.version, POLICY.url)}
HOSTILE = "<img src=x onerror=alert(1)>\"'><script>alert(2)</script>"


class Tree(HTMLParser):
    """The tags, links and text of a piece of HTML."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


def shown(answer, question="q", names=NAMES) -> Tree:
    return Tree(render_transcript([Exchange("e1", question, answer, names=names)]))


@pytest.mark.parametrize(
    ("changes", "chip"),
    [
        ({"verdict": "yes"}, "Yes"),
        ({"verdict": "no"}, "No"),
        ({"verdict": "conditional"}, "It depends"),
        ({"verdict": None, "status": "silent"}, "The policy doesn’t say"),
        ({"verdict": None, "status": "damaged"}, "Damaged source"),
        ({"verdict": None, "status": "needs_policy"}, "Which company?"),
        ({"verdict": None, "status": "out_of_scope"}, "Not about these policies"),
    ],
)
def test_the_chip_says_the_verdict(changes, chip):
    html = render_transcript([Exchange("e1", "q", NO_SALE.model_copy(update=changes))])
    assert f'">{chip}</span>' in html


def test_numbers_in_the_text_and_sources_link_to_the_quoted_span():
    start, end = NO_SALE.citations[1].start, NO_SALE.citations[1].end
    href = f"/policy/tern/2024-03-03?start={start}&end={end}#cite"
    links = [link for link in shown(NO_SALE).all("a") if link["href"] == href]
    assert [link["target"] for link in links] == ["policy", "policy"]
    assert links[0]["class"] == "n"


def test_a_number_without_a_citation_stays_text():
    tree = shown(NO_SALE.model_copy(update={"text": "See [7]."}))
    assert "See [7]." in tree.words
    assert [link for link in tree.all("a") if link.get("class") == "n"] == []


def test_the_verdict_is_not_said_twice():
    words = shown(NO_SALE).words
    assert "No. Tern" not in words
    assert "Tern & Co says it does not sell data." in words


def test_only_the_newest_answer_opens_its_first_citation():
    first, second = Exchange("e1", "q", NO_SALE), Exchange("e2", "q", DELETION, names=NAMES)
    opened = [turn["data-open"] for turn in Tree(render_transcript([first, second])).all("li") if "data-open" in turn]
    cited = DELETION.citations[0]
    assert opened == [f"/policy/tern/2024-03-03?start={cited.start}&end={cited.end}#cite"]


def test_an_answer_without_citations_opens_nothing():
    silent = NO_SALE.model_copy(update={"citations": [], "status": "silent", "verdict": None})
    assert [turn for turn in shown(silent).all("li") if "data-open" in turn] == []


def test_a_waiting_question_is_shown_and_nothing_is_announced_yet():
    html = render_transcript([Exchange("e1", "before", NO_SALE)], pending="what now?")
    assert "Reading the policies…" in html
    assert "what now?" in html
    assert "data-announce" not in html


def test_markup_in_a_question_is_text():
    tree = shown(NO_SALE, question=HOSTILE)
    assert HOSTILE in tree.words
    assert tree.all("script") == []
    assert tree.all("img") == []


def test_markup_anywhere_in_an_answer_is_text():
    others = dict.fromkeys(("quote", "company", "policy_id", "version", "url"), HOSTILE)
    hostile = cite(1, "your name").model_copy(update={**others, "section": [HOSTILE]})
    offer = DELETION.request.model_copy(
        update={
            "right": HOSTILE,
            "expect": HOSTILE,
            "channels": [
                DELETION.request.channels[0].model_copy(
                    update={"value": HOSTILE, "conditions": HOSTILE, "quote": HOSTILE}
                )
            ],
            "drafts": [DELETION.request.drafts[0].model_copy(update={"subject": HOSTILE, "body": HOSTILE})],
        }
    )
    answer = DELETION.model_copy(update={"citations": [hostile], "text": HOSTILE + " [1]", "request": offer})
    tree = shown(answer, question=HOSTILE, names={"tern": PolicyName(HOSTILE, HOSTILE, HOSTILE)})
    assert {name for name, _ in tree.tags} & {"script", "img"} == set()
    assert [key for _, attributes in tree.tags for key in attributes if key.startswith("on")] == []
    assert tree.words.count("alert(2)") >= 8


@pytest.mark.parametrize(
    "href", ["javascript:alert(1)", "data:text/html,x", "//evil.test", "https://good.test\n", "vbscript:x"]
)
def test_links_of_other_schemes_are_not_links(href):
    bad = channel("web_form", "the form", "your name", href=href)
    offer = DELETION.request.model_copy(update={"channels": [bad], "drafts": []})
    answer = NO_SALE.model_copy(update={"request": offer, "citations": [cite(1, "your name", url=href)]})
    links = [link["href"] for link in shown(answer, names={"tern": PolicyName("Tern & Co", "1", href)}).all("a")]
    assert links
    assert all(link.startswith("/policy/") for link in links)


def test_the_request_card_names_the_right_and_reaches_every_channel():
    tree = shown(DELETION)
    assert "Delete my data – Tern & Co" in tree.words
    reached = [link["href"] for link in tree.all("a") if link.get("class") == "reach"]
    assert reached == ["tel:8005550142", "mailto:privacy@tern.example"]
    assert "choose option 2" in tree.words
    assert "Tern & Co should answer within 45 days." in tree.words


def test_a_lost_form_is_told_of_and_not_guessed():
    tree = shown(DELETION)
    assert "The policy names a web form, but its link is not in the stored text." in tree.words
    assert [link["href"] for link in tree.all("a") if "form" in (link["href"] or "")] == []


def test_the_channel_quote_links_to_its_place():
    start, end = DELETION.request.channels[0].start, DELETION.request.channels[0].end
    links = [link["href"] for link in shown(DELETION).all("a") if link.get("class") == "from"]
    assert f"/policy/tern/2024-03-03?start={start}&end={end}#cite" in links


def test_the_draft_is_a_labelled_readonly_text_with_a_copy_button():
    tree = shown(DELETION)
    area = tree.all("textarea")[0]
    assert "readonly" in area
    assert [label["for"] for label in tree.all("label")] == [area["id"]]
    assert [button["data-copy"] for button in tree.all("button") if "data-copy" in button] == [area["id"]]


def test_a_right_that_is_not_promised_is_said_so():
    offer = DELETION.request.model_copy(update={"offered": False})
    assert "does not promise this" in shown(DELETION.model_copy(update={"request": offer})).words


def test_two_policies_give_two_cards_with_their_own_channels():
    other = DELETION.request.channels[1].model_copy(update={"policy_id": "gull", "value": "hello@gull.example"})
    offer = DELETION.request.model_copy(update={"channels": [DELETION.request.channels[0], other]})
    answer = DELETION.model_copy(update={"request": offer, "policy_ids": ["tern", "gull"]})
    html = render_transcript([Exchange("e1", "q", answer, names={**NAMES, "gull": PolicyName("Gull Ltd", "1")})])
    tern, gull = html.split('<section class="request"')[1:]
    assert "800-555-0142" in tern
    assert "hello@gull.example" not in tern
    assert "hello@gull.example" in gull
    assert "800-555-0142" not in gull


def test_element_ids_are_unique_over_turns():
    html = render_transcript([Exchange("e1", "q", DELETION, names=NAMES), Exchange("e2", "q", DELETION, names=NAMES)])
    ids = [attributes["id"] for _, attributes in Tree(html).tags if "id" in attributes]
    assert len(ids) == len(set(ids)) == 4


def test_the_announcement_is_the_finished_answer():
    announced = [turn["data-announce"] for turn in shown(NO_SALE).all("li") if "data-announce" in turn]
    assert announced == ["No. Tern & Co says it does not sell data.  It shares addresses with the carrier. 2 quotes."]


def test_a_problem_is_shown_in_a_card():
    html = render_transcript([Exchange("e1", "", problem="Type a question first.")])
    assert "Type a question first." in Tree(html).words
    assert "You asked" not in html


def test_an_empty_conversation_welcomes_and_names_the_companies():
    welcome = render_welcome(["Tern & Co", "<Gull>"])
    assert "Policies here: Tern &amp; Co, &lt;Gull&gt;." in welcome
    assert render_transcript([], welcome=welcome) == welcome
    assert "No policy has been added" in render_welcome([])


def test_an_agents_line_is_never_shown_as_the_policys_words():
    said = Exchange("x1", "", line=Line("Yes <b>sure</b>\nBye", "Ann & Co"))
    shown = render_transcript((said,), revision=3)
    assert 'data-revision="3"' in shown
    assert "<strong>Ann &amp; Co</strong> <span>support team, not the policy’s words</span>" in shown
    assert '<p dir="auto">Yes &lt;b&gt;sure&lt;/b&gt;</p>' in shown
    assert "<b>" not in shown
    assert "blockquote" not in shown
    assert "chip" not in shown
    assert 'data-announce="Ann &amp; Co: Yes' in shown


def test_a_notice_and_a_question_that_waits():
    shown = render_transcript((Exchange("x1", "", line=Line("Ann has joined.")), Exchange("x2", "Hello?")))
    assert '<p class="notice joined">Ann has joined.</p>' in shown
    assert "Sent to the person of the support team." in shown
    assert "Problem" not in shown
