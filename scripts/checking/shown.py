"""Numbers, names and tables as a report writes them."""

import math
import re

NUMBER = r"([−+]?(?:\d[\d,]*(?:\.\d+)?(?:e[+-]?\d+)?|∞))"


class Rough(float):
    """A number that is known but for so much."""

    def __new__(cls, value, reach):
        number = super().__new__(cls, value)
        number.reach = reach
        return number


def fits(shown, parts):
    """Whether a text is that of its parts, floats among them rounded right."""
    pattern = "".join(NUMBER if isinstance(part, float) else re.escape(part) for part in parts)
    found = re.fullmatch(pattern, shown)
    return bool(found) and all(is_near(text, part) for text, part in zip(found.groups(), (p for p in parts if isinstance(p, float))))


def is_near(text, value):
    text = text.replace("−", "-").replace(",", "")
    if "∞" in text:
        return math.isinf(value) and (text[0] == "-") == (value < 0)
    # Beyond 1e12 two digits are shown.
    unit = 10.0 ** (int(text.split("e")[1]) - 1) if "e" in text else 10.0 ** -len(text.partition(".")[2])
    return abs(float(text) - value) <= unit * 0.5001 + getattr(value, "reach", 0)


def said(parts):
    return "".join(f"{part:.6g}" if isinstance(part, float) else part for part in parts)


def escaped(text):
    for sign in "\\`*_[]~#":
        text = text.replace(sign, "\\" + sign)
    return text.replace("&", "&amp;").replace("<", "&lt;")


def code(name):
    if "`" not in name:
        return f"`{name}`"
    fence = "`" * (max(map(len, re.findall("`+", name))) + 1)
    return f"{fence} {name} {fence}"


def joined(items):
    """Pieces of several texts, the last two with an "and" between them."""
    between = [[], *([", "] for _ in items[1:-1]), *([" and "] for _ in items[1:][-1:])]
    return [part for before, item in zip(between, items) for part in [*before, *item]]


def counted(number, noun):
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def plain(value):
    return f"{value:.9g}"


def sections(text, mark):
    """Pieces of Markdown by the heading of a level above them."""
    pieces = re.split(rf"(?m)^{mark} (.+)$", text)
    return dict(zip(pieces[1::2], pieces[2::2]))


class Findings:
    """What does not fit in a report, and how many of its numbers were read."""

    def __init__(self, path):
        self.path, self.complaints, self.numbers = path, [], 0

    def complain(self, place, words):
        self.complaints.append(f"{self.path}: {place}: {words}")

    def same(self, place, key, found, titles, rows, names=1):
        """A table's titles and rows, known by their first cells, beside what they should be, as many columns as are known."""
        shown, cells = found
        if shown is None:
            return self.complain(place, f"the table \"{key}\" is missing")
        if shown[:len(titles)] != titles:
            self.complain(place, f"the columns {shown[:len(titles)]} should be {titles}")
        by_name = {" ".join(row[:names]): row for row in cells}
        if len(cells) != len(rows) or len(by_name) != len(rows):
            self.complain(place, f"\"{key}\" has {len(cells)} rows and should have {len(rows)}")
        for row in rows:
            name = " ".join(said(parts) for parts in row[:names])
            if name not in by_name:
                self.complain(place, f"\"{key}\" has no row of {name}")
                continue
            for title, cell, parts in zip(titles, by_name[name], row):
                self.numbers += sum(isinstance(part, float) for part in parts)
                if not fits(cell, parts):
                    self.complain(place, f"{name}: {title} is \"{cell}\" and should be {said(parts)}")

    def known(self, place, tables):
        """Says which tables nobody has taken."""
        for left in tables.tables:
            self.complain(place, f"nobody knows the table \"{left}\"")


class Tables:
    """The tables of a piece of Markdown, and its other lines; a table in <details> is known by its summary, another by its number."""

    def __init__(self, text):
        self.tables, self.words, summary, rows = {}, [], None, None
        for line in text.split("\n"):
            if line.startswith("|"):
                cells = [cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
                if rows is None:
                    rows = self.tables.setdefault(summary or len(self.tables), [])
                rows.append(cells)
                continue
            rows = None
            if line.startswith("<summary>"):
                summary = line.removeprefix("<summary>").removesuffix("</summary>")
            elif line == "</details>":
                summary = None
            elif line:
                self.words.append(line)

    def all(self, key):
        """Every table under a summary that has several."""
        pieces = []
        for row in self.tables.get(key, []):
            # A rule follows the titles of each.
            if all(re.fullmatch(r":?-+:?", cell) for cell in row) and pieces:
                pieces.append([pieces[-1].pop(), row]) if len(pieces[-1]) > 1 else pieces[-1].append(row)
            elif not pieces:
                pieces.append([row])
            else:
                pieces[-1].append(row)
        return [(piece[0], piece[2:]) for piece in pieces]

    def pop(self, key):
        """Titles and rows, without the rule between them."""
        rows = self.tables.pop(key, None)
        return (rows[0], rows[2:]) if rows else (None, [])
