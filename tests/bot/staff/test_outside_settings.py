"""staff.yaml: read strictly, with every fault and its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.requests.errors import SettingsFileError
from bot.staff.outside_settings import read_outside

GOOD = """\
public_url: https://desk.yourfirm.example/
oidc:
  firm:
    label: Your firm
    issuer: https://login.yourfirm.example/realm
    client_id: policydesk
    client_secret_file: oidc-secret
    groups_claim: groups
    roles:
      privacy-team: [agent]
      desk-admins: [admin, evaluator]
"""


def test_an_issuer_is_read_with_its_secret_and_the_way_back(tmp_path: Path) -> None:
    (tmp_path / "staff.yaml").write_text(GOOD, encoding="utf-8")
    (tmp_path / "oidc-secret").write_text("hush\n", encoding="utf-8")
    (found,) = read_outside(tmp_path)
    assert (found.name, found.label, found.client_secret) == ("firm", "Your firm", "hush")
    assert found.redirect_uri == "https://desk.yourfirm.example/staff/oidc/firm/callback"
    assert found.roles == {"privacy-team": ("agent",), "desk-admins": ("admin", "evaluator")}
    assert found.scopes == ("openid", "profile", "email")
    assert "hush" not in repr(found)


def test_without_the_file_or_its_section_nobody_signs_in_elsewhere(tmp_path: Path) -> None:
    assert read_outside(tmp_path) == ()
    (tmp_path / "staff.yaml").write_text("", encoding="utf-8")
    assert read_outside(tmp_path) == ()


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("issuer: https:", "issuer: http:", "line 5: oidc.firm.issuer: Value error, needs https"),
        ("issuer: https://login.yourfirm.example/realm", "issuer: login", "line 5: oidc.firm.issuer: Value error, write"),
        ("[agent]", "[king]", "line 10: oidc.firm.roles.privacy-team.0"),
        ("[agent]", "[]", "line 10: oidc.firm.roles.privacy-team"),
        ("    client_id: policydesk\n", "", "oidc.firm.client_id: Field required"),
        ("    label", "    secret: x\n    label", "line 4: oidc.firm.secret: Extra inputs"),
        ("  firm:", "  'a/b':", "oidc.a/b"),
        ("public_url: https://desk.yourfirm.example/\n", "", "oidc needs public_url"),
        ("public_url: https:", "public_url: http:", "line 1: public_url: Value error, needs https"),
        ("oidc-secret", "no-such-file", "client_secret_file cannot be read"),
        ("oidc:", "oidc: [", "this is not YAML"),
    ],
)  # fmt: skip
def test_a_fault_is_told_with_its_line(tmp_path: Path, old: str, new: str, told: str) -> None:
    assert old in GOOD
    (tmp_path / "staff.yaml").write_text(GOOD.replace(old, new), encoding="utf-8")
    (tmp_path / "oidc-secret").write_text("hush", encoding="utf-8")
    with pytest.raises(SettingsFileError) as error:
        read_outside(tmp_path)
    assert told in str(error.value)
