"""QR codes, as a drawing that stands in the page itself."""

import io

import segno
from markupsafe import Markup


def qr_code(text: str, label: str) -> Markup:
    """A QR code of `text`, as SVG; `label` is what it says to who cannot see it."""
    drawn = io.BytesIO()
    code = segno.make(text, error="m", micro=False)
    code.save(drawn, kind="svg", xmldecl=False, omitsize=True, border=2, svgclass="qr", lineclass=None, title=label)
    return Markup(drawn.getvalue().decode())  # noqa: S704 - segno escapes the label, and draws the text
