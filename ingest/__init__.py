"""The write side: documents in, policies of the library out."""

from ingest.pipeline import DocumentReport, ingest_sources

__all__ = ["DocumentReport", "ingest_sources"]
