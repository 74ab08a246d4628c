"""The files that measurements lie in: one a part, of JSON lines.

A line {"origin": {"id": …, "commit": …, …}} says what the lines that carry this id as `from` were measured on.
"""
import hashlib
import json

PARTS = ["machine", "speed", "scaling", "streaming", "throughput", "start"]
# What names a line in parts that can be measured a piece at a time.
NAMES = {"speed": ["name"], "scaling": ["backend"], "streaming": ["name"], "throughput": ["study", "backends", "seeds"]}


class Failure(Exception):
    """One sentence for the user."""


class Part:
    """Lines in the order of measuring, and their origins by id."""

    def __init__(self, lines, origins):
        self.lines, self.origins = lines, origins


def identified(origin):
    return {"id": hashlib.sha256(json.dumps(origin, sort_keys=True).encode()).hexdigest()[:8]} | origin


def read_part(folder, part):
    path = folder / f"{part}.jsonl"
    try:
        found = [json.loads(line) for line in path.read_text().splitlines()]
    except ValueError as problem:
        raise Failure(f"{path}: a line is no JSON ({problem}); measure this part again")
    if not all(isinstance(line, dict) for line in found):
        raise Failure(f"{path}: a line is no JSON object; measure this part again")
    origins = {line["origin"]["id"]: line["origin"] for line in found if "origin" in line}
    lines = [line for line in found if "origin" not in line]
    if any(line.get("from") not in origins for line in lines):
        raise Failure(f"{path}: a line does not say what it was measured on; measure this part again")
    return Part(lines, origins)


def read(folder):
    """Part to its lines; parts without a file are left out."""
    found = {part: read_part(folder, part) for part in PARTS if (folder / f"{part}.jsonl").exists()}
    if not found:
        raise Failure(f"{folder}: there are no measurements here; make them with scripts/performance")
    return found


def named(part, lines):
    """Lines by what they measure, in the order in which that first appears."""
    groups = {}
    for line in lines:
        groups.setdefault(tuple(line[key] for key in NAMES[part]), []).append(line)
    return groups


def save(folder, part, found, origin, piece):
    """Replaces the file, or of a `piece` only the lines of what was measured again."""
    origin = identified(origin)
    lines, origins = [line | {"from": origin["id"]} for line in found], {origin["id"]: origin}
    path = folder / f"{part}.jsonl"
    if piece and path.exists():
        before = read_part(folder, part)
        groups = named(part, before.lines) | named(part, lines)
        lines, origins = [line for group in groups.values() for line in group], before.origins | origins
    used = {line["from"] for line in lines}
    whole = [{"origin": origins[key]} for key in sorted(used)] + lines
    folder.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    partial.write_text("".join(json.dumps(line, sort_keys=True, ensure_ascii=False) + "\n" for line in whole))
    partial.replace(path)
