"""requests.yaml: what the operator may write, and what is said of every fault, with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.requests.couriers.opening import mail_couriers
from bot.requests.errors import SettingsFileError
from bot.requests.settings import RequestSettings, SmtpSettings
from bot.requests.settings_file import read


def test_with_nothing_written_nothing_is_sent(tmp_path: Path) -> None:
    (tmp_path / "requests.yaml").write_text("")
    settings = read(tmp_path / "requests.yaml", tmp_path)
    assert settings == RequestSettings(tmp_path)
    assert (settings.delivery, mail_couriers(settings)) == (False, [])


def test_a_whole_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("birch\n")
    (tmp_path / "requests.yaml").write_text(
        """\
delivery: true
desk_mailbox: Desk@PolicyDesk.example
public_url: https://desk.example
smtp:
  host: mail.example
  port: 465
  security: tls
  user: desk
  password_file: secret
retry_seconds: [10, 20]
company_per_hour: 5
endpoints:
  ashgrove:
    kind: drp
    url: https://drp.ashgrove.example
"""
    )
    settings = read(tmp_path / "requests.yaml", tmp_path / "data")
    assert settings.smtp == SmtpSettings("mail.example", 465, "tls", "desk", "birch")
    assert settings.desk_mailbox == "Desk@policydesk.example"
    assert (settings.mail_domain, settings.mail_route) == ("policydesk.example", "smtp")
    assert (settings.retry_seconds, settings.company_per_hour) == ((10, 20), 5)
    assert settings.endpoints == {"ashgrove": {"kind": "drp", "url": "https://drp.ashgrove.example"}}
    assert [courier.name for courier in mail_couriers(settings)] == ["smtp"]
    assert "birch" not in repr(settings)


def test_delivery_without_a_mail_server_goes_into_a_folder(tmp_path: Path) -> None:
    (tmp_path / "requests.yaml").write_text("delivery: true\ndesk_mailbox: desk@policydesk.example\n")
    settings = read(tmp_path / "requests.yaml", tmp_path / "data")
    assert [courier.name for courier in mail_couriers(settings)] == ["maildir"]


@pytest.mark.parametrize(
    ("written", "faults"),
    [
        ("delivery: true\n", ("delivery needs desk_mailbox",)),
        ("delivery: maybe\ndesk: x\n", ("line 1: delivery:", "line 2: desk:")),
        ("# mine\nsmtp:\n  host: a b\n  port: 99999\n", ("line 3: smtp.host:", "line 4: smtp.port:")),
        ("smtp:\n  port: 25\n", ("line 1: smtp.host:",)),
        ("desk_mailbox: a@b.example, c@d.example\n", ("line 1: desk_mailbox:",)),
        ("retry_seconds: [5,\n  -1]\n", ("line 2: retry_seconds.1:",)),
        ("codes_per_mailbox: 50\n", ("line 1: codes_per_mailbox:",)),
        ("a: [1\n", ("line 2: this is not YAML",)),
        ("- a\n", ("line 1: write one setting a line",)),
        ("smtp: {host: mail.example, password_file: nowhere}\n", ("smtp.password_file cannot be read",)),
    ],
)
def test_every_fault_is_told_with_its_line(tmp_path: Path, written: str, faults: tuple[str, ...]) -> None:
    (tmp_path / "requests.yaml").write_text(written)
    with pytest.raises(SettingsFileError) as caught:
        read(tmp_path / "requests.yaml", tmp_path)
    assert len(caught.value.faults) == len(faults)
    for said, wanted in zip(caught.value.faults, faults, strict=True):
        assert said.startswith(wanted)


def test_a_password_is_never_repeated_in_a_fault(tmp_path: Path) -> None:
    (tmp_path / "requests.yaml").write_text("smtp:\n  host: mail.example\n  password: [birch]\n")
    with pytest.raises(SettingsFileError) as caught:
        read(tmp_path / "requests.yaml", tmp_path)
    assert "birch" not in str(caught.value)


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(SettingsFileError, match="cannot be read"):
        read(tmp_path / "requests.yaml", tmp_path)
