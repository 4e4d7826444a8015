"""Members: who may sign in, with which roles, and whether a name, a password and a code are theirs."""

from __future__ import annotations

import datetime as dt
import json
import re
import secrets
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, Row, func, select, update

from bot.requests.chain import stamp
from bot.requests.ledger.clock import Now, utc_now
from bot.requests.ledger.database import Database, insert_once
from bot.requests.ledger.keys import Key
from bot.staff import tables as db
from bot.staff.errors import AccountError, SignInError
from bot.staff.records import ROLES, Account, Member, Role
from bot.staff.tries import Tries

_NAME = re.compile(r"[a-z0-9][a-z0-9._@+-]{1,79}")
UNKNOWN = "There is no such member."


class Accounts:
    """Members in SQL. Passwords and codes are compared here and nowhere else."""

    def __init__(self, database: Database, key: Key, now: Now = utc_now) -> None:
        self._database = database
        self._key = key
        self._now = now
        self._tries = Tries(database, key, now)

    def add(
        self,
        name: str,
        roles: Iterable[str],
        password: str | None,
        shown: str | None = None,
        outside: str | None = None,
    ) -> Member:
        """Add a member who signs in with a password, or elsewhere (`outside`: "ISSUER SUBJECT"). Raises AccountError."""
        from bot.staff import passwords

        plain = name.strip().lower()
        if not _NAME.fullmatch(plain):
            raise AccountError("A name has 2 to 80 letters, digits or the signs . _ @ + -")
        if (password is None) == (outside is None):
            raise ValueError("a member has a password or signs in elsewhere")
        stored = passwords.hashed(passwords.check_new(password, plain)) if password is not None else None
        label = " ".join((shown or name).split())[:80]
        row = {"id": secrets.token_hex(6), "name": plain, "shown": label, "roles": _written(roles), "password": stored}
        row |= {"outside": outside, "created": stamp(self._now())}
        with self._database.writing() as connection:
            if not insert_once(connection, db.members, row):
                raise AccountError(f"There is a member {plain} already.")
        return member_of(str(row["id"]), label, str(row["roles"]))

    def sign_in(self, name: str, password: str, code: str, address: str | None) -> Member:
        """Return the member whose name, password and, where they use one, code these are.

        `address` is the other side's IP address, None where there is none. Raises SignInError, in the same words and after
        the same work whatever does not fit, and WaitError while no try is heard.
        """
        from bot.staff import passwords

        plain = name.strip().lower()[:80]
        self._tries.check(plain, address)
        with self._database.reading() as connection:
            row = connection.execute(select(db.members).where(db.members.c.name == plain)).one_or_none()
        known = row is not None and row.disabled is None
        right = passwords.fits(row.password if row is not None and known else None, password)
        if row is None or not right or not self._second(row, code):
            self._tries.wrong(plain, address)
            raise SignInError
        if passwords.is_outdated(row.password):
            self._change(row.id, password=passwords.hashed(password))
        self._tries.right(plain)
        return member_of(row.id, row.shown, row.roles)

    def set_password(self, member_id: str, password: str) -> None:
        """Set a new password. Raises AccountError for a weak one, an unknown member, or one who signs in elsewhere."""
        from bot.staff import passwords

        row = self._row(member_id)
        if row.outside is not None:
            raise AccountError("This member signs in elsewhere and has no password here.")
        self._change(member_id, password=passwords.hashed(passwords.check_new(password, row.name)))

    def has_password(self, member_id: str, password: str) -> bool:
        """Return whether this is the member's present password."""
        from bot.staff import passwords

        return passwords.fits(self._row(member_id).password, password)

    def set_roles(self, member_id: str, roles: Iterable[str]) -> None:
        """Give a member other roles. Raises AccountError where no admin would be left."""
        written = _written(roles)
        with self._database.writing() as connection:
            self._row(member_id, connection)
            connection.execute(update(db.members).where(db.members.c.id == member_id).values(roles=written))
            self._need_admin(connection)

    def set_disabled(self, member_id: str, disabled: bool) -> None:
        """Shut a member out, or let them in again. Raises AccountError where no admin would be left."""
        at = stamp(self._now()) if disabled else None
        with self._database.writing() as connection:
            self._row(member_id, connection)
            connection.execute(update(db.members).where(db.members.c.id == member_id).values(disabled=at))
            self._need_admin(connection)

    def start_second(self, member_id: str) -> tuple[str, str]:
        """Return a fresh secret for an app and its otpauth address. Nothing is asked for until `keep_second`."""
        from bot.staff import second_factor

        secret = second_factor.new_secret()
        return secret, second_factor.address_for(secret, self._row(member_id).name)

    def address_for(self, member_id: str, secret: str) -> str | None:
        """Return the otpauth address of a secret that was started, None for what is no such secret."""
        from bot.staff import second_factor

        known = second_factor.is_secret(secret)
        return second_factor.address_for(secret, self._row(member_id).name) if known else None

    def keep_second(self, member_id: str, secret: str, code: str) -> list[str]:
        """Ask for codes from now on, once the app has shown that it has the secret; return the recovery codes, told this once.

        Raises AccountError for a wrong code, or a secret that was not started here.
        """
        from bot.staff import second_factor

        if not second_factor.is_secret(secret):
            raise AccountError("This was not set up to its end. Please begin again from your account.")
        step = second_factor.used_step(secret, code, self._now(), None)
        if step is None:
            raise AccountError(
                "This code does not fit. Check the time of your telephone and type the code it shows now."
            )
        codes = second_factor.new_recovery()
        digests = json.dumps([second_factor.recovery_digest(one) for one in codes])
        sealed = second_factor.sealed(self._key, secret)
        self._change(member_id, totp=sealed, totp_step=step, recovery=digests)
        return codes

    def drop_second(self, member_id: str) -> None:
        """Ask for no code any more."""
        self._change(member_id, totp=None, totp_step=None, recovery=None)

    def all(self) -> list[Account]:
        """Return every account, by name."""
        with self._database.reading() as connection:
            rows = connection.execute(select(db.members).order_by(db.members.c.name)).all()
        return [_account(row) for row in rows]

    def get(self, member_id: str) -> Account:
        """Return one account. Raises AccountError for an unknown one."""
        return _account(self._row(member_id))

    def named(self, name: str) -> Account:
        """Return the account with that name. Raises AccountError for an unknown one."""
        with self._database.reading() as connection:
            row = connection.execute(select(db.members).where(db.members.c.name == name.strip().lower())).one_or_none()
        if row is None:
            raise AccountError(UNKNOWN)
        return _account(row)

    def outside(self, subject: str) -> Account | None:
        """Return the account of "ISSUER SUBJECT", None where there is none."""
        with self._database.reading() as connection:
            row = connection.execute(select(db.members).where(db.members.c.outside == subject)).one_or_none()
        return _account(row) if row is not None else None

    def _second(self, row: Row[Any], code: str) -> bool:
        """Return whether the code is right, or none is asked for; a right one is used up."""
        if row.totp is None:
            return True
        from bot.staff import second_factor

        secret = second_factor.opened(self._key, row.totp)
        with self._database.writing() as connection:
            row = self._row(row.id, connection)
            step = second_factor.used_step(secret, code, self._now(), row.totp_step) if secret is not None else None
            mine = db.members.c.id == row.id
            if step is not None:
                connection.execute(update(db.members).where(mine).values(totp_step=step))
                return True
            left = second_factor.without(json.loads(row.recovery or "[]"), code)
            if left is None:
                return False
            connection.execute(update(db.members).where(mine).values(recovery=json.dumps(left)))
        return True

    def _row(self, member_id: str, connection: Connection | None = None) -> Row[Any]:
        query = select(db.members).where(db.members.c.id == member_id).with_for_update()
        if connection is not None:
            row = connection.execute(query).one_or_none()
        else:
            with self._database.reading() as reader:
                row = reader.execute(select(db.members).where(db.members.c.id == member_id)).one_or_none()
        if row is None:
            raise AccountError(UNKNOWN)
        return row

    def _change(self, member_id: str, **values: str | int | None) -> None:
        with self._database.writing() as connection:
            changed = connection.execute(update(db.members).where(db.members.c.id == member_id).values(**values))
            if changed.rowcount == 0:
                raise AccountError(UNKNOWN)

    def _need_admin(self, connection: Connection) -> None:
        able = (db.members.c.disabled.is_(None)) & (db.members.c.roles.like("%admin%"))
        if not connection.execute(select(func.count()).select_from(db.members).where(able)).scalar_one():
            raise AccountError("One admin has to be left.")


def member_of(member_id: str, shown: str, roles: str) -> Member:
    """Return the noun of a stored member."""
    known: dict[str, Role] = {role: role for role in ROLES}
    return Member(member_id, shown, frozenset(known[role] for role in roles.split() if role in known))


def _written(roles: Iterable[str]) -> str:
    chosen = set(roles)
    if not chosen or chosen - set(ROLES):
        raise AccountError(f"Roles are {', '.join(ROLES)}; a member has at least one.")
    return " ".join(role for role in ROLES if role in chosen)


def _account(row: Row[Any]) -> Account:
    return Account(
        member_of(row.id, row.shown, row.roles),
        row.totp is not None,
        row.outside is not None,
        dt.datetime.fromisoformat(row.created),
        dt.datetime.fromisoformat(row.disabled) if row.disabled else None,
    )
