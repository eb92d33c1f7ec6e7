"""camrelayd's options, exit codes and messages; a start, and a stop."""

import pathlib
import re
import signal
import socket

import pytest

from relay import CANARY

OK, USAGE, UNAVAILABLE, PERMISSION, CONFIG = 0, 64, 69, 77, 78


def test_version(run_camrelayd):
    done = run_camrelayd("--version")
    assert done.returncode == OK
    assert re.fullmatch(r"camrelayd \d+\.\d+\.\d+\n", done.stdout)


def test_help_names_the_options(run_camrelayd):
    done = run_camrelayd("--help")
    assert done.returncode == OK
    for option in ("--config", "--cameras", "--state", "--allow", "--log-level", "--check", "--version", "--help"):
        assert option in done.stdout


@pytest.mark.parametrize("arguments", [["--nonsense"], ["--config"], ["--log-level", "loud", "a=test:"]])
def test_wrong_usage(run_camrelayd, arguments):
    done = run_camrelayd(*arguments)
    assert done.returncode == USAGE
    assert "Try 'camrelayd --help'." in done.stderr


@pytest.mark.skipif(pathlib.Path("/etc/camrelay/camrelay.conf").exists(), reason="camrelay is configured on this machine")
def test_nothing_to_serve_says_what_to_do(run_camrelayd):
    done = run_camrelayd()
    assert done.returncode == CONFIG
    assert "/etc/camrelay/camrelay.conf" in done.stderr
    assert "camrelayd demo=test:" in done.stderr


def test_named_file_must_exist(run_camrelayd, tmp_path):
    missing = tmp_path / "missing.conf"
    done = run_camrelayd("--config", missing)
    assert done.returncode == CONFIG
    assert str(missing) in done.stderr


def test_check_of_a_good_configuration(run_camrelayd, write_config):
    done = run_camrelayd("--check", "--config", write_config(cameras={"yard": "[Camera]\nURL=test:\n"}))
    assert (done.returncode, done.stdout, done.stderr) == (OK, "1 cameras, no errors\n", "")


@pytest.mark.parametrize("option", [["--check"], []])
def test_configuration_errors_are_all_told(run_camrelayd, write_config, option):
    path = write_config("[RTSP]\nLisen=127.0.0.1:0\n\n[Limits]\nMaxReaders=-1\n",
                        {"yard": f"[Camera]\nURL=rtsp://viewer:{CANARY}@\nPasswort={CANARY}\n"})
    done = run_camrelayd(*option, "--config", path)
    assert done.returncode == CONFIG
    yard = path.parent / "cameras.d" / "yard.conf"
    for line in (f"{path}:2: ", f"{path}:5: ", f"{yard}:2: ", f"{yard}:3: "):
        assert any(error.startswith(line) for error in done.stderr.splitlines()), done.stderr
    assert "'Listen'" in done.stderr or "Listen" in done.stderr


@pytest.mark.parametrize("how", ["--state", "STATE_DIRECTORY"])
def test_drop_ins_of_the_state_folder_are_read(run_camrelayd, write_config, tmp_path, how):
    dropin = tmp_path / "kept" / "cameras.d" / "gate.d" / "50-ctl.conf"
    dropin.parent.mkdir(parents=True)
    dropin.write_text("[Camera]\nURL=test:\n", encoding="utf-8")
    config = write_config(cameras={"yard": "[Camera]\nURL=test:\n"})
    where = {"STATE_DIRECTORY": str(tmp_path / "kept")} if how == "STATE_DIRECTORY" else {}
    arguments = ["--check", "--config", config, *([] if where else ["--state", tmp_path / "kept"])]
    done = run_camrelayd(*arguments, **where)
    assert (done.returncode, done.stdout) == (OK, "2 cameras, no errors\n")
    dropin.write_text("[Camera]\nPassword=x\n", encoding="utf-8")
    done = run_camrelayd(*arguments, **where)
    assert done.returncode == CONFIG
    assert f"{dropin}:1: camera 'gate' has no URL" in done.stderr


def test_errors_in_arguments(run_camrelayd, write_config):
    done = run_camrelayd("--config", write_config(), f"Bad Name=rtsp://viewer:{CANARY}@10.0.0.1/")
    assert done.returncode == CONFIG
    assert done.stderr.startswith("argument '")


def test_ready_and_stop(start_relay):
    relay = start_relay("yard=test:")
    assert relay.url.startswith("rtsp://127.0.0.1:")
    with socket.create_connection(("127.0.0.1", relay.port), 5) as client:
        client.sendall(b"OPTIONS rtsp://127.0.0.1/yard RTSP/1.0\r\nCSeq: 1\r\n\r\n")
        assert client.recv(4096).startswith(b"RTSP/1.0 200 OK\r\n")
    status, took_s = relay.stop()
    assert status == OK
    assert took_s < 5
    assert "stopping" in relay.lines


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_stop_signals(start_relay, number):
    status, _ = start_relay("yard=test:").stop(number)
    assert status == OK


def test_hang_up_reloads(start_relay):
    relay = start_relay("yard=test:")
    relay.process.send_signal(signal.SIGHUP)
    relay.wait_for_line("reloaded: nothing is different")
    assert relay.process.poll() is None


def test_several_listeners(start_relay):
    relay = start_relay("yard=test:", config="[RTSP]\nListen=127.0.0.1:0 127.0.0.2:0\n")
    addresses = [address for address in relay.addresses if address.startswith("rtsp://")]
    assert len(addresses) == 2
    for address in addresses:
        host, port = address.removeprefix("rtsp://").rsplit(":", 1)
        socket.create_connection((host, int(port)), 5).close()


def test_taken_address_is_named(run_camrelayd, write_config):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        done = run_camrelayd("--config", write_config(f"[RTSP]\nListen={address}\n"), "yard=test:")
    assert done.returncode == UNAVAILABLE
    assert address in done.stderr


def test_state_folder_is_made(start_relay, tmp_path):
    folder = tmp_path / "state" / "camrelay"
    start_relay("--state", folder, "yard=test:")
    assert folder.is_dir()


def test_state_folder_that_cannot_be(run_camrelayd, write_config, tmp_path):
    file = tmp_path / "file"
    file.write_text("")
    done = run_camrelayd("--config", write_config(), "--state", file / "state", "yard=test:")
    assert done.returncode == 71
    assert str(file / "state") in done.stderr


def test_password_is_not_in_the_process_list(start_relay):
    relay = start_relay(f"yard=rtsp://viewer:{CANARY}@127.0.0.1:9/stream")
    command_line = relay.proc("cmdline")
    assert CANARY.encode() not in command_line
    assert b"yard=rtsp://127.0.0.1:9/stream" in command_line
    relay.wait_for_line(r"camera yard main: cannot connect: .*cause=refused")


@pytest.mark.timing
def test_ready_with_ten_cameras_within_300_ms(start_relay, capsys):
    start_relay("warm=test:").stop()
    relay = start_relay(*(f"cam{i}=rtsp://127.0.0.1:9/{i}" for i in range(10)))
    with capsys.disabled():
        print(f"\nready with 10 cameras after {1000 * relay.ready_after_s:.0f} ms", end="")
    assert relay.ready_after_s <= 0.3
