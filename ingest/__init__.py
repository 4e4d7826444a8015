"""The write side: documents in, policies of the library out."""

from ingest.pipeline import ingest_sources
from ingest.report import DocumentReport

__all__ = ["DocumentReport", "ingest_sources"]
