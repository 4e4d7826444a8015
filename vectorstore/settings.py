"""Where the library lives and which embedder it uses. Entry points make it; no room reads the environment."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class StoreSettings:
    """`data_dir` holds the embedded database and index; `database_url` None means SQLite inside it, and
    `chroma_url` None (http://HOST:PORT of a Chroma server otherwise) an embedded index there. `chroma_token` is sent to that
    server; `chroma_insecure` lets a server on another machine be used without https and token. Addresses and the token may
    hold passwords: they are not shown.

    Up to `scan_up_to` policies are searched by an exact scan: their vectors fit in memory, and a scan of them takes less
    than loading the index. `lock_seconds` is how long to wait for another process that writes to an SQLite file.
    """

    data_dir: Path = Path("var")
    database_url: str | None = field(default=None, repr=False)
    chroma_url: str | None = field(default=None, repr=False)
    chroma_token: str | None = field(default=None, repr=False)
    chroma_insecure: bool = False
    embedder: str = "onnx"
    scan_up_to: int = 200
    lock_seconds: float = 30.0

    @property
    def url(self) -> str:
        """SQLAlchemy URL of the source of truth."""
        return self.database_url or f"sqlite:///{(self.data_dir / 'policydesk.sqlite').resolve()}"

    @property
    def index_dir(self) -> Path:
        """Folder of the index generations."""
        return self.data_dir / "index"
