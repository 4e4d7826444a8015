"""The bench's routes with real files, the real bot and the sample policies."""

from __future__ import annotations

import json
import re
from xml.etree import ElementTree

import pytest

from bot.reply import Turn
from evals import compare, judged_from, load_cases, read_results, summarize
from evals.web.sets import MAX_SET
from pages.staff.case_link import case_address
from tests.bench.conftest import TOKEN, wait_for

KEPT = "We keep order records for seven years, because tax law asks for them."
SMALL = [
    {
        "id": "s-1", "kind": "yesno", "policy": "larkspur", "policies": ["larkspur"], "question": "does larkspur sell my data?",
        "answerable": True, "expected_behavior": "answer", "yesno": "yes",
        "gold_quotes": [["we sold no customer's personal information"]],
    },
    {
        "id": "s-2", "kind": "factual", "policy": "larkspur", "policies": ["larkspur"],
        "question": "how long does larkspur hang on to my order history", "answerable": True, "expected_behavior": "answer",
        "gold_quotes": [[KEPT]],
    },
    {
        "id": "s-3", "kind": "unanswerable", "policy": "tidewell", "policies": ["tidewell"],
        "question": "what is the shoe size of tidewell's founder?", "answerable": False, "expected_behavior": "redirect",
    },
]  # fmt: skip
TEXT = "\n".join(json.dumps(case) for case in SMALL)


@pytest.fixture
def ran(post, bench) -> str:
    """The id of a run of a small set that has come to its end."""
    assert post("/sets", name="small", text=TEXT).status_code == 200
    return run(post, bench)


def run(post, bench, name: str = "small") -> str:
    run_id = post("/runs", set=name).headers["location"].rsplit("/", 1)[1]
    assert wait_for(bench, run_id) == "done"
    return run_id


def planted(bench, run_id: str, changes: dict[str, object]) -> None:
    """Change the second line of a run's results, as if the desk had answered otherwise then."""
    path = bench.runs.path(run_id, "results.jsonl")
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    lines[1] |= changes
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))


def test_the_first_page_lists_sets_with_their_cases(get, post):
    post("/sets", name="small", text=TEXT)
    page = get().text
    assert re.search(r'href="/staff/bench/sets/small">small</a></th><td class="n">3</td>', page)
    assert re.search(r'href="/staff/bench/sets/samples">samples</a></th><td class="n">74</td>', page)


def test_a_set_comes_back_as_it_was_sent(get, post, bench):
    assert post("/sets", name="small", text=TEXT).status_code == 200
    assert get("/sets/small/download").text == TEXT + "\n"
    assert [case.id for case in load_cases(bench.sets.folder / "small.jsonl")] == ["s-1", "s-2", "s-3"]
    page = get("/sets/small").text
    assert "how long does larkspur hang on to my order history" in page
    assert "3 cases" in page


def test_a_broken_set_is_refused_with_its_lines_and_nothing_is_lost(post, bench):
    broken = TEXT.replace('"kind": "factual"', '"kind": "factul"').replace('"question": "what', '"qestion": "what')
    answer = post("/sets", name="small", text=broken)
    assert answer.status_code == 422
    assert "line 2: " in answer.text
    assert "line 3: " in answer.text
    assert "&quot;qestion&quot;" in answer.text  # still in the field
    assert 'value="small"' in answer.text
    assert not bench.sets.folder.exists() or list(bench.sets.folder.iterdir()) == []


def test_what_the_library_cannot_meet_is_said_and_the_set_kept(post, bench):
    answer = post("/sets", name="small", text=TEXT.replace("seven years", "eight years"))
    assert answer.status_code == 200
    assert "is not in the stored text of larkspur" in answer.text
    assert bench.sets.entry("small").cases == 3


@pytest.mark.parametrize("name", ["../up", "a/b", "", "Big", "samples", "x" * 61, "a.b", "-a"])
def test_names_that_are_no_names_and_those_of_bundled_sets_are_refused(name, post, bench):
    assert post("/sets", name=name, text=TEXT).status_code == 422
    assert not bench.sets.folder.exists()


def test_sets_that_are_too_large_are_refused(post):
    assert post("/sets", name="small", text="x" * (MAX_SET + 1)).status_code == 422
    assert post("/sets", name="small", text="x" * (3 * MAX_SET + 70_000)).status_code == 413
    assert post("/runs", set="x" * 70_000).status_code == 413


