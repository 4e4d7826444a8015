"""Documents are read in a child process with limits; what breaks there is a typed error here."""

from ingest.sandbox.reading import ReadingPool
from ingest.sandbox.worker import SandboxedReader

__all__ = ["ReadingPool", "SandboxedReader"]
