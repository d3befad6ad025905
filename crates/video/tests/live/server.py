"""An RTSP camera to test with: GStreamer's RTSP server, showing a still scene with sensor noise.

Prints `ready PORT` once it can be reached. SIGUSR1 freezes the picture and thaws it again.
"""

import argparse
import os
import random
import signal

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtsp", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtsp, GstRtspServer  # noqa: E402

ENCODERS = {
    "h264": "x264enc tune=zerolatency speed-preset=ultrafast {rate} key-int-max={gop} "
    "! rtph264pay name=pay0 pt=96 config-interval=1",
    "h265": "x265enc tune=zerolatency speed-preset=ultrafast bitrate={bitrate} key-int-max={gop} log-level=none "
    "! h265parse ! rtph265pay name=pay0 pt=96 config-interval=1",
    "mjpeg": "jpegenc quality=70 ! rtpjpegpay name=pay0 pt=26",
}


class Scene:
    """Raw pictures: a fixed ramp of grey with a little noise in every sample, as from a sensor."""

    def __init__(self, width, height, clock):
        self.width, self.height, self.clock = width, height, clock
        ramp = bytes(64 + (x + y) % 96 for y in range(height) for x in range(width))
        self.still = int.from_bytes(ramp, "little")
        self.noise = int.from_bytes(b"\x03" * len(ramp), "little")
        self.chroma = b"\x80" * (len(ramp) // 2)
        self.frozen = False
        self.last = None
        self.shown = 0

    def next(self):
        self.shown += 1
        if self.last is None or not self.frozen:
            size = self.width * self.height
            noise = random.getrandbits(8 * size) & self.noise
            self.last = bytearray((self.still + noise).to_bytes(size, "little") + self.chroma)
        if self.clock:
            # A clock in the corner: it goes on while the sensor hangs.
            for row in range(4, 12):
                start = row * self.width + 8
                self.last[start : start + 64] = bytes((self.shown * 37 + x * 5) % 256 for x in range(64))
        return bytes(self.last)


class Factory(GstRtspServer.RTSPMediaFactory):
    """One encoder, shared by every viewer."""

    def __init__(self, options, scene):
        super().__init__()
        self.options, self.scene = options, scene
        self.set_shared(True)

    def do_create_element(self, url):
        if self.options.codec == "sound":
            return Gst.parse_launch("( audiotestsrc is-live=true ! alawenc ! rtppcmapay name=pay0 pt=8 )")
        bitrate = self.options.bitrate
        rate = f"bitrate={bitrate}" if bitrate else "pass=quant quantizer=26"
        encoder = ENCODERS[self.options.codec].format(gop=self.options.gop, bitrate=bitrate or 1000, rate=rate)
        caps = "video/x-raw,format=I420,width={},height={},framerate={}/1".format(
            self.scene.width, self.scene.height, self.options.fps
        )
        source = f"appsrc name=scene is-live=true do-timestamp=true format=time caps={caps}"
        return Gst.parse_launch(f"( {source} ! queue max-size-buffers=2 leaky=downstream ! {encoder} )")

    def do_configure(self, media):
        GstRtspServer.RTSPMediaFactory.do_configure(self, media)
        appsrc = media.get_element().get_by_name_recurse_up("scene")
        if appsrc is None:
            return
        ended = []
        media.connect("unprepared", lambda _: ended.append(True))

        def push():
            if ended:
                return False
            appsrc.emit("push-buffer", Gst.Buffer.new_wrapped(self.scene.next()))
            return True

        GLib.timeout_add(1000 // self.options.fps, push)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", default="0")
    parser.add_argument("--codec", default="h264", choices=[*ENCODERS, "sound"])
    parser.add_argument("--size", default="320x240")
    parser.add_argument("--fps", type=int, default=15)
    parser.add_argument("--gop", type=int, default=15)
    parser.add_argument("--bitrate", type=int, help="kbit/s; without it H.264 has a constant quality")
    parser.add_argument("--transport", default="any", choices=["any", "tcp", "udp"])
    parser.add_argument("--password", help="asks for user `camera` with this password")
    parser.add_argument("--clock", action="store_true")
    options = parser.parse_args()

    Gst.init(None)
    width, height = map(int, options.size.split("x"))
    scene = Scene(width, height, options.clock)
    factory = Factory(options, scene)
    if options.transport == "tcp":
        factory.set_protocols(GstRtsp.RTSPLowerTrans.TCP)
    if options.transport == "udp":
        factory.set_protocols(GstRtsp.RTSPLowerTrans.UDP)

    server = GstRtspServer.RTSPServer()
    server.set_address("127.0.0.1")
    server.set_service(options.port)
    if options.password:
        auth = GstRtspServer.RTSPAuth()
        auth.set_supported_methods(GstRtsp.RTSPAuthMethod.DIGEST)
        role = GstRtspServer.RTSPToken()
        role.set_string("media.factory.role", "viewer")
        auth.add_digest("camera", options.password, role)
        permissions = GstRtspServer.RTSPPermissions()
        permissions.add_permission_for_role("viewer", "media.factory.access", True)
        permissions.add_permission_for_role("viewer", "media.factory.construct", True)
        factory.set_permissions(permissions)
        server.set_auth(auth)
    server.get_mount_points().add_factory("/live", factory)
    server.attach(None)

    def toggle():
        scene.frozen = not scene.frozen
        return True

    GLib.unix_signal_add(GLib.PRIORITY_HIGH, signal.SIGUSR1, toggle)
    # Ends with whoever started it, however that ended.
    parent = os.getppid()
    loop = GLib.MainLoop()
    GLib.timeout_add(500, lambda: loop.quit() or False if os.getppid() != parent else True)
    print("ready", server.get_bound_port(), flush=True)
    loop.run()


if __name__ == "__main__":
    main()
