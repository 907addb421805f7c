"""Elements of a drawing."""

from dataclasses import dataclass
from html import escape

STYLE = """\
text{font:12px "PingFang SC","Noto Sans CJK SC","Microsoft YaHei",system-ui,sans-serif;fill:#5B6761}
.k{fill:#1B2521}.b{font-weight:700}.r{text-anchor:end}.m{text-anchor:middle}.s{font-size:11px}.xs{font-size:10px}
.tf{fill:#B93A22}.tg{fill:#0E6B5B}.ta{fill:#865800}.tw{fill:#fff}
.grid{stroke:#EDF0ED}.rule{stroke:#DDE2DD}.zero{stroke:#5B6761}
.l{stroke-width:2}.lg{stroke:#0E6B5B}.lk{stroke:#1B2521}.lu{stroke:#858F89}.lf{stroke:#B93A22}.la{stroke:#865800}
.fg{fill:#0E6B5B}.fk{fill:#1B2521}.fu{fill:#5B6761}.ff{fill:#B93A22}.fa{fill:#865800}
.hollow{fill:#fff;stroke:#858F89;stroke-width:1.6}.sand{fill:#F6F1E4}.soft{fill:#E3F0EC}
.h0{fill:#fff;stroke:#EDF0ED}.h1{fill:#E9F4F1}.h2{fill:#C5DFD8}.h3{fill:#8FC0B4}.h4{fill:#3F8474}.h5{fill:#0E6B5B}
"""
"""The classes in light colours, for a drawing that stands alone."""


@dataclass(frozen=True, slots=True)
class Drawing:
    """Parts on a canvas; sizes in CSS pixels."""

    width: float
    height: float
    parts: tuple[str, ...]
    label: str
    """What a reader hears who does not see it."""

    def __html__(self) -> str:
        """The drawing as an element of a page."""
        return self._svg("")

    def alone(self) -> str:
        """The drawing as a file of its own."""
        return self._svg(f"<style>{STYLE}</style>")

    def _svg(self, style: str) -> str:
        size = f"{short(self.width)} {short(self.height)}"
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size}" '
            f'width="{short(self.width)}" height="{short(self.height)}" role="img" '
            f'aria-label="{escape(self.label)}">{style}{"".join(self.parts)}</svg>'
        )


def short(value: float) -> str:
    """A length without idle digits, the same on every machine."""
    return f"{value + 0.0:.1f}".removesuffix(".0")


def text(x: float, y: float, words: str, css: str = "") -> str:
    return f'<text x="{short(x)}" y="{short(y)}"{_class(css)}>{escape(words)}</text>'


def runs(x: float, y: float, bold: str, rest: str, css: str = "") -> str:
    """A line of text whose first part is bold."""
    return (
        f'<text x="{short(x)}" y="{short(y)}"{_class(css)}>'
        f'<tspan class="b">{escape(bold)}</tspan>{escape(rest)}</text>'
    )


def line(x1: float, y1: float, x2: float, y2: float, css: str) -> str:
    return (
        f'<line x1="{short(x1)}" y1="{short(y1)}" x2="{short(x2)}" y2="{short(y2)}"'
        f"{_class(css)}/>"
    )


def rect(x: float, y: float, width: float, height: float, css: str) -> str:
    return (
        f'<rect x="{short(x)}" y="{short(y)}" width="{short(max(width, 0.0))}" '
        f'height="{short(height)}"{_class(css)}/>'
    )


def circle(x: float, y: float, radius: float, css: str) -> str:
    return f'<circle cx="{short(x)}" cy="{short(y)}" r="{short(radius)}"{_class(css)}/>'


def path(drawn: str, css: str) -> str:
    return f'<path d="{drawn}"{_class(css)}/>'


def _class(css: str) -> str:
    return f' class="{css}"' if css else ""
