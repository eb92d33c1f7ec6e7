#!/usr/bin/python3
"""A plain gst-rtsp-server camera for the tests: stock library, none of our serving code.

usage: gst-camera.py [--port N] [--address A] [--only udp|tcp|udp-mcast] [--groups FIRST-LAST] [--login USER:PASSWORD] NAME=LAUNCH [NAME=LAUNCH ...]

Each LAUNCH is a gst-launch description with pay0 and pay1, shared by all clients, served at rtsp://A:PORT/NAME, by default on 127.0.0.1
and over TCP and UDP; over multicast, too, when there are --groups for it. --login asks for it, by Digest.
Prints "port N" once it listens and runs until its standard input is closed.
"""
import argparse
import sys

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtspServer  # noqa: E402

GROUP_PORTS = 5000, 5999


def ask_for_login(server, factories, user, password):
    auth, token = GstRtspServer.RTSPAuth.new(), GstRtspServer.RTSPToken.new()
    token.set_string(GstRtspServer.RTSP_TOKEN_MEDIA_FACTORY_ROLE, "viewer")
    auth.set_supported_methods(2)  # GST_RTSP_AUTH_DIGEST
    auth.add_digest(user, password, token)
    for factory in factories:
        permissions = GstRtspServer.RTSPPermissions.new()
        for permission in (GstRtspServer.RTSP_PERM_MEDIA_FACTORY_ACCESS, GstRtspServer.RTSP_PERM_MEDIA_FACTORY_CONSTRUCT):
            permissions.add_permission_for_role("viewer", permission, True)
        factory.set_permissions(permissions)
    server.set_auth(auth)


def publish(server, options, name, launch):
    factory = GstRtspServer.RTSPMediaFactory(shared=True, launch=f"( {launch} )")
    factory.set_latency(0)
    if options.only:
        Gst.util_set_object_arg(factory, "protocols", options.only)
    if options.groups:
        pool = GstRtspServer.RTSPAddressPool.new()
        assert pool.add_range(*options.groups.split("-"), *GROUP_PORTS, 1)
        factory.set_address_pool(pool)
    server.get_mount_points().add_factory("/" + name, factory)
    return factory


def read_arguments():
    parser = argparse.ArgumentParser(usage=__doc__)
    for name, default in (("port", "0"), ("address", "127.0.0.1"), ("only", None), ("groups", None), ("login", None)):
        parser.add_argument(f"--{name}", default=default)
    parser.add_argument("mounts", nargs="+")
    options = parser.parse_args()
    return options if all("=" in mount for mount in options.mounts) else parser.error("a mount is NAME=LAUNCH")


def main():
    options = read_arguments()
    Gst.init(None)
    server = GstRtspServer.RTSPServer(address=options.address, service=options.port)
    pool = server.get_thread_pool()
    pool.set_max_threads(8)
    factories = [publish(server, options, *mount.split("=", 1)) for mount in options.mounts]
    if options.login:
        ask_for_login(server, factories, *options.login.split(":", 1))
    if server.attach(None) == 0:
        sys.exit(f"gst-camera: cannot listen on {options.address}")
    loop = GLib.MainLoop()
    GLib.io_add_watch(0, GLib.PRIORITY_DEFAULT, GLib.IOCondition.IN | GLib.IOCondition.HUP, lambda *_: loop.quit())
    print(f"port {server.get_bound_port()}", flush=True)
    loop.run()


if __name__ == "__main__":
    main()