def test_a_set_keeps_its_place_until_it_is_removed(post, bench):
    post("/sets", name="small", text=TEXT)
    assert post("/sets", name="small", text=TEXT.splitlines()[0]).status_code == 422
    assert bench.sets.entry("small").cases == 3
    assert post("/sets/samples/remove").status_code == 404
    assert post("/sets/small/remove").status_code == 303
    assert post("/sets/small/remove").status_code == 404


@pytest.mark.parametrize(
    "path",
    ["/sets/none", "/sets/none/download", "/sets/..%2f..%2fsecret", "/runs/none", "/runs/20260101-000000-none",
     "/runs/none/progress", "/runs/none/results.jsonl", "/runs/..%2F..%2Fsets/results.jsonl", "/runs/none/against",
     "/style/router.py", "/style/..%2frouter.py"],
)  # fmt: skip
def test_nothing_is_where_nothing_is(path, get):
    answer = get(path)
    assert answer.status_code == 404
    assert "Traceback" not in answer.text


def test_unknown_fields_are_refused(post):
    assert post("/runs", set="samples", more="x").status_code == 422
    assert post("/make", step="add", behavior="sing").status_code == 422


def test_a_run_writes_the_file_that_the_command_line_reads(ran, bench, get):
    path = bench.runs.path(ran, "results.jsonl")
    assert [one.id for one in read_results(path)] == ["s-1", "s-2", "s-3"]
    assert get(f"/runs/{ran}/results.jsonl").content == path.read_bytes()
    assert not path.with_name("results.jsonl.part").exists()
    run = bench.runs.get(ran)
    assert (run.set, run.cases, run.done, run.version, run.member, run.state) == ("small", 3, 3, "1.0", "m-eve", "done")


def test_the_page_shows_the_figures_of_the_command_line(ran, bench, get):
    summary = summarize(judged_from(bench.runs.path(ran, "results.jsonl")))
    page = get(f"/runs/{ran}").text
    for name, mean in summary.overall.items():
        assert f"{mean.low:.3f} – {mean.high:.3f}</td>" in page, name
    assert summary.overall["evidence_all"].n == 2
    assert "3 of 3: 2 right, 1 with something wrong" in page
    assert "the opposite" not in page
    assert "the opposite" in get(f"/runs/{ran}/case", case="s-1").text
    assert '<svg role="img" aria-label="Best scores: answerable 2, unanswerable 1"' in page
    assert "false silence: answerable, not answered" in page
    assert "<style" not in page
    assert " style=" not in page


def test_filters_leave_the_cases_that_fit(ran, get):
    assert "3 of 3 cases." in get(f"/runs/{ran}/cases").text
    assert "1 of 3 cases." in get(f"/runs/{ran}/cases", result="wrong").text
    assert "1 of 3 cases." in get(f"/runs/{ran}/cases", kind="factual", result="right").text
    assert "0 of 3 cases." in get(f"/runs/{ran}/cases", kind="factual", result="wrong").text
    assert "1 of 3 cases." in get(f"/runs/{ran}/cases", find="SHOE size").text
    assert get(f"/runs/{ran}/case", case="none").status_code == 404


def test_exports(ran, get):
    suite = ElementTree.fromstring(get(f"/runs/{ran}/junit.xml").text).find("testsuite")
    assert suite is not None
    assert (suite.get("name"), suite.get("tests"), suite.get("failures")) == ("small", "3", "1")
    report = get(f"/runs/{ran}/report.html")
    assert report.headers["content-security-policy"] == "default-src 'none'; style-src 'unsafe-inline'"
    assert report.headers["content-disposition"].startswith("attachment")
    assert "<h1>small</h1>" in report.text
    assert [json.loads(line)["id"] for line in get(f"/runs/{ran}/scores.jsonl").text.splitlines()] == [
        "s-1",
        "s-2",
        "s-3",
    ]


def test_a_run_is_accepted_and_another_is_held_against_it(ran, bench, get, post):
    assert get(f"/runs/{ran}/against").status_code == 404  # no baseline of this set yet
    assert post(f"/runs/{ran}/accept").status_code == 200
    kept = read_results(bench.baselines / "small.jsonl")
    assert [one.latency_ms for one in kept] == [None, None, None]
    again = run(post, bench)
    page = get(f"/runs/{again}/against").text
    assert "No regression." in page
    assert "No case of this sort differs." in page
    assert compare(kept, read_results(bench.runs.results(again))).regressions == ()


