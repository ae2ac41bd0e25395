#!/usr/bin/env python3
"""Draws the pictures of the guide: `docs/pictures/draw.py` writes them anew, with `--check` it looks whether they are."""

import html
import pathlib
import re
import sys

HERE = pathlib.Path(__file__).resolve().parent
LINE, FILL, ACCENT, TEXT, SOFT = "#4a5568", "#f7fafc", "#c53030", "#1a202c", "#718096"


class Picture:
    def __init__(self, name, title, width, height):
        self.name, self.width, self.height, self.title = name, width, height, title
        self.parts = []

    def box(self, x, y, width, height, title, *lines, fill=FILL, dashed=False):
        dash = ' stroke-dasharray="6 4"' if dashed else ""
        self.parts.append(
            f'<rect x="{x}" y="{y}" width="{width}" height="{height}" rx="6" fill="{fill}" stroke="{LINE}"{dash}/>'
        )
        if title:
            self.text(x + width / 2, y + 20, title, bold=True, size=13 if len(title) > 18 else 14)
        for number, line in enumerate(lines):
            self.text(x + width / 2, y + 40 + 17 * number, line, color=SOFT, size=12)

    def text(self, x, y, text, bold=False, color=TEXT, size=14, anchor="middle"):
        weight = ' font-weight="bold"' if bold else ""
        self.parts.append(
            f'<text x="{x}" y="{y}" font-size="{size}" text-anchor="{anchor}" fill="{color}"{weight}>'
            f"{html.escape(text)}</text>"
        )

    def arrow(self, x1, y1, x2, y2, label="", above=True, dashed=False):
        dash = ' stroke-dasharray="6 4"' if dashed else ""
        self.parts.append(
            f'<line x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}" stroke="{ACCENT}" stroke-width="1.6"'
            f' marker-end="url(#head)"{dash}/>'
        )
        if label:
            self.text((x1 + x2) / 2, (y1 + y2) / 2 + (-6 if above else 15), label, color=ACCENT, size=12)

    def svg(self):
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {self.width} {self.height}" role="img"'
            f' font-family="sans-serif">\n<title>{html.escape(self.title)}</title>\n'
            f'<defs><marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7"'
            f' orient="auto"><path d="M0 0L8 4L0 8z" fill="{ACCENT}"/></marker></defs>\n'
            f'<rect width="{self.width}" height="{self.height}" fill="white"/>\n' + "\n".join(self.parts) + "\n</svg>\n"
        )


def who_runs_where():
    p = Picture("who-runs-where", "Who runs where", 860, 360)
    p.box(20, 40, 204, 280, "your machine", fill="white")
    p.box(40, 80, 160, 66, "rustc", "checks the Python", "while it compiles")
    p.box(40, 166, 160, 66, "your program", "#[command], gear!,", "the redis crate")
    p.box(36, 252, 170, 50, "redis-cli, any client", "RG.TRIGGER name")
    p.box(320, 40, 520, 280, "the server's machine", fill="white")
    p.box(340, 80, 220, 222, "redis-server")
    p.box(360, 116, 180, 56, "your data", "keys, streams")
    p.box(356, 186, 188, 100, "libredgrease_engine.so", "registrations, queues,", "operations without", "Python")
    p.box(640, 80, 180, 66, "worker", "python3: a process", "scripts without packages")
    p.box(640, 158, 180, 66, "worker", "python3 with numpy:", "an environment per set")
    p.box(640, 236, 180, 66, "worker", "started when needed,", "replaced when it dies")
    p.arrow(200, 199, 340, 199, "text of Python")
    p.arrow(206, 277, 340, 260, "calls")
    p.arrow(540, 215, 640, 120, "calls", dashed=False)
    p.arrow(640, 200, 540, 240, "commands")
    p.arrow(540, 262, 640, 268)
    return p


def way_of_a_call():
    p = Picture("way-of-a-call", "The way of a call", 860, 300)
    columns = [("client", 90), ("server's main thread", 310), ("worker: leader", 550), ("reader thread", 770)]
    for name, x in columns:
        p.text(x, 28, name, bold=True)
        p.parts.append(f'<line x1="{x}" y1="40" x2="{x}" y2="285" stroke="{SOFT}" stroke-dasharray="3 4"/>')
    p.arrow(90, 70, 310, 70, "RG.TRIGGER area 2 3")
    p.arrow(310, 95, 550, 95, "CALL: the record, in marshal format")
    p.box(490, 108, 120, 34, "runs area(2, 3)")
    p.arrow(550, 170, 770, 170, "EXECUTE: GET width")
    p.text(762, 190, "under the server's lock", color=SOFT, size=12, anchor="end")
    p.arrow(770, 205, 550, 205, "REPLY", above=False)
    p.arrow(550, 240, 770, 240, "RESULT", above=False)
    p.arrow(770, 265, 90, 265, "6.0 (the client was blocked, the server was not)")
    return p


def rooms():
    page = (HERE.parent / "architecture.md").read_text()
    table = re.search(r"\| room .*\n\|[-|]+\n((?:\|.*\n)+)", page).group(1)
    rows = re.findall(r"^\| `(\w+)` \| (.*?) \|$", table, re.MULTILINE)
    height, longest = 26, 104
    p = Picture("rooms", "The rooms of the engine: each uses those below it", 860, 60 + height * len(rows))
    for number, (name, what) in enumerate(rows):
        y = 20 + height * number
        what = what.replace("`", "")
        if len(what) > longest:
            what = what[: what.rindex(" ", 0, longest)].rstrip(",;:") + " …"
        p.box(20, y, 820, height - 3, "")
        p.text(34, y + 16, name, bold=True, size=13, anchor="start")
        p.text(160, y + 16, what, color=SOFT, size=12, anchor="start")
    p.arrow(850, 24, 850, 20 + height * len(rows) - 6)
    p.text(430, 48 + height * len(rows), "a room uses only rooms below it; a test reads the imports", color=SOFT, size=12)
    return p


def main():
    wrong = []
    for picture in (who_runs_where(), way_of_a_call(), rooms()):
        path = HERE / f"{picture.name}.svg"
        text = picture.svg()
        if "--check" in sys.argv:
            if not path.is_file() or path.read_text() != text:
                wrong.append(path.name)
        else:
            path.write_text(text)
    if wrong:
        sys.exit("not as draw.py draws them: " + ", ".join(wrong))


if __name__ == "__main__":
    main()
