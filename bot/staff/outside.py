"""From who signed in elsewhere to a member here: found by issuer and subject, never by a name; roles come from their groups."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping

from bot.staff.accounts import Accounts
from bot.staff.errors import AccountError, OutsideError
from bot.staff.oidc import Outsider
from bot.staff.records import ROLES, Account, Member, Role

_FOREIGN = re.compile(r"[^a-z0-9._@+-]+")


def member_for(accounts: Accounts, outsider: Outsider, roles: Mapping[str, tuple[Role, ...]]) -> Member:
    """Return the member of an outsider, added at their first sign-in, with the roles that their groups give them now.

    Raises OutsideError for who is in no group that has roles, or was shut out here.
    """
    given = {role for group in outsider.groups for role in roles.get(group, ())}
    known = accounts.outside(f"{outsider.issuer} {outsider.subject}")
    if known is not None and known.disabled is not None:
        raise OutsideError("shut out")
    if not given:
        raise OutsideError("no role")
    ordered = [role for role in ROLES if role in given]
    if known is None:
        return _added(accounts, outsider, ordered)
    if known.member.roles != given:
        try:
            accounts.set_roles(known.member.id, ordered)
        except AccountError as error:
            raise OutsideError("last admin") from error
    return accounts.get(known.member.id).member


def _added(accounts: Accounts, outsider: Outsider, roles: list[Role]) -> Member:
    subject = f"{outsider.issuer} {outsider.subject}"
    plain = _FOREIGN.sub("-", outsider.name.lower()).strip("._@+-")[:60]
    # A name that is taken here belongs to somebody else, whatever the issuer says.
    mark = hashlib.sha256(subject.encode()).hexdigest()[:10]
    name = plain if len(plain) >= 2 and not _is_taken(accounts, plain) else f"{plain or 'member'}.{mark}"
    try:
        return accounts.add(name, roles, None, outsider.shown, subject)
    except AccountError as error:
        raise OutsideError("name") from error


def _is_taken(accounts: Accounts, name: str) -> bool:
    known: list[Account] = accounts.all()
    return any(one.member.name.lower() == name for one in known) or _has_name(accounts, name)


def _has_name(accounts: Accounts, name: str) -> bool:
    try:
        accounts.named(name)
    except AccountError:
        return False
    return True
