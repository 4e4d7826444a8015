"""How the program's log is written: lines for people, or one JSON object a line for a collector."""

from __future__ import annotations

import datetime as dt
import json
import logging
from typing import Literal

Form = Literal["text", "json"]
_OWN = ("bot", "commands", "evals", "ingest", "pages", "ui", "vectorstore")
_TEXT = "%(levelname)s %(name)s: %(message)s"


class JsonLines(logging.Formatter):
    """One object a line: time (UTC), level, logger, message. Of an error its type alone: its words could be a visitor's."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": dt.datetime.fromtimestamp(record.created, dt.UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info and record.exc_info[0] is not None:
            line["error"] = record.exc_info[0].__name__
        return json.dumps(line, ensure_ascii=False)


def start_log(form: Form, level: int) -> None:
    """Send the log to standard error. The program's own loggers speak from `level` on, libraries from WARNING on."""
    handler = logging.StreamHandler()
    handler.setLevel(min(level, logging.WARNING))
    handler.setFormatter(JsonLines() if form == "json" else logging.Formatter(_TEXT))
    # Some libraries lower the level of their own loggers.
    handler.addFilter(lambda record: record.levelno >= logging.WARNING or record.name.split(".")[0] in _OWN)
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    for name in _OWN:
        logging.getLogger(name).setLevel(level)
