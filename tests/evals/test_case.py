import json
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals import SetError, load_cases
from evals.errors import Fault

GOOD = {"id": "a", "kind": "yesno", "question": "sell?", "answerable": True, "expected_behavior": "answer"}


def write(path, *lines):
    path.write_bytes(b"\n".join(line if isinstance(line, bytes) else json.dumps(line).encode() for line in lines))
    return path


def faults(path):
    with pytest.raises(SetError) as raised:
        load_cases(path)
    return raised.value.faults


def test_cases_keep_the_order_of_the_file_and_the_users_own_fields(tmp_path):
    path = write(tmp_path / "s.jsonl", GOOD | {"id": "b", "tags": ["x"]}, b"", GOOD)
    cases = load_cases(path)
    assert [case.id for case in cases] == ["b", "a"]
    assert cases[0].model_extra == {"tags": ["x"]}


def test_a_byte_order_mark_and_windows_line_ends_are_read(tmp_path):
    path = tmp_path / "s.jsonl"
    path.write_bytes(b"\xef\xbb\xbf" + json.dumps(GOOD).encode() + b"\r\n\r\n")
    assert [case.id for case in load_cases(path)] == ["a"]


def test_all_faults_are_gathered_with_their_lines(tmp_path):
    without_kind = {name: value for name, value in GOOD.items() if name != "kind"}
    path = write(
        tmp_path / "s.jsonl", GOOD, b"{not json", without_kind, GOOD | {"id": "z", "kind": "riddle"}, GOOD, b"\xff\xfe"
    )
    found = faults(path)
    assert [fault.line for fault in found] == [2, 3, 4, 5, 6]
    assert found[0].reason == "not valid JSON: key must be a string at character 2"
    assert found[1].reason == "the field 'kind' is missing"
    assert found[2].reason.startswith("kind must be one of 'factual', 'yesno', 'list'")
    assert found[2].reason.endswith("found 'riddle'")
    assert found[3].reason == "the id 'a' is taken by line 1"
    assert found[4].reason == "not UTF-8 text (byte 0xff at place 1): save the file as UTF-8"


@pytest.mark.parametrize("content", [b"", b"\n\n  \n"])
def test_an_empty_file_is_a_fault_of_the_whole_file(tmp_path, content):
    path = tmp_path / "s.jsonl"
    path.write_bytes(content)
    assert faults(path) == (Fault(0, "the file holds no record"),)


def test_a_binary_file_is_refused_at_its_first_line(tmp_path):
    path = tmp_path / "s.jsonl"
    path.write_bytes(b"SQLite format 3\x00" + bytes(range(256)) * 50)
    assert faults(path) == (Fault(1, "this is not a text file of one JSON object a line"),)


def test_a_line_without_end_is_not_read_into_memory(tmp_path):
    path = tmp_path / "s.jsonl"
    path.write_bytes(b"x" * 30_000_000)
    tracemalloc.start()
    assert faults(path) == (Fault(1, "this is not a text file of one JSON object a line"),)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 5_000_000


def test_a_missing_file_and_a_folder_are_set_errors(tmp_path):
    assert faults(tmp_path / "none.jsonl")[0].reason == "cannot be read: No such file or directory"
    assert faults(tmp_path)[0].reason == "cannot be read: Is a directory"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"question": " "}, "neither 'question' nor 'turns'"),
        ({"turns": ["one", ""]}, "turns, entry 2 must not be blank, found ''"),
        ({"gold_quotes": [["x"], []]}, "gold_quotes, entry 2 must not be empty, found []"),
        ({"gold_quotes": ["x"]}, "gold_quotes, entry 1 must be a list, found 'x'"),
        ({"request_type": "erase"}, "request_type: unknown request type 'erase': known are"),
        ({"request_type_alt": ["delete", "wipe"]}, "request_type_alt, entry 2: unknown request type 'wipe'"),
        ({"answerable": "yes"}, "answerable must be true or false, found 'yes'"),
        ({"must_not_mention": [" "]}, "must_not_mention, entry 1 must not be blank, found ' '"),
        ({"expected_channels": [{"type": "fax", "value": "1"}]}, "expected_channels, entry 1, type must be one of"),
        ({"gold_quote": [["x"]]}, "unknown field 'gold_quote': do you mean 'gold_quotes'?"),
        ({"Expected-Behaviour": "answer"}, "unknown field 'Expected-Behaviour': do you mean 'expected_behavior'?"),
        ({"yes_no": "no"}, "unknown field 'yes_no': do you mean 'yesno'?"),
        (
            {"expected_channels": [{"type": "email", "value": "x@y.test", "policys": "a"}]},
            "unknown field 'expected_channels, entry 1, policys': do you mean 'policy'?",
        ),
    ],
)
def test_what_no_answer_could_satisfy_is_a_fault(tmp_path, change, reason):
    found = faults(write(tmp_path / "s.jsonl", GOOD | change))
    assert len(found) == 1
    assert reason in found[0].reason


