import json
import tracemalloc

import pytest

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
    assert "Invalid JSON" in found[0].reason
    assert found[1].reason == "the field 'kind' is missing"
    assert "kind" in found[2].reason
    assert "'riddle'" in found[2].reason
    assert found[3].reason == "the id 'a' is taken by line 1"
    assert found[4].reason == "not UTF-8 text"


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
        ({"turns": ["one", ""]}, "an empty turn"),
        ({"gold_quotes": [["x"], []]}, "an empty group in 'gold_quotes'"),
        ({"request_type": "erase"}, "unknown request type 'erase'"),
        ({"answerable": "yes"}, "answerable: Input should be a valid boolean"),
        ({"must_not_mention": [" "]}, "must_not_mention.0: String should match pattern"),
        ({"expected_channels": [{"type": "fax", "value": "1"}]}, "expected_channels.0.type: Input should be"),
    ],
)
def test_what_no_answer_could_satisfy_is_a_fault(tmp_path, change, reason):
    found = faults(write(tmp_path / "s.jsonl", GOOD | change))
    assert len(found) == 1
    assert reason in found[0].reason


@pytest.mark.parametrize("line", [b"[" * 200_000, b'{"id": "\\ud800"}', b"[]", b"null", b'{"id": 1e999}'])
def test_hostile_json_is_a_fault_and_no_crash(tmp_path, line):
    assert {fault.line for fault in faults(write(tmp_path / "s.jsonl", line))} == {1}


def test_the_message_names_path_and_line_and_stays_short(tmp_path):
    path = write(tmp_path / "s.jsonl", *[b"{"] * 500)
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