def test_a_difference_shows_what_was_found_what_was_missed_and_what_is_extra(ran, bench, get, post):
    again = run(post, bench)
    answer = json.loads(bench.runs.path(again, "results.jsonl").read_text().splitlines()[1])["answer"]
    other = answer["citations"][0] | {"quote": "We have no plans to begin.", "start": 4160, "end": 4186}
    scores = {"behaviour": 1.0, "evidence_all": 0.0, "quote_exact": 1.0}
    planted(
        bench, again, {"answer": answer | {"citations": [other], "text": "Nothing <b>of</b> that."}, "scores": scores}
    )
    listed = get(f"/runs/{again}/against", **{"with": ran}).text
    assert f'href="/staff/bench/runs/{again}/difference?case=s-2&amp;with={ran}"' in listed
    assert "evidence_all 1.00 → 0.00" in listed
    page = get(f"/runs/{again}/difference", case="s-2", **{"with": ran}).text
    assert '<td><span class="good">found</span></td><td><span class="bad">missed</span></td>' in page
    assert f"<mark>{KEPT}</mark>" in page
    after = page.split("After: this run")[1]
    assert re.search(
        r'<blockquote class="extra">We have no plans to begin.<br>.*?<span class="tag">extra</span>', after
    )
    assert "<mark>" not in after
    assert "Nothing &lt;b&gt;of&lt;/b&gt; that." in page
    assert get(f"/runs/{again}/difference", case="s-1", **{"with": ran}).status_code == 404


def test_a_regression_is_accepted_only_if_it_is_said_twice(ran, bench, post):
    post(f"/runs/{ran}/accept")
    again = run(post, bench)
    planted(bench, again, {"scores": {"quote_exact": 0.0}})
    refused = post(f"/runs/{again}/accept")
    assert refused.status_code == 409
    assert "Not accepted" in refused.text
    assert read_results(bench.baselines / "small.jsonl")[1].scores["quote_exact"] == 1.0
    assert post(f"/runs/{again}/accept", anyway="yes").status_code == 200
    assert read_results(bench.baselines / "small.jsonl")[1].scores["quote_exact"] == 0.0


def test_a_bundled_set_has_the_bundled_baseline(bench):
    assert bench.baseline("samples") == bench.bundled_baselines / "samples.jsonl"
    assert bench.baseline("second") is None


def test_a_baseline_without_words_can_be_compared(ran, bench, get, post):
    bench.baselines.mkdir()
    lines = [
        one.model_copy(update={"answer": None, "case": None, "scores": one.scores | {"evidence_all": 0.0}})
        for one in read_results(bench.runs.results(ran))
    ]
    (bench.baselines / "small.jsonl").write_text("".join(one.model_dump_json() + "\n" for one in lines))
    assert "better" in get(f"/runs/{ran}/against").text
    assert "The words of this run were not kept." in get(f"/runs/{ran}/difference", case="s-2").text