def test_all_faults_of_one_line_are_told_at_once(tmp_path):
    line = {
        "id": "a",
        "kind": "riddle",
        "question": "?",
        "answerable": 1,
        "expected_behaviour": "answer",
        "turns": [""],
    }
    assert [fault.reason.split(", found")[0][:50] for fault in faults(write(tmp_path / "s.jsonl", line))] == [
        "kind must be one of 'factual', 'yesno', 'list', 'c",
        "turns, entry 1 must not be blank",
        "answerable must be true or false",
        "the field 'expected_behavior' is missing",
        "unknown field 'expected_behaviour': do you mean 'e",
    ]


@pytest.mark.parametrize("name", ["notes", "tags", "company_cue", "owner", "ids", "difficulty", "policy_text"])
def test_fields_of_the_users_own_are_no_slips(tmp_path, name):
    assert len(load_cases(write(tmp_path / "s.jsonl", GOOD | {name: "mine"}))) == 1


def test_a_field_that_stands_twice_is_a_fault(tmp_path):
    path = tmp_path / "s.jsonl"
    path.write_text(json.dumps(GOOD)[:-1] + ', "question": "other?"}')
    assert faults(path) == (Fault(1, "the field 'question' stands twice"),)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be"])
def test_utf_16_is_told_with_the_way_out_or_as_no_text(tmp_path, encoding):
    path = tmp_path / "s.jsonl"
    path.write_text(json.dumps(GOOD), encoding=encoding)
    told = {
        "utf-16": "this file is UTF-16 text: save it as UTF-8",
        "utf-16-be": "this is not a text file of one JSON object a line",
    }
    assert faults(path) == (Fault(1, told[encoding]),)


def test_an_old_windows_encoding_is_told_with_byte_and_place(tmp_path):
    path = write(
        tmp_path / "s.jsonl", GOOD, json.dumps(GOOD | {"id": "b"}).replace("sell?", "seller’s").encode("cp1252")
    )
    at = path.read_bytes().splitlines()[1].index(b"\x92") + 1
    assert faults(path) == (Fault(2, f"not UTF-8 text (byte 0x92 at place {at}): save the file as UTF-8"),)


@pytest.mark.parametrize("text", [json.dumps([GOOD], indent=2), json.dumps([GOOD]), json.dumps(GOOD, indent=2)])
def test_one_json_document_over_many_lines_is_one_fault(tmp_path, text):
    path = tmp_path / "s.jsonl"
    path.write_text(text)
    told = "this is JSON over several lines: write one object a line, with no list around them"
    assert faults(path) == (Fault(1, told),)


def test_a_huge_file_is_not_read(tmp_path):
    path = tmp_path / "s.jsonl"
    with path.open("wb") as file:
        file.truncate(5_000_000_000)  # sparse: takes no room
    assert faults(path) == (Fault(0, "the file has 5,000 MB; at most 200 MB can be read"),)


@given(
    st.binary(max_size=300)
    | st.recursive(st.none() | st.text() | st.integers(), st.lists).map(json.dumps).map(str.encode)
)
def test_any_bytes_are_cases_or_a_set_error(tmp_path_factory, content):
    path = tmp_path_factory.getbasetemp() / "any.jsonl"
    path.write_bytes(content)
    assert faults(path)


def test_a_number_too_long_for_python_is_no_crash(tmp_path):
    path = tmp_path / "s.jsonl"
    path.write_text(json.dumps(GOOD)[:-1] + ', "mine": ' + "1" * 5_000 + "}")
    assert "number out of range" in faults(path)[0].reason


@pytest.mark.parametrize("line", [b"[" * 200_000, b'{"id": "\\ud800"}', b"[]", b"null", b'{"id": 1e999}'])
def test_hostile_json_is_a_fault_and_no_crash(tmp_path, line):
    assert {fault.line for fault in faults(write(tmp_path / "s.jsonl", line))} == {1}


def test_the_message_names_path_and_line_and_stays_short(tmp_path):
    path = write(tmp_path / "s.jsonl", *[b"{x"] * 500)
    with pytest.raises(SetError) as raised:
        load_cases(path)
    assert raised.value.line == 1
    assert len(raised.value.faults) == 100
    assert str(raised.value).startswith(f"{path}:1: ")
    assert str(raised.value).endswith("... and 80 more")


def test_policies_are_passed_on_only_with_a_given_scope(desk):
    assert desk.case(policy="birch").given_policies == ()
    assert desk.case(policy="birch", scope="given").given_policies == ("birch",)
    assert desk.case(policies=["birch", "cedar"], scope="given").given_policies == ("birch", "cedar")


def test_the_one_policy_is_citable_where_none_are_listed(desk):
    assert desk.case(policy="birch").citable == ("birch",)
    assert desk.case(policy="birch", policies=[]).citable == ()
    assert desk.case().citable is None
