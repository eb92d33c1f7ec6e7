"""Runs the rows of scripts/bench: in each round, and in each row of it, relay, limit and peers take turns. Each run has fresh cameras and a fresh relay."""

import contextlib
import sys
import tempfile
import time

from bar_rows import GROUP_S
from programs import Cameras, limit, load, make_clip
from relay_process import Relay
from verdicts import errors

WARM_S = 0.5  # from the last join, whose head is behind it by then, to the window
GIVEN_UP_AFTER, LEFT_OUT_AFTER = 2, 4  # failed runs of a peer, in one row and in all


class Rounds:
    """All results so far: .results is {row: [{subject: result}, one a round]}, as verdicts.py has them."""

    def __init__(self, build, clip, seconds, peers=(), budget_s=float("inf")):
        self._build = build
        self._clip = clip
        self._seconds = seconds
        self._peers = peers
        self._until = time.monotonic() + budget_s
        self._own_s = []  # of each round: what relay and limits took …
        self._peers_s = []  # … and what the peers did, while they took part
        self.results = {}

    def run(self, loads, rounds):
        for number in range(rounds):
            has_peers = self._has_time_for_peers(rounds - number)
            own_s = peers_s = 0
            for row in loads:
                beside = {}
                self.results.setdefault(row.name, []).append(beside)
                began = time.monotonic()
                self._run_own(row, beside, f"round {number + 1} of {rounds}: {row.title}")
                own_s += time.monotonic() - began
                if has_peers and row.peer_arguments is not None:
                    peers_s += self._run_peers(row, beside)
            self._own_s.append(own_s)
            self._peers_s += [peers_s] if has_peers else []

    @property
    def with_peers(self):
        """In how many rounds the peers took part."""
        return len(self._peers_s)

    def run_once(self, row):
        """A load that takes long."""
        self._note(row.title)
        beside = self._begin_only_round(row)
        self._take(beside, "relay", lambda: self._load_relay(row))

    def run_scenario(self, row, with_peers=False):
        self._note(row.title)
        clip = make_clip(row.clip)
        beside = self._begin_only_round(row)
        self._take(beside, "relay", lambda: self._ask_relay(row, clip))
        if row.ask_limit is not None:
            self._take(beside, "limit", lambda: row.ask_limit(self._build, clip))
        for peer in self._peers if with_peers and not row.config else ():
            self._note(f"  {peer.name}")
            self._take(beside, peer.name, lambda: self._ask_peer(row, clip, peer))

    def _begin_only_round(self, row):
        beside = {}
        self.results[row.name] = [beside]
        return beside

    def _has_time_for_peers(self, rounds_left):
        if not self._peers:
            return False
        wanted = max(self._own_s, default=0) * rounds_left + max(self._peers_s, default=0)
        has_time = time.monotonic() + wanted < self._until
        if not has_time:
            self._note("no time left for peers in this round")
        return has_time

    def _run_own(self, row, beside, title):
        self._note(title)
        self._take(beside, "relay", lambda: self._load_relay(row))
        if row.limit_mode:
            self._take(beside, "limit", lambda: limit(self._build, self._clip, row.limit_mode, row.readers, "--seconds", self._seconds, "--warm", WARM_S))
        if row.is_direct_too:
            self._take(beside, "direct", lambda: self._load_direct(row))

    def _run_peers(self, row, beside):
        """Seconds that it took. A peer whose window is one group of pictures is measured as fairly as over two, and in half the time."""
        began = time.monotonic()
        for peer in self._peers:
            if self._may_try(row, peer) and (peer.has_udp or "--udp" not in row.peer_arguments):
                self._note(f"  {peer.name}")
                self._take(beside, peer.name, lambda: self._load_peer(row, peer))
        return time.monotonic() - began

    def _may_try(self, row, peer):
        """Whoever fails again and again only takes time."""
        failures = {name: len(errors(rounds, peer.name)) for name, rounds in self.results.items()}
        return failures.get(row.name, 0) < GIVEN_UP_AFTER and sum(failures.values()) < LEFT_OUT_AFTER

    def _take(self, beside, subject, run):
        """Whatever goes wrong in a run is told of that run; the other results are not lost with it."""
        try:
            beside[subject] = run()
        except Exception as error:
            beside[subject] = {"error": f"{type(error).__name__}: {error}".strip()}
            self._note(f"  {subject}: {error}")

    def _load(self, row, urls, arguments, seconds, *more):
        return load(self._build, urls, "--readers", row.readers, "--seconds", seconds, "--warm", WARM_S, *arguments, *more)

    def _load_direct(self, row):
        with Cameras(self._build, self._clip, row.cameras) as cameras:
            return self._load(row, cameras.urls, row.arguments, self._seconds)

    def _load_relay(self, row):
        with self._relayed(row.cameras, self._clip) as relay:
            if not row.begins_when_ready:
                relay.wait_for_cameras()
            if row.begins_warm:
                self._let_a_key_picture_pass(relay)
            since_ready_s = time.monotonic() - relay.ready_at
            return {**self._load(row, relay.urls, row.arguments, self._seconds, "--pid", relay.pid), "since_ready_s": since_ready_s}

    def _load_peer(self, row, peer):
        with Cameras(self._build, self._clip, row.cameras) as cameras, scratch_folder() as folder, peer.relay(cameras.urls, folder) as relay:
            if row.peers_begin_warm:
                self._let_a_key_picture_pass(relay)
            return self._load(row, relay.urls, row.peer_arguments, min(self._seconds, GROUP_S), "--pid", relay.pid)

    def _let_a_key_picture_pass(self, relay):
        load(self._build, relay.urls, "--seconds", GROUP_S, "--warm", 0)

    def _ask_relay(self, row, clip):
        with self._relayed(1, clip, row.config) as relay:
            relay.wait_for_cameras()
            if relay.srt_address is not None:
                return row.ask(self._build, relay.srt_address, relay.pid)
            return self._ask(row, relay, True)

    def _ask_peer(self, row, clip, peer):
        with Cameras(self._build, clip) as cameras, scratch_folder() as folder, peer.relay(cameras.urls, folder) as relay:
            return self._ask(row, relay, peer.has_udp)

    def _ask(self, row, relay, has_udp):
        if row.warm_s:
            load(self._build, relay.urls, "--seconds", row.warm_s)
        return row.ask(self._build, relay.urls[0], relay.pid, has_udp)

    @contextlib.contextmanager
    def _relayed(self, cameras, clip, config=""):
        with Cameras(self._build, clip, cameras) as simulated, scratch_folder() as folder, Relay(self._build, simulated.urls, folder, config) as relay:
            yield relay

    def _note(self, text):
        print(text, file=sys.stderr, flush=True)


def scratch_folder():
    return tempfile.TemporaryDirectory(prefix="camrelay-bench-")
