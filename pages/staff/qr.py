"""A QR code as SVG, drawn here so that no script and no other host is needed."""

from __future__ import annotations

from pages.markup import text

QUIET = 4
"""Modules of white around the code (ISO/IEC 18004)."""


def qr_svg(content: str, size: int = 200) -> str:
    """Return the content as a QR code, black on white whatever the page's colours, `size` pixels wide."""
    from reportlab.graphics.barcode.qr import QrCodeWidget

    widget = QrCodeWidget(content, barLevel="M")
    widget.qr.make()
    count = widget.qr.getModuleCount()
    dark = "".join(
        f"M{column + QUIET} {row + QUIET}h1v1h-1z"
        for row in range(count)
        for column in range(count)
        if widget.qr.isDark(row, column)
    )
    side = count + 2 * QUIET
    return (
        f'<svg class="qr" role="img" aria-label="QR code for the app" viewBox="0 0 {side} {side}" width="{size}" height="{size}">'
        f'<rect width="{side}" height="{side}" fill="#fff"/><path d="{text(dark)}" fill="#000"/></svg>'
    )
