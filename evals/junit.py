"""A run as JUnit XML, which build servers show case by case. Owns the form; what is wrong is told by `reasons`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree

from evals.outcome import Judged
from evals.reasons import Reason, reasons

# What XML 1.0 cannot hold, escaped or not (section 2.2, Char).
NO_CHARACTER = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write_junit(path: Path, judged: Sequence[Judged], name: str) -> None:
    """Write a test suite `name` with a test case for each case of the set; a wrong case is one failure with all its reasons."""
    told = [(one, reasons(one)) for one in judged]
    seconds = sum((one.outcome.latency_ms or 0.0) for one in judged) / 1000
    counts = {
        "name": _text(name),
        "tests": str(len(judged)),
        "failures": str(sum(bool(found) for _, found in told)),
        "errors": "0",
        "time": f"{seconds:.3f}",
    }
    root = ElementTree.Element("testsuites", counts)
    suite = ElementTree.SubElement(root, "testsuite", counts | {"skipped": "0"})
    for one, found in told:
        suite.append(_case(one, found, name))
    ElementTree.indent(root)
    path.parent.mkdir(parents=True, exist_ok=True)
    ElementTree.ElementTree(root).write(path, encoding="utf-8", xml_declaration=True)


def _case(one: Judged, found: Sequence[Reason], name: str) -> ElementTree.Element:
    seconds = (one.outcome.latency_ms or 0.0) / 1000
    # Build servers group by the part of the class name before the last dot.
    suite = re.sub(r"\W+", "_", name).strip("_") or "set"
    attributes = {"name": _text(one.case.id), "classname": f"{suite}.{one.case.kind}", "time": f"{seconds:.3f}"}
    element = ElementTree.Element("testcase", attributes)
    if found:
        message = _text("; ".join(f"{reason.metric}: {reason}" for reason in found))
        failure = ElementTree.SubElement(element, "failure", {"message": message, "type": found[0].metric})
        lines = [f"asked: {' / '.join(one.case.asked)}"]
        for reason in found:
            lines += ["", reason.metric, f"  expected: {reason.expected}", f"  instead: {reason.said}"]
        lines += ["", f"the answer: {one.outcome.answer.text}"]
        failure.text = _text("\n".join(lines))
    return element


def _text(words: str) -> str:
    """Replace what no XML file may hold."""
    return NO_CHARACTER.sub("\N{REPLACEMENT CHARACTER}", words)
