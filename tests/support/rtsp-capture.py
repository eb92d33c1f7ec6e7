#!/usr/bin/python3
"""Writes the packets of each track that rtspsrc hands out, one behind the other as RFC 4571 frames them, into FOLDER/video and FOLDER/audio.

usage: rtsp-capture.py URL tcp|udp FOLDER

Links each pad as it comes: two delayed links of one gst-launch line get into each other's way when the pads come from two threads.
Runs until SIGINT; ends with status 1 and the message when rtspsrc gives up.
"""
import pathlib
import signal
import sys

import gi

gi.require_version("Gst", "1.0")
from gi.repository import GLib, Gst  # noqa: E402


def main():
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    url, transport, folder = sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3])
    Gst.init(None)
    pipeline = Gst.Pipeline.new(None)
    source = Gst.ElementFactory.make("rtspsrc", None)
    source.set_property("location", url)
    Gst.util_set_object_arg(source, "protocols", transport)
    pipeline.add(source)

    def on_pad_added(_, pad):
        media = (pad.get_current_caps() or pad.query_caps(None)).get_structure(0).get_string("media")
        sink = Gst.parse_bin_from_description("rtpstreampay ! filesink name=file buffer-mode=unbuffered async=false", True)
        sink.get_by_name("file").set_property("location", str(folder / media))
        pipeline.add(sink)
        sink.sync_state_with_parent()
        assert pad.link(sink.get_static_pad("sink")) == Gst.PadLinkReturn.OK, media

    loop = GLib.MainLoop()
    failures = []

    def on_failure(_, message):
        failures.append(message.parse_error().gerror.message if message.type == Gst.MessageType.ERROR else "the stream ended")
        loop.quit()

    source.connect("pad-added", on_pad_added)
    bus = pipeline.get_bus()
    bus.add_signal_watch()
    bus.connect("message::error", on_failure)
    bus.connect("message::eos", on_failure)
    GLib.unix_signal_add(GLib.PRIORITY_DEFAULT, signal.SIGINT, loop.quit)
    pipeline.set_state(Gst.State.PLAYING)
    loop.run()
    pipeline.set_state(Gst.State.NULL)
    sys.exit(", ".join(failures) or None)


if __name__ == "__main__":
    main()
