"""The evaluator's bench: pages over the same functions and files as `policydesk eval`. Nothing is computed twice.

Bench.open(bot, data_dir, version=...) -> Bench            sets/, runs/ and baselines/ of the data folder, and one worker
bench_router(bench, frame, base="/staff/bench") -> APIRouter
"""

from evals.web.bench import Bench
from evals.web.router import bench_router

__all__ = ["Bench", "bench_router"]
