"""The evaluator's bench: pages over the same functions and files as `policydesk eval`. Nothing is computed twice.

Bench.open(bot, data_dir, version=...) -> Bench            sets/, runs/ and baselines/ of the data folder, and one worker
bench_router(bench, frame, base="/staff/bench") -> APIRouter
conversation_address(turns, base="/staff/bench") -> str    the page that makes a case of a conversation
"""

from evals.web.bench import Bench
from evals.web.links import conversation_address
from evals.web.router import bench_router

__all__ = ["Bench", "bench_router", "conversation_address"]
