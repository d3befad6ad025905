"""Whether the test camera answers, for Docker."""

import socket

with socket.create_connection(("127.0.0.1", 8554), timeout=20) as camera:
    camera.sendall(b"OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n")
    if not camera.recv(64).startswith(b"RTSP/1.0 200"):
        raise SystemExit("it answers something else")
