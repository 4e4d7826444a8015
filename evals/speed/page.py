"""The report of the speed suite for people: a table for the terminal, and a page of ratios in Markdown."""

from __future__ import annotations

from evals.speed.figures import Figure, SpeedReport

ABOUT = """# How fast the desk is

Every figure here comes from `policydesk bench`, which measures the desk and the stock pipeline of tutorials in one run, each in a process of
its own, taking turns. The stock pipeline cuts texts at 1,000 characters with 200 shared, embeds them with all-MiniLM-L6-v2 on
sentence-transformers, keeps them in Chroma and returns the four nearest chunks: a search, while the desk's figures are of whole answers.

Only ratios are kept on this page, the desk's figure over the one beside it: times belong to a machine, ratios travel. `policydesk bench` prints
both. A ratio of times or memory below 1 means that the desk needs less; of rates, one above 1 means that it does more.
"""
MEASURED = """## How it is measured

- *Ingest*: made-up policies of 3,200 to 4,300 words, CPU seconds of the process and its children; imports and models were loaded before. The
  desk reads each document in a limited process, finds contacts, rights and damage, and makes every sentence searchable.
- *Cold start*: from the start of the process to the first words of an answer; of the web server, to the first reply over HTTP.
- *Warm answer*: `PolicyBot.reply` beside a search, question by question, in processes that have been asked once about each policy.
- *Memory*: resident bytes of the serving process, a Gradio page up on both sides, after the same questions over HTTP.
- *Users at once*: each asks, reads the whole reply and asks again; one side works at a time. The client runs on the same machine.
- *Growth*: libraries of short made-up policies; the questions name companies that all the libraries hold.
"""


def format_speed(report: SpeedReport) -> str:
    """Return the figures as a table for the terminal, the target beside each ratio."""
    lines = [f"{'':58}{'PolicyDesk':>12}{'beside it':>12}{'ratio':>8}  target"]
    group = ""
    for figure in report.figures:
        if figure.group != group:
            group = figure.group
            lines += ["", group]
        beside = "-" if figure.beside is None else _number(figure.beside)
        ratio = "-" if figure.ratio is None else f"{figure.ratio:.2f}"
        name = f"  {figure.name}, {figure.unit}"
        lines.append(f"{name:58}{_number(figure.ours):>12}{beside:>12}{ratio:>8}  {_verdict(figure)}".rstrip())
    return "\n".join([*lines, "", *report.notes, f"{report.cores} cores"])


def speed_page(report: SpeedReport) -> str:
    """Return the page of ratios as Markdown."""
    lines = [ABOUT, "| | ratio | beside | target |", "|---|---|---|---|"]
    for figure in report.figures:
        ratio = "-" if figure.ratio is None else f"{figure.ratio:.2f}"
        beside = figure.beside_name if figure.beside is not None else "not measured"
        lines.append(f"| {figure.group}: {figure.name} | {ratio} | {beside} | {_verdict(figure) or ' '} |")
    notes = [*report.notes, f"Measured on {report.cores} cores."]
    return "\n".join([*lines, "", *notes, "", MEASURED])


def _verdict(figure: Figure) -> str:
    met = {True: ": met", False: ": missed", None: ""}[figure.is_met]
    return f"{figure.target}{met}"


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"
