"""Who may sign in: names, passwords, codes, waits, sessions and keys, over the real database."""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pyotp
import pytest

from bot.staff.errors import AccountError, SignInError, WaitError
from bot.staff.staff import Staff

WORDS = "four plain words here"
START = dt.datetime(2026, 3, 2, 9, 0, tzinfo=dt.UTC)


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.at = START

    def __call__(self) -> dt.datetime:
        return self.at

    def on(self, **span: float) -> None:
        self.at += dt.timedelta(**span)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def staff(database_url: str, tmp_path: Path, clock: Clock) -> Iterator[Staff]:
    opened = Staff.open(database_url, tmp_path, clock)
    yield opened
    opened.close()


def test_a_member_signs_in_with_name_and_password_alone(staff: Staff) -> None:
    added = staff.accounts.add("Ines", ["agent"], WORDS, "Ines Okafor")
    assert staff.accounts.sign_in(" INES ", WORDS, "", "192.0.2.7") == added
    assert (added.name, added.roles, added.may("agent"), added.may("admin")) == ("Ines Okafor", {"agent"}, True, False)
    for name, password in (("ines", "four plain words her"), ("ines", ""), ("nobody", WORDS), ("", "")):
        with pytest.raises(SignInError) as told:
            staff.accounts.sign_in(name, password, "", None)
        assert told.value.message.startswith("The name, the password or the code does not fit")


@pytest.mark.parametrize("password", ["short", "x" * 201, "abababababababab", "my name is ines and"])
def test_a_weak_password_is_refused(staff: Staff, password: str) -> None:
    with pytest.raises(AccountError, match=r"words|characters"):
        staff.accounts.add("ines", ["agent"], password)


@pytest.mark.parametrize("name", ["", "a", "a b", "é", "../x", "x" * 81, "<b>"])
def test_a_name_that_cannot_be_typed_safely_is_refused(staff: Staff, name: str) -> None:
    with pytest.raises(AccountError):
        staff.accounts.add(name, ["agent"], WORDS)


def test_after_five_wrong_tries_even_the_right_password_waits(staff: Staff, clock: Clock) -> None:
    staff.accounts.add("ines", ["agent"], WORDS)
    for _ in range(5):
        with pytest.raises(SignInError):
            staff.accounts.sign_in("ines", "wrong wrong wrong", "", "192.0.2.7")
    with pytest.raises(WaitError) as told:
        staff.accounts.sign_in("ines", WORDS, "", "198.51.100.1")
    assert 55 <= told.value.seconds <= 61
    clock.on(seconds=61)
    staff.accounts.sign_in("ines", WORDS, "", "192.0.2.7")
    for _ in range(4):
        with pytest.raises(SignInError):
            staff.accounts.sign_in("ines", "wrong wrong wrong", "", None)


def test_the_wait_doubles_up_to_an_hour(staff: Staff, clock: Clock) -> None:
    waits = []
    for _ in range(14):
        try:
            staff.accounts.sign_in("nobody", "wrong wrong wrong", "", None)
        except WaitError as error:
            waits.append(error.seconds)
            clock.on(seconds=error.seconds)
        except SignInError:
            pass
    assert waits == sorted(waits)
    assert waits[:3] == [61, 121, 241]
    assert staff.accounts._tries is not None
    for _ in range(20):
        with pytest.raises(AccountError) as told:
            staff.accounts.sign_in("nobody", "wrong wrong wrong", "", None)
        clock.on(seconds=getattr(told.value, "seconds", 0))
        assert getattr(told.value, "seconds", 0) <= 3601


def test_one_place_that_tries_many_names_has_to_wait_too(staff: Staff) -> None:
    for number in range(30):
        with pytest.raises(SignInError):
            staff.accounts.sign_in(f"name{number}", "wrong wrong wrong", "", f"192.0.2.{number}")
    with pytest.raises(WaitError):
        staff.accounts.sign_in("another", "wrong wrong wrong", "", "192.0.2.200")
    with pytest.raises(SignInError):
        staff.accounts.sign_in("another", "wrong wrong wrong", "", "198.51.100.1")


def test_a_code_of_the_app_is_asked_for_and_good_once(staff: Staff, clock: Clock) -> None:
    member = staff.accounts.add("ines", ["agent"], WORDS)
    secret, address = staff.accounts.start_second(member.id)
    assert address.startswith("otpauth://totp/PolicyDesk:ines?secret=")
    with pytest.raises(AccountError, match="does not fit"):
        staff.accounts.keep_second(member.id, secret, "000000")
    recovery = staff.accounts.keep_second(member.id, secret, pyotp.TOTP(secret).at(clock.at))
    assert len(set(recovery)) == 8
    clock.on(seconds=30)
    code = pyotp.TOTP(secret).at(clock.at)
    for wrong in ("", "123", "１２３４５６"):
        with pytest.raises(SignInError):
            staff.accounts.sign_in("ines", WORDS, wrong, None)
    assert staff.accounts.sign_in("ines", WORDS, code, None) == member
    with pytest.raises(SignInError):
        staff.accounts.sign_in("ines", WORDS, code, None)
    assert staff.accounts.sign_in("ines", WORDS, recovery[0].upper(), None) == member
    with pytest.raises(SignInError):
        staff.accounts.sign_in("ines", WORDS, recovery[0], None)
    staff.accounts.drop_second(member.id)
    assert staff.accounts.sign_in("ines", WORDS, "", None) == member


