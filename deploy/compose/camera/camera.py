"""A camera to develop with: a video file in real time, from its beginning again and again, over RTSP as H.264.

ffmpeg decodes the file at its own pace; GStreamer's RTSP server encodes it for whoever watches, TCP or UDP.
"""

import argparse
import json
import subprocess

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtspServer  # noqa: E402


def measure(video):
    """Width, height and frames a second."""
    words = ["ffprobe", "-v", "error", "-select_streams", "v:0", "-of", "json"]
    said = subprocess.run(
        words + ["-show_entries", "stream=width,height,r_frame_rate", video], check=True, capture_output=True
    )
    stream = json.loads(said.stdout)["streams"][0]
    return stream["width"], stream["height"], stream["r_frame_rate"]


def pipeline(width, height, rate, descriptor):
    raw = f"video/x-raw,format=I420,width={width},height={height},framerate={rate}"
    size = width * height * 3 // 2
    return (
        f"( fdsrc fd={descriptor} blocksize={size} ! rawvideoparse format=i420 width={width} height={height} "
        f"framerate={rate} ! {raw} ! identity sync=true ! queue max-size-buffers=2 leaky=downstream "
        "! x264enc tune=zerolatency speed-preset=ultrafast pass=quant quantizer=20 key-int-max=20 "
        "! rtph264pay name=pay0 pt=96 config-interval=1 )"
    )


class Factory(GstRtspServer.RTSPMediaFactory):
    """One decoder and one encoder, shared by all who watch, and started with the first of them."""

    def __init__(self, video):
        super().__init__()
        self.video = video
        self.size = measure(video)
        self.decoder = None
        self.set_shared(True)

    def do_create_element(self, url):
        words = ["ffmpeg", "-v", "error", "-nostdin", "-re", "-stream_loop", "-1", "-i", self.video]
        words += ["-f", "rawvideo", "-pix_fmt", "yuv420p", "-"]
        self.decoder = subprocess.Popen(words, stdout=subprocess.PIPE)
        return Gst.parse_launch(pipeline(*self.size, self.decoder.stdout.fileno()))

    def do_configure(self, media):
        GstRtspServer.RTSPMediaFactory.do_configure(self, media)
        decoder = self.decoder
        media.connect("unprepared", lambda _: (decoder.kill(), decoder.wait(), decoder.stdout.close()))


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("video")
    options.add_argument("--address", default="127.0.0.1")
    options.add_argument("--port", default="8554")
    options.add_argument("--path", default="/square")
    options = options.parse_args()

    Gst.init(None)
    server = GstRtspServer.RTSPServer()
    server.set_address(options.address)
    server.set_service(options.port)
    server.get_mount_points().add_factory(options.path, Factory(options.video))
    if server.attach(None) == 0:
        raise SystemExit(f"nothing can listen at {options.address}:{options.port}")
    print(f"ready {server.get_bound_port()}", flush=True)
    GLib.MainLoop().run()


main()
