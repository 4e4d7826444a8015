"""Where the library lives and which embedder it uses. Entry points make it; no room reads the environment."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class StoreSettings:
    """`data_dir` holds the embedded database and index; `database_url` None means SQLite inside it."""

    data_dir: Path = Path("var")
    database_url: str | None = None
    embedder: str = "onnx"

    @property
    def url(self) -> str:
        """SQLAlchemy URL of the source of truth."""
        return self.database_url or f"sqlite:///{(self.data_dir / 'policydesk.sqlite').resolve()}"

    @property
    def index_dir(self) -> Path:
        """Folder of the index generations."""
        return self.data_dir / "index"
