"""What senders ask of the outbox: the next row, a lane, what keeps them from sending. Built once: building costs more than running."""

from __future__ import annotations

from sqlalchemy import bindparam, func, select, update

from bot.requests.ledger import tables as db
from bot.requests.ledger.putting import CHANGE, CODE, MESSAGE

STOPPED_SWITCH = "stopped"
"""Name of the switch that stops every sender."""

_ROWS, _LANES = db.outbox.c, db.lanes.c
_BUSY = select(_LANES.lane).where(_LANES.owner != bindparam("me"), _LANES.until > bindparam("now"))
_FULL = (
    select(_ROWS.policy_id)
    .where(_ROWS.claimed > bindparam("hour_ago"), _ROWS.kind == MESSAGE)
    .group_by(_ROWS.policy_id)
    .having(func.count() >= bindparam("most"))
)
_DUE = (
    select(db.outbox)
    .where(
        _ROWS.state == "waiting",
        _ROWS.kind == bindparam("wanted"),
        _ROWS.due <= bindparam("now"),
        _ROWS.route.in_(bindparam("routes", expanding=True)),
        _ROWS.lane.not_in(_BUSY),
    )
    .order_by(_ROWS.due)
    .limit(1)
)
NEXT = {CODE: _DUE, MESSAGE: _DUE.where(_ROWS.policy_id.not_in(_FULL))}
AT_WORK = select(func.count()).where(
    (
        (_ROWS.state == "waiting")
        & (_ROWS.due <= bindparam("now"))
        & _ROWS.route.in_(bindparam("routes", expanding=True))
    )
    | (_ROWS.state == "sending")
)
BY_KEY = select(db.outbox).where(_ROWS.key == bindparam("wanted"))
MINE = BY_KEY.where(_ROWS.state == "sending", _ROWS.owner == bindparam("me"), _ROWS.attempts == bindparam("attempt"))
WIN = CHANGE.where(_ROWS.state == "waiting", _ROWS.attempts == bindparam("before"))
# A lane that another sender is taking right now is not waited for: waiting while holding another row could deadlock.
_FREE = (
    select(_LANES.lane)
    .where(_LANES.lane == bindparam("wanted"), (_LANES.owner == bindparam("me")) | (_LANES.until <= bindparam("now")))
    .with_for_update(skip_locked=True)
)
TAKE_LANE = update(db.lanes).where(_LANES.lane.in_(_FREE))
MY_LANE = update(db.lanes).where(_LANES.lane == bindparam("wanted"), _LANES.owner == bindparam("me"))
STOPPED = select(db.switches.c.value).where(db.switches.c.name == STOPPED_SWITCH)
# What may keep a sender from its next row, in one look.
BEFORE = select(
    STOPPED.scalar_subquery().label("stopped"),
    select(func.count()).where(_ROWS.claimed > bindparam("hour_ago")).scalar_subquery().label("claimed"),
    select(_ROWS.key)
    .where(_ROWS.state == "sending", _ROWS.lane.not_in(_BUSY))
    .limit(1)
    .scalar_subquery()
    .label("abandoned"),
)
EXPIRES = select(db.codes.c.expires).where(db.codes.c.id == bindparam("wanted"))
