"""What happens to a relay over time: readers that stop reading, readers that come and go, cameras with long groups of huge pictures.

Each function asks a relay that runs, ours or a peer, by the URL of one of its streams and its process, and says in a dict what it found.
"""

import os
import pathlib
import sys
import time

from programs import FPS, KEY_EVERY, load

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "integration"))

from decoders import Decoder  # noqa: E402

GROUP_S = KEY_EVERY / FPS
WARM_S = 3  # a key picture has passed
RETURN_S = 5  # for those who stopped reading to be back
FIRST_CYCLES = 200
CYCLES_AT_ONCE = 20
CROWDS_A_GROUP = 9.5  # so that they meet all phases of a group of pictures, others in each
CALM_S = 10
LOOK_EVERY_S = 0.05

LONG_CLIP = "long"  # of programs.py
LONG_GROUP_S = 10
LONG_STALL_S = 15
LONG_JOINS = {"tcp": 40, "udp": 4}
STEP_S = 1 / FPS
DECREASING = "decreasing timestamp"
PORT_TAKEN = "bind failed"  # ffmpeg takes the next one


def lost(result):
    """Whatever readers did not get, or not whole."""
    return result["packets_missing"] + result["pictures_lost"] + result["pictures_cut"]


# ---- readers that stop reading ----


def stalled_readers(build, relay_url, pid, readers=50, stalled=5, seconds=20, *arguments):
    """STALLED more readers read nothing for SECONDS and then go on: what the others lose, when those are back, how the relay's memory grows.

    Back is who got the newest group's key picture and then a picture less than a second old; key_ms_max and live_ms_max tell of them alone.
    """
    result = load(build, [relay_url], "--readers", readers + stalled, "--stalled", stalled, "--stall-seconds", seconds,
                  "--seconds", seconds + RETURN_S, "--warm", WARM_S, "--pid", pid, *arguments)
    theirs = result["stalled"]
    return {
        "failed": result["failed"] - theirs["failed"],
        "lost": lost(result),
        "worst_gap_ms": result["longest_silence_ms"],
        "stalled_back": theirs["back"],
        "stalled_closed": theirs["failed"],
        "stalled_undecodable": theirs["pictures_cut"] + theirs["pictures_orphaned"],
        "key_ms_max": (theirs["key_again_ms"] or {}).get("max"),
        "live_ms_max": (theirs["live_again_ms"] or {}).get("max"),
        "rss_growth_bytes": theirs["rss_growth_bytes"],
    }


# ---- readers that come and go ----


def process_state(pid):
    status = dict(line.split(":", 1) for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines())
    return {"rss": int(status["VmRSS"].split()[0]) * 1024, "threads": int(status["Threads"]), "fds": len(os.listdir(f"/proc/{pid}/fd"))}


def calm_state(pid, before):
    """Its state when it holds as many descriptors and threads as before, at the latest after CALM_S."""
    until = time.monotonic() + CALM_S
    while True:
        state = process_state(pid)
        if time.monotonic() > until or (state["fds"], state["threads"]) == (before["fds"], before["threads"]):
            return state
        time.sleep(LOOK_EVERY_S)


