#!/usr/bin/python3
"""A plain gst-rtsp-server camera for the tests: stock library, none of our serving code.

usage: gst-camera.py NAME=LAUNCH [NAME=LAUNCH ...]

Each LAUNCH is a gst-launch description with pay0 and pay1, shared by all clients, served at rtsp://127.0.0.1:PORT/NAME over TCP and UDP.
Prints "port N" once it listens and runs until its standard input is closed.
"""
import sys

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtspServer  # noqa: E402


def main():
    if len(sys.argv) < 2 or not all("=" in argument for argument in sys.argv[1:]):
        sys.exit(__doc__)
    Gst.init(None)
    server = GstRtspServer.RTSPServer(address="127.0.0.1", service="0")
    pool = server.get_thread_pool()
    pool.set_max_threads(8)
    for argument in sys.argv[1:]:
        name, launch = argument.split("=", 1)
        factory = GstRtspServer.RTSPMediaFactory(shared=True, launch=f"( {launch} )")
        factory.set_latency(0)
        server.get_mount_points().add_factory("/" + name, factory)
    if server.attach(None) == 0:
        sys.exit("gst-camera: cannot listen on 127.0.0.1")
    loop = GLib.MainLoop()
    GLib.io_add_watch(0, GLib.PRIORITY_DEFAULT, GLib.IOCondition.IN | GLib.IOCondition.HUP, lambda *_: loop.quit())
    print(f"port {server.get_bound_port()}", flush=True)
    loop.run()


if __name__ == "__main__":
    main()
