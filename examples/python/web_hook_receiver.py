#!/usr/bin/env python3
"""Receives camtally's web hooks: checks the signature and the time, and prints each message once.

    CAMTALLY_SECRET=whsec_... ./web_hook_receiver.py --port 9000

Only the standard library is needed. Behind a server on the internet, put TLS in front of it.
"""

import argparse
import base64
import collections
import hashlib
import hmac
import http.server
import json
import os
import sys
import time

TOLERANCE_S = 300
LARGEST = 1024 * 1024


def signed(key: bytes, message_id: str, timestamp: str, body: bytes, signatures: str) -> bool:
    """Whether one of the signatures is right (Standard Webhooks: HMAC-SHA256 over ID.TIMESTAMP.BODY)."""
    content = f"{message_id}.{timestamp}.".encode() + body
    wanted = base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()
    given = (part[3:] for part in signatures.split() if part.startswith("v1,"))
    return any(hmac.compare_digest(wanted, signature) for signature in given)


class Receiver(http.server.BaseHTTPRequestHandler):
    key = b""
    # The ids of the last messages. A program that must not forget keeps them where it keeps the messages.
    seen: "collections.OrderedDict[str, None]" = collections.OrderedDict()

    def do_POST(self) -> None:
        length = int(self.headers.get("content-length", "0"))
        if length > LARGEST:
            return self.answer(413)
        body = self.rfile.read(length)
        message_id = self.headers.get("webhook-id", "")
        timestamp = self.headers.get("webhook-timestamp", "")
        if not signed(self.key, message_id, timestamp, body, self.headers.get("webhook-signature", "")):
            return self.answer(401)
        # What was overheard long ago is not taken.
        if abs(time.time() - int(timestamp)) > TOLERANCE_S:
            return self.answer(400)
        if message_id not in self.seen:
            self.seen[message_id] = None
            if len(self.seen) > 10_000:
                self.seen.popitem(last=False)
            message = json.loads(body)
            print(message_id, message["type"], json.dumps(message["data"]), flush=True)
        self.answer(204)

    def answer(self, status: int) -> None:
        self.send_response(status)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--port", type=int, default=9000)
    port = parser.parse_args().port
    secret = os.environ.get("CAMTALLY_SECRET", "")
    if not secret.startswith("whsec_"):
        sys.exit("set CAMTALLY_SECRET to the secret that the channel was made with, whsec_...")
    Receiver.key = base64.b64decode(secret[len("whsec_"):])
    server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Receiver)
    print(f"listening on http://127.0.0.1:{server.server_port}/", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
