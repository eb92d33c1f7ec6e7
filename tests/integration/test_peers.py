"""The relays that figures are compared with: the one that is built here plays, and a wrong path is told before anything is measured."""

import sys

import pytest

from relay import ROOT, binary

sys.path.insert(0, str(ROOT / "tests" / "bench"))

from peers import KINDS, Peer, PeerError  # noqa: E402
from programs import Cameras, load, make_clip  # noqa: E402

VARIABLES = [kind[0] for kind in KINDS.values() if kind[0]]


@pytest.fixture
def no_peers(monkeypatch):
    for variable in VARIABLES:
        monkeypatch.delenv(variable, raising=False)


def test_the_stock_relay_plays(no_peers, tmp_path):
    build = binary().parent
    (stock,) = Peer.installed(build)
    assert stock.version.startswith("1.")
    with Cameras(build, make_clip("small", tmp_path), 2) as cameras, stock.relay(cameras.urls, tmp_path) as relay:
        result = load(build, relay.urls, "--readers", 4, "--seconds", 1, "--warm", 0.5, "--pid", relay.pid)
    assert (result["joined"], result["failed"]) == (4, 0), result.get("first_error")
    assert result["pictures"] > 0
    assert result["relay"]["cpu_s"] > 0
    assert relay.process.poll() == 0


@pytest.mark.parametrize("variable", VARIABLES)
def test_a_wrong_path_is_told(no_peers, monkeypatch, variable):
    monkeypatch.setenv(variable, "/nowhere/relay")
    with pytest.raises(PeerError, match=f"{variable}=/nowhere/relay"):
        Peer.installed(binary().parent)
