"""RTSP cameras for a benchmark: each sends an H.264 file as it is, in real time, from its start for each viewer.

Nothing is encoded here, so what is measured beside it keeps the processor. Prints `ready PORT` once it can be reached;
camera N is at `/N`.
"""

import argparse

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtspServer  # noqa: E402


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("files", nargs="+", help="Matroska files with H.264, one for each camera")
    options = parser.parse_args()

    Gst.init(None)
    server = GstRtspServer.RTSPServer()
    server.set_address("127.0.0.1")
    server.set_service("0")
    for number, file in enumerate(options.files):
        factory = GstRtspServer.RTSPMediaFactory()
        factory.set_launch(
            f'( filesrc location="{file}" ! matroskademux ! h264parse config-interval=-1 '
            "! rtph264pay name=pay0 pt=96 )"
        )
        server.get_mount_points().add_factory(f"/{number}", factory)
    server.attach(None)
    print(f"ready {server.get_bound_port()}", flush=True)
    GLib.MainLoop().run()


main()