def test_a_case_is_made_of_a_conversation(client, post, bench):
    turns = [Turn(question="Does Larkspur keep my orders?", policy_ids=["larkspur"]), Turn(question="how long?")]
    page = client.get(case_address(turns)).text
    assert "\nDoes Larkspur keep my orders?\nhow long?</textarea>" in page
    assert '<option value="larkspur" selected>' in page
    place = re.search(rf'value="(\d+-\d+)"(?: checked)?> <span>{re.escape(KEPT)}', page)
    assert place
    form = {
        "turns": "Does Larkspur keep my orders?\nhow long?", "policy": "larkspur", "version": "2026-02-12",
        "behavior": "answer", "gold": [place[1]], "fresh": "mine", "must_mention": "seven years", "step": "add",
    }  # fmt: skip
    answer = post("/make", **form)
    assert answer.status_code == 200, answer.text
    case = load_cases(bench.sets.folder / "mine.jsonl")[0]
    assert (case.id, case.kind, case.asked) == ("mine-1", "followup", ("Does Larkspur keep my orders?", "how long?"))
    assert (case.gold_quotes, case.policies, case.must_mention) == (((KEPT,),), ("larkspur",), ("seven years",))
    assert post("/make", **form).status_code == 422  # the new set has its name by now
    again = form | {"into": "mine", "fresh": ""}
    assert post("/make", **again).status_code == 200
    assert [one.id for one in load_cases(bench.sets.folder / "mine.jsonl")] == ["mine-1", "mine-2"]
    assert wait_for(bench, post("/runs", set="mine").headers["location"].rsplit("/", 1)[1]) == "done"


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"gold": []}, "Choose at least one sentence"),
        ({"gold": ["0-5"]}, "not in this version of the policy"),
        ({"turns": ""}, "Write the questions"),
        ({"turns": "why?\n" * 13}, "at most 12 questions"),
        ({"turns": "x" * 2_001}, "at most 2,000 characters"),
        ({"policy": "none"}, "Choose the policy"),
        ({"behavior": "abstain"}, "take away the chosen sentences"),
        ({"behavior": "route"}, "Say which request"),
        ({"fresh": ""}, "Choose one of your sets"),
        ({"fresh": "samples"}, "A bundled set has that name"),
        ({"into": "../../x"}, "There is no set of that name"),
        ({"into": "samples"}, "no set of your own"),
    ],
)
def test_a_case_that_checks_nothing_is_refused_and_nothing_is_lost(changes, told, get, post, bench):
    page = get("/make", q="Does Larkspur keep my orders?", policy="larkspur").text
    place = re.search(rf'value="(\d+-\d+)"(?: checked)?> <span>{re.escape(KEPT)}', page)
    assert place
    form = {
        "turns": "Does Larkspur keep my orders?", "policy": "larkspur", "version": "2026-02-12", "behavior": "answer",
        "gold": [place[1]], "fresh": "mine", "must_mention": "seven years", "step": "add",
    }  # fmt: skip
    answer = post("/make", **(form | changes))
    assert answer.status_code == 422
    assert told in answer.text
    assert not (bench.sets.folder / "mine.jsonl").exists()
    if {"turns", "policy"}.isdisjoint(changes):
        assert "seven years</textarea>" in answer.text
        if "gold" not in changes:
            assert f'value="{place[1]}" checked' in answer.text


def test_an_id_that_is_taken_is_refused(post, bench):
    post("/sets", name="small", text=TEXT)
    form = {
        "turns": "what is the shoe size of the founder?", "policy": "larkspur", "behavior": "abstain", "into": "small",
        "case_id": "s-3", "step": "add",
    }  # fmt: skip
    assert "has a case &#x27;s-3&#x27; already" in post("/make", **form).text
    assert post("/make", **(form | {"case_id": ""})).status_code == 200
    assert load_cases(bench.sets.folder / "small.jsonl")[3].id == "small-4"


def test_words_from_outside_are_escaped_everywhere(get, post, bench):
    evil = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"
    cases = [case | {"id": f"{number}{evil}", "must_mention": [evil]} for number, case in enumerate(SMALL)]
    post("/sets", name="evil", text="\n".join(json.dumps(case | {"question": evil + " larkspur"}) for case in cases))
    run_id = run(post, bench, "evil")
    pages = [
        get("/sets/evil"), get(f"/runs/{run_id}"), get(f"/runs/{run_id}/cases", find=evil), get("/make", q=evil),
        get(f"/runs/{run_id}/case", case=f"0{evil}"), get(f"/runs/{run_id}/case", case=evil),
        post("/sets", name=evil, text=evil), post("/make", turns=evil, find=evil, fresh=evil, case_id=evil),
    ]  # fmt: skip
    for page in pages:
        assert page.status_code in {200, 404, 422}
        assert "<script>alert" not in page.text
        assert "<img" not in page.text


def test_every_form_holds_the_token(ran, get, post):
    for path in ("", "/sets/small", f"/runs/{ran}", "/make"):
        page = get(path).text
        forms = re.findall(r'<form[^>]*method="post"[^>]*>(.*?)</form>', page, re.DOTALL)
        assert forms
        assert all(f'name="token" value="{TOKEN}"' in form for form in forms)


def test_a_removed_run_is_gone(ran, bench, get, post):
    assert post(f"/runs/{ran}/remove").status_code == 303
    assert get(f"/runs/{ran}").status_code == 404
    assert list(bench.runs.folder.iterdir()) == []