def come_and_go(build, relay_url, cycles, has_udp):
    """So many readers, crowd after crowd; how many of them failed."""
    arguments = ["--readers", CYCLES_AT_ONCE, "--one-by-one", "--at-once", CYCLES_AT_ONCE, "--stagger", 0, "--rude", *(["--mixed"] if has_udp else [])]
    began, failed = time.monotonic(), 0
    for crowd in range(cycles // CYCLES_AT_ONCE):
        time.sleep(max(0, began + crowd * GROUP_S / CROWDS_A_GROUP - time.monotonic()))
        failed += load(build, [relay_url], *arguments)["failed"]
    return failed


def churn(build, relay_url, pid, cycles=600, has_udp=True):
    """CYCLES readers connect, see their first key picture and leave, 20 at a time, half of them without TEARDOWN, every second one over UDP.

    The first 200 fill caches: what the relay's memory grows by is told from there on.
    """
    before = process_state(pid)
    failed = come_and_go(build, relay_url, FIRST_CYCLES, has_udp)
    first = calm_state(pid, before)
    failed += come_and_go(build, relay_url, cycles - FIRST_CYCLES, has_udp)
    last = calm_state(pid, before)
    return {
        "failed": failed,
        "rss_after_200": first["rss"],
        "rss_end": last["rss"],
        "fds_before": before["fds"],
        "fds_after": last["fds"],
        "threads_before": before["threads"],
        "threads_after": last["threads"],
    }


# ---- long groups that begin with a picture of 2 MB ----


def joins(build, relay_url, pid, transport):
    """Readers one by one, each until it has its first key picture."""
    result = load(build, [relay_url], "--readers", LONG_JOINS[transport], "--one-by-one", "--stagger", 100, "--pid", pid, *(["--udp"] if transport == "udp" else []))
    return {"failed": result["failed"], "lost": lost(result), "key_ms_max": (result["play_to_key_ms"] or {}).get("max")}


def what_it_saw(decoder):
    """Errors, and pictures that are not there, by the times of ffmpeg, which are the stream's; GStreamer's follow arrival, and there each loss is an error.

    The latter goes back in time when it catches up with the live edge after a join over UDP: told, but nothing is lost by it.
    """
    complaints = [line for line in decoder.errors() if PORT_TAKEN not in line]
    errors = [line for line in complaints if DECREASING not in line]
    steps = [after - before for before, after in zip(decoder.times, decoder.times[1:])] if decoder.is_ffmpeg else []
    return {"errors": len(errors), "lost": sum(round(step / STEP_S) - 1 for step in steps if step > 1.5 * STEP_S),
            "back_in_time": len(complaints) - len(errors), "why": "\n".join(errors[:5])}


def decode(relay_url, programs):
    """Runs real PROGRAMS, [(name, transport)], beside each other, each until a group has begun that began after it joined."""
    decoders = [Decoder(name, relay_url, transport) for name, transport in programs]
    told = {}
    try:
        for decoder in decoders:
            try:
                decoder.wait_for_pictures((LONG_GROUP_S + 1) * FPS, timeout=3 * LONG_GROUP_S)
                told[decoder.name] = what_it_saw(decoder)
            except AssertionError as error:
                told[decoder.name] = {"errors": 1, "lost": 0, "why": str(error)}
    finally:
        for decoder in decoders:
            decoder.stop()
    return told


def long_groups(build, relay_url, pid, has_udp=True):
    """A stream made from LONG_CLIP, a key picture of 2 MB each 10 s: joins, readers that stay, one that stalls, and real decoders."""
    transports = ["tcp", "udp"] if has_udp else ["tcp"]
    told = {f"joins_{transport}": joins(build, relay_url, pid, transport) for transport in transports}
    told["stay"] = stalled_readers(build, relay_url, pid, 4, 1, LONG_STALL_S, *(["--mixed"] if has_udp else []))
    programs = decode(relay_url, [("ffmpeg", "tcp"), ("gstreamer", "tcp")])
    for name in ("ffmpeg", "gstreamer") if has_udp else ():
        programs |= decode(relay_url, [(name, "udp")])
    return {**told, "programs": programs}


def long_groups_faults(told):
    """How many things were wrong in what long_groups () told."""
    stay = told["stay"]
    of_joins = sum(join["failed"] + join["lost"] for name, join in told.items() if name.startswith("joins_"))
    of_programs = sum(program["errors"] + program["lost"] for program in told["programs"].values())
    of_stall = stay["failed"] + stay["lost"] + stay["stalled_undecodable"] + (1 - stay["stalled_back"])
    return of_joins + of_programs + of_stall
