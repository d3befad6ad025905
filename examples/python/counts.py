#!/usr/bin/env python3
"""Prints what camtally has counted in the last hours, and then each crossing as it comes.

    ./counts.py --url http://127.0.0.1:8740 --hours 24
    CAMTALLY_TOKEN=... ./counts.py --url https://counts.example.org

Only the standard library is needed.
"""

import argparse
import datetime
import json
import os
import sys
import time
import urllib.error
import urllib.parse
import urllib.request


def request(url: str, timeout: float):
    headers = {"Accept": "*/*"}
    token = os.environ.get("CAMTALLY_TOKEN")
    if token:
        headers["Authorization"] = f"Bearer {token}"
    return urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=timeout)


def print_counts(url: str, hours: int) -> None:
    """A line for each line and direction: how many, and how much of the time was watched."""
    until = datetime.datetime.now(datetime.timezone.utc)
    since = until - datetime.timedelta(hours=hours)
    query = urllib.parse.urlencode({
        "from": since.isoformat(), "until": until.isoformat(), "bucket": "1h", "group": "rule,direction",
    })
    with request(f"{url}/api/v1/counts?{query}", 30) as answer:
        counts = json.load(answer)
    for group in counts["groups"]:
        buckets = group["buckets"]
        length = sum((moment(bucket["until"]) - moment(bucket["from"])).total_seconds() for bucket in buckets)
        watched = sum(bucket["observed_s"] for bucket in buckets) / (length * max(group["cameras"], 1))
        count = sum(bucket["count"] for bucket in buckets)
        name = " ".join(group[part] for part in ("camera", "rule", "direction") if group[part])
        print(f"{name}: {count} ({watched:.0%} of the time watched)", flush=True)


def moment(text: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(text)


def follow(url: str) -> None:
    """Prints each crossing. When the connection ends it is made again."""
    while True:
        try:
            with request(f"{url}/api/v1/live", 60) as stream:
                kind = ""
                for line in stream:
                    name, _, value = line.decode().rstrip("\n").partition(": ")
                    if name == "event":
                        kind = value
                    elif name == "data" and kind == "crossing":
                        event = json.loads(value)
                        print(event["time"], event["camera"], event["rule"], event["direction"], event["class"],
                              flush=True)
        except (OSError, urllib.error.URLError) as error:
            print(f"the connection ended ({error}); again in 5 s", file=sys.stderr)
        time.sleep(5)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--url", default="http://127.0.0.1:8740")
    parser.add_argument("--hours", type=int, default=24)
    parser.add_argument("--once", action="store_true", help="end after the counts")
    arguments = parser.parse_args()
    print_counts(arguments.url.rstrip("/"), arguments.hours)
    if not arguments.once:
        follow(arguments.url.rstrip("/"))


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        pass
