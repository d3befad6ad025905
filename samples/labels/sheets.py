#!/usr/bin/env python3
"""Draw contact sheets for labelling crossings by eye.

One tile is the surroundings of one line (or zone) in one frame, enlarged, with
the frame number and the rule drawn on it. Nothing here detects anything: the
labeller decides from the pictures alone.

Needs Python >= 3.11 with numpy and Pillow, and ffmpeg on the path. Examples:

  sheets.py ../pets2009-s2l1.mp4 --rules ../pets2009-s2l1.rules.toml \\
      --rule west --step 4 --out /tmp/sheets
  sheets.py ../pets2009-s2l1.mp4 --rules ../pets2009-s2l1.rules.toml \\
      --rule west --from 200 --to 240 --step 2 --out /tmp/sheets   # a closer look
  sheets.py ../pets2009-s2l1.mp4 --rules ../pets2009-s2l1.rules.toml \\
      --step 10 --out /tmp/sheets                            # whole frames
"""

import argparse
import json
import subprocess
import sys
import tomllib
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

LINE_COLOUR = (255, 255, 0)
ZONE_COLOUR = (0, 255, 255)


def fail(message):
    print(f"sheets.py: {message}", file=sys.stderr)
    sys.exit(1)


def probe_size(video):
    command = ["ffprobe", "-v", "error", "-select_streams", "v:0", "-show_entries",
               "stream=width,height", "-of", "json", str(video)]
    result = subprocess.run(command, capture_output=True, text=True)
    if result.returncode != 0:
        fail(f"cannot read {video}: {result.stderr.strip()}")
    stream = json.loads(result.stdout)["streams"][0]
    return stream["width"], stream["height"]


def frames(video, width, height):
    """Every frame in order, as [height, width, 3] uint8 RGB."""
    command = ["ffmpeg", "-v", "error", "-i", str(video), "-f", "rawvideo", "-pix_fmt", "rgb24", "-"]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        while True:
            data = process.stdout.read(width * height * 3)
            if len(data) < width * height * 3:
                return
            yield np.frombuffer(data, np.uint8).reshape(height, width, 3)


def crop_box(rule, width, height, margin, head):
    """Pixels around a rule: `margin` on every side, `head` more above for the bodies."""
    xs = [p[0] * width for p in rule["points"]]
    ys = [p[1] * height for p in rule["points"]]
    return (max(0, int(min(xs) - margin)), max(0, int(min(ys) - head)),
            min(width, int(max(xs) + margin)), min(height, int(max(ys) + margin * 0.4)))


def draw_rules(draw, rules, width, height, box, scale):
    for kind, colour in (("line", LINE_COLOUR), ("zone", ZONE_COLOUR)):
        for rule in rules.get(kind, []):
            points = [((x * width - box[0]) * scale, (y * height - box[1]) * scale)
                      for x, y in rule["points"]]
            if kind == "zone":
                points.append(points[0])
            draw.line(points, fill=colour, width=1)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("video", type=Path)
    parser.add_argument("--rules", type=Path, required=True, help="rules file (TOML)")
    parser.add_argument("--rule", help="name of the line or zone to look at; default: whole frames")
    parser.add_argument("--only", action="store_true", help="draw only the chosen rule")
    parser.add_argument("--from", dest="first", type=int, default=0, help="first frame, from 0")
    parser.add_argument("--to", dest="last", type=int, default=10**9, help="last frame, included")
    parser.add_argument("--step", type=int, default=4, help="show every n-th frame")
    parser.add_argument("--frames", help="these frames only, e.g. 10,75,140")
    parser.add_argument("--margin", type=int, default=90, help="pixels left, right of the rule")
    parser.add_argument("--head", type=int, default=80, help="pixels above the rule, for the bodies")
    parser.add_argument("--reverse", action="store_true", help="latest frame first")
    parser.add_argument("--sheet", default="1266x950", help="largest sheet in pixels")
    parser.add_argument("--scale", type=float, default=1.5, help="enlargement of a tile")
    parser.add_argument("--out", type=Path, required=True, help="folder for the PNG sheets")
    arguments = parser.parse_args()

    try:
        rules = tomllib.loads(arguments.rules.read_text())
    except (OSError, tomllib.TOMLDecodeError) as error:
        fail(f"cannot read rules {arguments.rules}: {error}")
    named = {r["name"]: (kind, r) for kind in ("line", "zone") for r in rules.get(kind, [])}
    width, height = probe_size(arguments.video)
    box = (0, 0, width, height)
    if arguments.rule:
        if arguments.rule not in named:
            fail(f"no rule {arguments.rule!r} in {arguments.rules}; it has {', '.join(named)}")
        kind, rule = named[arguments.rule]
        box = crop_box(rule, width, height, arguments.margin, arguments.head)
        if arguments.only:
            rules = {kind: [rule]}

    wanted = {int(f) for f in arguments.frames.split(",")} if arguments.frames else None
    font = ImageFont.load_default()
    tiles = []
    for index, frame in enumerate(frames(arguments.video, width, height)):
        shown = index in wanted if wanted else (index - arguments.first) % arguments.step == 0
        if not shown or not arguments.first <= index <= arguments.last:
            continue
        tile = Image.fromarray(frame).crop(box)
        size = (int(tile.width * arguments.scale), int(tile.height * arguments.scale))
        tile = tile.resize(size, Image.Resampling.LANCZOS)
        draw = ImageDraw.Draw(tile)
        draw_rules(draw, rules, width, height, box, arguments.scale)
        draw.rectangle((0, 0, 26, 13), fill=(0, 0, 0))
        draw.text((2, 1), str(index), fill=(255, 255, 255), font=font)
        tiles.append((index, tile))
    if not tiles:
        fail("no frame chosen; check --from, --to, --frames")
    if arguments.reverse:
        tiles.reverse()

    arguments.out.mkdir(parents=True, exist_ok=True)
    sheet_width, sheet_height = (int(n) for n in arguments.sheet.split("x"))
    tile_width, tile_height = tiles[0][1].size
    columns = max(1, (sheet_width + 2) // (tile_width + 2))
    rows = max(1, (sheet_height + 2) // (tile_height + 2))
    for start in range(0, len(tiles), columns * rows):
        part = tiles[start:start + columns * rows]
        used = -(-len(part) // columns)
        sheet = Image.new("RGB", (columns * (tile_width + 2), used * (tile_height + 2)), (255, 0, 255))
        for place, (_, tile) in enumerate(part):
            sheet.paste(tile, (place % columns * (tile_width + 2), place // columns * (tile_height + 2)))
        name = f"{arguments.rule or 'frame'}-{part[0][0]:04d}-{part[-1][0]:04d}.png"
        sheet.save(arguments.out / name)
        print(arguments.out / name)


if __name__ == "__main__":
    main()
