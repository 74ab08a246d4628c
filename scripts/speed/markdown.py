"""Tables and numbers of a Markdown report."""
import math


def table(heads, rows):
    """The first column to the left, all others to the right; cells padded, so that it reads as text too."""
    cells = [heads] + [[str(cell) for cell in row] for row in rows]
    widths = [max(3, *(len(row[i]) for row in cells)) for i in range(len(heads))]

    def line(row):
        padded = [row[0].ljust(widths[0])] + [cell.rjust(width) for cell, width in zip(row[1:], widths[1:])]
        return "| " + " | ".join(padded) + " |"
    rule = "| " + " | ".join(["-" * widths[0]] + ["-" * (w - 1) + ":" for w in widths[1:]]) + " |"
    return "\n".join([line(cells[0]), rule] + [line(row) for row in cells[1:]])


def number(value, digits=3):
    """Rounded to leading digits, thousands in groups."""
    if value is None:
        return "–"
    if value == 0:
        return "0"
    places = max(0, digits - 1 - math.floor(math.log10(abs(value)) + 1e-12))
    return f"{round(value, digits - 1 - math.floor(math.log10(abs(value)) + 1e-12)):,.{places}f}"


def share(value):
    return "–" if value is None else f"{100 * value:.0f} %"


def ratio(value):
    return "–" if value is None else f"{value:.2f}"


def span(values):
    """Smallest and largest of what was measured more than once."""
    return f"{min(values):.2f}–{max(values):.2f}" if len(values) > 1 else "–"


def geometric_mean(values):
    return math.exp(sum(map(math.log, values)) / len(values))
