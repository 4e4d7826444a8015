"""Where the bench's pages stand. Owns no page."""

BASE = "/staff/bench"
