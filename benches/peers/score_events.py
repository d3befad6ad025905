#!/usr/bin/env python3
"""Matches crossing events with truth, one to one, per line and direction; prints precision, recall, F1.

  score_events.py --truth truth.json --events events.jsonl

The matching has the most pairs within the tolerance, and of those the least difference in time.
Crossings marked ambiguous count neither way. `camtally evaluate` says the same with intervals;
this is an independent check that needs no Rust.
"""

import argparse
import json
from pathlib import Path

import numpy as np
from scipy.optimize import linear_sum_assignment

from common import PeerError, positive, run, write


def load(path, parse):
    try:
        return parse(Path(path).read_text())
    except OSError as error:
        raise PeerError(f"cannot read {path}: {error.strerror}") from error
    except (json.JSONDecodeError, KeyError, TypeError) as error:
        raise PeerError(f"{path} is not what is needed: {error!r}") from error


def truth_of(text):
    return [(c["line"], c["direction"], float(c["t"]), bool(c.get("ambiguous"))) for c in json.loads(text)["crossings"]]


def events_of(text):
    events = (json.loads(line) for line in text.splitlines() if line.strip())
    return [(e["rule"], e["direction"], float(e["stream_time_s"])) for e in events if e["kind"] == "crossing"]


def match(truth, events, tolerance):
    """Pairs of indices."""
    if not truth or not events:
        return []
    gaps = np.array([[abs(t[2] - e[2]) if t[:2] == e[:2] else np.inf for e in events] for t in truth])
    cost = np.where(gaps <= tolerance, gaps, 1e6)
    return [(i, j) for i, j in zip(*linear_sum_assignment(cost)) if gaps[i, j] <= tolerance]


def rates(found, wrong, missed):
    precision = found / (found + wrong) if found + wrong else 1.0
    recall = found / (found + missed) if found + missed else 1.0
    f1 = 2 * found / (2 * found + wrong + missed) if found + wrong + missed else 1.0
    return {"found": found, "false": wrong, "missed": missed,
            "precision": round(precision, 4), "recall": round(recall, 4), "f1": round(f1, 4)}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--truth", required=True, help="JSON with crossings")
    parser.add_argument("--events", required=True, help="JSON Lines")
    parser.add_argument("--tolerance", type=positive, default=1.0, help="seconds (1)")
    parser.add_argument("--list", action="store_true", help="also list what was missed or false")
    parser.add_argument("--out", help="write the JSON here too")
    options = parser.parse_args()

    truth, events = load(options.truth, truth_of), load(options.events, events_of)
    pairs = match(truth, events, options.tolerance)
    hit_truth, hit_events = {i for i, _ in pairs}, {j for _, j in pairs}
    result = {}
    for line in [*dict.fromkeys(t[0] for t in truth), *sorted({e[0] for e in events} - {t[0] for t in truth})]:
        found = sum(truth[i][0] == line and not truth[i][3] for i in hit_truth)
        missed = sum(t[0] == line and not t[3] and i not in hit_truth for i, t in enumerate(truth))
        wrong = sum(e[0] == line and j not in hit_events for j, e in enumerate(events))
        result[line] = rates(found, wrong, missed)
    result["all"] = rates(*(sum(r[k] for r in result.values()) for k in ("found", "false", "missed")))
    if options.list:
        result["missed"] = [t[:3] for i, t in enumerate(truth) if i not in hit_truth and not t[3]]
        result["false"] = [e for j, e in enumerate(events) if j not in hit_events]
    for name, value in result.items():
        print(name, json.dumps(value))
    if options.out:
        write(options.out, json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    run(main)