def test_a_session_ends_when_unused_old_signed_out_or_its_member_is_shut_out(staff: Staff, clock: Clock) -> None:
    staff.accounts.add("boss", ["admin"], WORDS)
    member = staff.accounts.add("ines", ["agent"], WORDS)
    first, second = staff.sessions.begin(member.id), staff.sessions.begin(member.id)
    found = staff.sessions.read(first)
    assert found is not None
    assert found.member == member
    assert staff.sessions.read(second).form_token != found.form_token  # type: ignore[union-attr]
    assert staff.sessions.read("x" * 43) is None
    staff.sessions.end(second)
    assert staff.sessions.read(second) is None
    staff.accounts.set_disabled(member.id, True)
    assert staff.sessions.read(first) is None
    staff.accounts.set_disabled(member.id, False)
    for _ in range(12):
        clock.on(minutes=59)
        assert staff.sessions.read(first) is not None
    clock.on(minutes=13)
    assert staff.sessions.read(first) is None, "twelve hours are the longest"
    third = staff.sessions.begin(member.id)
    clock.on(minutes=61)
    assert staff.sessions.read(third) is None
    fourth = staff.sessions.begin(member.id)
    staff.sessions.end_all(member.id)
    assert staff.sessions.read(fourth) is None


def test_roles_of_a_running_session_are_those_of_now(staff: Staff) -> None:
    member = staff.accounts.add("ines", ["admin"], WORDS)
    staff.accounts.add("boss", ["admin"], WORDS)
    word = staff.sessions.begin(member.id)
    staff.accounts.set_roles(member.id, ["evaluator"])
    assert staff.sessions.read(word).member.roles == {"evaluator"}  # type: ignore[union-attr]


def test_one_admin_is_always_left(staff: Staff) -> None:
    member = staff.accounts.add("boss", ["admin"], WORDS)
    for change in (
        lambda: staff.accounts.set_roles(member.id, ["agent"]),
        lambda: staff.accounts.set_disabled(member.id, True),
    ):
        with pytest.raises(AccountError, match="One admin"):
            change()
    assert staff.accounts.get(member.id).member.roles == {"admin"}


def test_a_key_is_its_members_until_it_is_revoked_or_they_are_shut_out(staff: Staff) -> None:
    staff.accounts.add("boss", ["admin"], WORDS)
    member = staff.accounts.add("ines", ["agent"], WORDS)
    key_id, key = staff.keys.add(member.id, "night job")
    assert key.startswith("pd_")
    assert staff.keys.member_of(key) == member
    assert [staff.keys.member_of(one) for one in ("", "pd_", "pd_" + "x" * 43, key[:-1], key + "x")] == [None] * 5
    staff.accounts.set_disabled(member.id, True)
    assert staff.keys.member_of(key) is None
    staff.accounts.set_disabled(member.id, False)
    staff.keys.revoke(key_id)
    assert staff.keys.member_of(key) is None
    assert [(one.label, one.revoked is not None) for one in staff.keys.of(member.id)] == [("night job", True)]


def test_the_trail_tells_when_an_entry_was_changed(tmp_path: Path) -> None:
    staff = Staff.open(f"sqlite:///{tmp_path}/staff.sqlite", tmp_path)
    for number in range(5):
        staff.trail.note("m1", "resolve", f"request-{number}")
    assert staff.trail.first_fault() is None
    assert [(act.number, act.subject) for act in staff.trail.acts(2)] == [(5, "request-4"), (4, "request-3")]
    with closing(sqlite3.connect(tmp_path / "staff.sqlite")) as connection, connection:
        connection.execute("UPDATE staff_trail SET subject = 'request-9' WHERE number = 3")
    assert staff.trail.first_fault() == 3
    with closing(sqlite3.connect(tmp_path / "staff.sqlite")) as connection, connection:
        connection.execute("UPDATE staff_trail SET subject = 'request-2' WHERE number = 3")
        connection.execute("DELETE FROM staff_trail WHERE number = 2")
    assert staff.trail.first_fault() == 2


def test_acts_and_wrong_tries_at_once_are_all_kept(staff: Staff) -> None:
    def act(number: int) -> None:
        staff.trail.note("m1", "resolve", f"request-{number}")
        with pytest.raises(AccountError):
            staff.accounts.sign_in(f"name{number % 2}", "wrong wrong wrong", "", "192.0.2.7")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(act, range(16)))
    assert len(staff.trail.acts()) == 16
    assert staff.trail.first_fault() is None
    with pytest.raises(WaitError):
        staff.accounts.sign_in("name1", WORDS, "", "198.51.100.1")


def test_no_password_code_word_or_key_lies_readable_in_the_database(tmp_path: Path) -> None:
    staff = Staff.open(f"sqlite:///{tmp_path}/staff.sqlite", tmp_path)
    member = staff.accounts.add("ines", ["agent"], WORDS)
    secret, _ = staff.accounts.start_second(member.id)
    recovery = staff.accounts.keep_second(member.id, secret, pyotp.TOTP(secret).now())
    word, (_, key) = staff.sessions.begin(member.id), staff.keys.add(member.id, "job")
    stored = (tmp_path / "staff.sqlite").read_bytes()
    for said in (WORDS, secret, recovery[0], word, key):
        assert said.encode() not in stored
