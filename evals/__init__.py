"""Regression question sets: ask the bot, judge it without a judge model, compare with a baseline, report.

load_cases(path) -> list[Case]                                   raises SetError with every fault and its line
check_set(path, library) -> (good cases, list[Fault])            faults of form, and what no answer from that library could meet
run_set(bot, cases, on_progress=None) -> list[Judged]            on_progress(done, total, case)
write_results(path, [one.result for one in judged])              one JSON line a case
read_results(path) -> list[Result]                               raises ResultsError
judged_from(path) -> list[Judged]                                the same with answers and cases, for the figures below
summarize(judged) -> Summary, format_summary(summary) -> str     the table for the terminal
write_report(folder, judged, title="Evaluation", comparison=None, opinions=None) -> Path
write_junit(path, judged, name)                                  a test case for each case of the set
compare(baseline, current) -> Comparison                         of list[Result]; exit 1 if `.regressions`
format_comparison(comparison) -> str
accept(results_path, baselines=BASELINES, name=None, *, answers=True) -> Path
evals.judge, evals.curve and evals.quality are used by the commands that need them
evals.policyqa and evals.stock (retrieval), evals.reading (documents) are imported by the commands that measure them: they load
what reads documents, which the pages of evals.web must not
"""

from evals.case import Case, load_cases
from evals.check import check_cases, check_set
from evals.compare import BASELINES, Comparison, accept, compare, format_comparison, regressions
from evals.errors import EvalError, FileError, ResultsError, SetError
from evals.junit import write_junit
from evals.outcome import Judged, Outcome, Result
from evals.page import write_report
from evals.report import Summary, summarize, summary_object
from evals.run import judged_from, read_results, run_set, write_results
from evals.table import format_summary

__all__ = [
    "Case",
    "Comparison",
    "EvalError",
    "FileError",
    "Judged",
    "Outcome",
    "Result",
    "ResultsError",
    "SetError",
    "Summary",
    "BASELINES",
    "accept",
    "check_cases",
    "check_set",
    "compare",
    "format_comparison",
    "format_summary",
    "judged_from",
    "load_cases",
    "read_results",
    "regressions",
    "run_set",
    "summarize",
    "summary_object",
    "write_junit",
    "write_report",
    "write_results",
]
