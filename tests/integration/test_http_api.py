"""HTTP: what is asked and answered, who may, what the document promises."""

import hashlib
import io
import json
import pathlib
import select
import socket
import subprocess
import tarfile
import time

import jsonschema
import pytest

import http_client
from http_client import ask
from relay import CANARY
from viewer import Viewer

SOURCE = "test:?video=h264&audio=none&size=320x240&fps=10"
ROLES = ("viewer", "operator", "admin")
TOKENS = {role: f"{CANARY}-{role}" for role in ROLES}
CONFIG = "[HTTP]\nListen=127.0.0.1:0\nAllowHosts=nvr.lan\n" + "".join(
    f"[Token {role}]\nTokenHash=sha256:{hashlib.sha256(token.encode()).hexdigest()}\nRole={role}\n" for role, token in TOKENS.items())
SCHEMA = pathlib.Path(__file__).resolve().parents[1] / "data" / "openapi" / "schema-3.1.json"


@pytest.fixture
def relay(start_relay):
    return start_relay(f"yard={SOURCE}", config=CONFIG)


@pytest.fixture
def open_relay(start_relay):
    """Without tokens."""
    return start_relay(f"yard={SOURCE}", config="[HTTP]\nListen=127.0.0.1:0\n")


def read_document(relay, token=TOKENS["viewer"]):
    return ask(relay.http_url, "/api/v1/openapi.json", token=token).json


def operations(document):
    """(method, path, operation) of all of it"""
    return [(method.upper(), path, operation) for path, item in document["paths"].items() for method, operation in item.items()]


def assert_fits(document, value, schema):
    resolver = jsonschema.RefResolver("", document)
    jsonschema.Draft202012Validator(schema, resolver=resolver).validate(value)


def response_schema(document, operation, status):
    response = operation["responses"].get(str(status), operation["responses"]["default"])
    if "$ref" in response:
        response = document["components"]["responses"][response["$ref"].rsplit("/", 1)[1]]
    return response["content"]["application/json"]["schema"]


def eventually(attempt, limit_s=15):
    until = time.monotonic() + limit_s
    while not (result := attempt()):
        assert time.monotonic() < until, "it never came to be"
    return result


# ---- the document ----


def test_document_is_openapi(relay):
    document = read_document(relay)
    jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text())).validate(document)
    names = [operation["operationId"] for _, _, operation in operations(document)]
    assert len(names) == len(set(names)) == 20


def test_answers_are_as_promised(relay):
    """Each operation's answer fits its schema, with a camera that is connected and somebody who watches."""
    relay.wait_for_connected("yard")
    viewer = Viewer(relay.url + "/yard")
    document = read_document(relay)
    for method, path, operation in operations(document):
        if path == "/metrics":
            continue
        for name, identity in (("yard", "nosuch"), ("nosuch", "nosuch")):
            answer = ask(relay.http_url, path.format(name=name, id=identity), method, TOKENS["admin"])
            assert answer.status != 500
            if answer.headers["content-type"] == "application/x-tar":
                assert path == "/api/v1/support-bundle"
                continue
            assert_fits(document, answer.json, response_schema(document, operation, answer.status))
    readers = ask(relay.http_url, "/api/v1/readers?camera=yard", token=TOKENS["viewer"]).json
    assert len(readers) == 1
    assert_fits(document, readers, {"type": "array", "items": {"$ref": "#/components/schemas/Reader"}})
    kicked = ask(relay.http_url, f"/api/v1/readers/{readers[0]['id']}", "DELETE", TOKENS["operator"])
    assert kicked.status == 200 and kicked.json[0]["id"] == readers[0]["id"]
    viewer.stop()
    relay.wait_for_line("kick is asked for by token operator from 127.0.0.1:")


# ---- pages ----


def test_pages(relay):
    relay.wait_for_connected("yard")
    assert ask(relay.http_url, "/healthz").json == {"alive": True}
    assert ask(relay.http_url, "/readyz").json == {"ready": True}
    metrics = ask(relay.http_url, "/metrics", token=TOKENS["viewer"])
    assert metrics.status == 200 and metrics.headers["content-type"].startswith("text/plain; version=0.0.4") and b"camrelay_" in metrics.body

    def well():
        health = ask(relay.http_url, "/api/v1/health", token=TOKENS["viewer"])
        return health.status == 200 and health.json

    assert eventually(well)["streams"][0]["camera"] == "yard"


def test_health_says_who_failed(start_relay):
    """A camera that nobody can reach: the status is enough to know, and the process is well."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    relay = start_relay(f"yard=rtsp://127.0.0.1:{port}/", config="[HTTP]\nListen=127.0.0.1:0\n")
    relay.wait_for_line("camera yard main: .*refused")

    def failed():
        answer = ask(relay.http_url, "/api/v1/health")
        return answer.status == 503 and answer.json["streams"][0]["reason"] == "refused" and answer.json

    health = eventually(failed)
    assert health["health"] == health["streams"][0]["health"] == "failed"
    assert ask(relay.http_url, "/healthz").status == 200


def test_head_is_get_without_a_body(relay):
    with http_client.dial(relay.http_url) as connection:
        connection.sendall(b"HEAD /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
        reply = http_client.read_all(connection)
    assert http_client.raw_status(reply) == 200 and b"Content-Length: 14\r\n" in reply and reply.endswith(b"\r\n\r\n")


@pytest.mark.parametrize("method, path, status, allow", [
    ("GET", "/", 404, None),
    ("GET", "/api/v1/", 404, None),
    ("GET", "/api/v2/status", 404, None),
    ("GET", "/api/v1/cameras/nosuch", 404, None),
    ("GET", "/api/v1/cameras/%ff%fe", 400, None),
    ("GET", "/api/v1/cameras/a%00b", 400, None),
    ("GET", "/api/v1/cameras/..%2f..%2fetc", 404, None),
    ("POST", "/api/v1/status", 405, "GET, HEAD"),
    ("OPTIONS", "/api/v1/cameras/yard", 405, "GET, HEAD, POST, PATCH, DELETE"),
    ("BREW", "/healthz", 405, "GET, HEAD"),
])
def test_what_is_not_there(relay, method, path, status, allow):
    answer = ask(relay.http_url, path, method, TOKENS["admin"])
    assert answer.status == status and answer.headers.get("allow") == allow and answer.code


@pytest.mark.parametrize("body, headers, status", [
    pytest.param(b"{}", {"Content-Type": "text/plain"}, 415, id="text"),
    pytest.param(b"{}", {"Content-Type": "application/x-www-form-urlencoded"}, 415, id="form"),
    pytest.param(b"{", {"Content-Type": "application/json"}, 400, id="cut"),
    pytest.param(b"[]", {"Content-Type": "application/json"}, 400, id="array"),
    pytest.param(b"\xff", {"Content-Type": "application/json"}, 400, id="no-utf-8"),
    pytest.param(b"[" * 5000, {"Content-Type": "application/json; charset=utf-8"}, 400, id="deep"),
    pytest.param(b'{"name": "other"}', {"Content-Type": "application/json"}, 400, id="name-twice"),
    pytest.param(b'{"settings": {"Camera.URL": 5}}', {"Content-Type": "application/json"}, 400, id="number"),
])
def test_bodies_that_are_wrong(relay, body, headers, status):
    answer = ask(relay.http_url, "/api/v1/cameras/nosuch", "POST", TOKENS["admin"], body, headers)
    assert answer.status == status and answer.code


def test_curl(relay):
    """What operators have: a token, a body that is announced first, and an answer."""
    def curl(*arguments):
        done = subprocess.run(["curl", "-sS", "-m", "10", "-H", f"Authorization: Bearer {TOKENS['admin']}", *arguments], capture_output=True, text=True, check=True)
        return json.loads(done.stdout)

    assert curl(relay.http_url + "/api/v1/cameras")[0]["name"] == "yard"
    announced = curl("-H", "Expect: 100-continue", "--json", '{"settings": {}}', relay.http_url + "/api/v1/cameras/nosuch")
    assert announced["error"]["message"] == "'settings' is empty"


def test_support_bundle_is_a_file(relay):
    answer = ask(relay.http_url, "/api/v1/support-bundle", token=TOKENS["admin"])
    assert answer.status == 200 and "attachment; filename=" in answer.headers["content-disposition"]
    names = tarfile.open(fileobj=io.BytesIO(answer.body)).getnames()
    assert any(name.endswith("status.json") for name in names), names


# ---- a relay that is not well ----


@pytest.mark.timing
def test_questions_are_answered_while_main_is_stuck(start_relay, stall):
    """From the newest status; an order waits until somebody can carry it out."""
    relay = start_relay(f"yard={SOURCE}", config=CONFIG, **stall.environment)
    relay.wait_for_connected("yard")
    stall.begin("camrelayd")
    until = time.monotonic() + 2
    while time.monotonic() < until:
        began = time.monotonic()
        assert ask(relay.http_url, "/api/v1/cameras", token=TOKENS["viewer"]).status == 200
        assert time.monotonic() - began < 0.5
    with http_client.dial(relay.http_url) as order:
        order.sendall(f"POST /api/v1/cameras/nosuch/retry HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {TOKENS['admin']}\r\n\r\n".encode())
        assert not select.select([order], [], [], 0.5)[0]
        stall.end()
        assert http_client.raw_status(http_client.read_all(order)) == 404


@pytest.mark.long
def test_stuck_loops_are_told(start_relay, stall):
    for thread in ("camrelayd", "media0"):
        relay = start_relay(f"yard={SOURCE}", config=CONFIG, **stall.environment)
        assert ask(relay.http_url, "/healthz").json == {"alive": True}
        stall.begin(thread)
        eventually(lambda: ask(relay.http_url, "/healthz").status == 503)
        stall.end()
        eventually(lambda: ask(relay.http_url, "/healthz").status == 200)


@pytest.mark.long
def test_patience(relay):
    """Half a head, half a body: closed after 10 s and 20 s."""
    half_body = b"POST /api/v1/reload HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n{"
    for data, limit_s in ((b"GET / HTTP/1.1\r\n", 10), (half_body, 20)):
        with http_client.dial(relay.http_url, limit_s + 5) as connection:
            began = time.monotonic()
            connection.sendall(data)
            assert http_client.read_all(connection) == b""
            assert limit_s - 0.5 < time.monotonic() - began < limit_s + 2


# ---- who may ----


def test_roles(relay):
    """Every operation of the document, asked by every role and by nobody; of cameras that are not there, so that nothing happens."""
    for method, path, operation in operations(read_document(relay)):
        if "security" in operation:
            assert ask(relay.http_url, path).status == 200
            continue
        target = path.format(name="nosuch", id="nosuch")
        stranger = ask(relay.http_url, target, method)
        assert stranger.status == 401 and stranger.code == "no-token" and stranger.headers["www-authenticate"].startswith("Bearer")
        least = next((role for role in ROLES if f"role {role}" in operation.get("description", "")), "viewer")
        for role in ROLES:
            answer = ask(relay.http_url, target, method, TOKENS[role])
            if ROLES.index(role) < ROLES.index(least):
                assert answer.status == 403 and answer.code == "forbidden", (method, path, role)
            else:
                assert answer.status not in (401, 403), (method, path, role)


def test_without_tokens_this_machine_may_look(open_relay):
    url = open_relay.http_url
    assert "no token is configured" not in open_relay.log
    for path in ("/api/v1/status", "/api/v1/cameras", "/api/v1/readers", "/metrics", "/api/v1/openapi.json"):
        assert ask(url, path).status == 200
    assert ask(url, "/api/v1/log").code == "forbidden"
    for method, path in (("POST", "/api/v1/reload"), ("POST", "/api/v1/cameras/yard/disable"), ("DELETE", "/api/v1/cameras/yard"), ("GET", "/api/v1/support-bundle")):
        assert ask(url, path, method).code == "forbidden"
        assert ask(url, path, method, token="anything").code == "forbidden"
    for header in ("X-Forwarded-For", "Forwarded", "X-Real-IP", "Via"):
        assert ask(url, "/api/v1/status", headers={header: "192.0.2.1"}).code == "closed"
    assert ask(url, "/healthz", headers={"X-Forwarded-For": "192.0.2.1"}).status == 200


def test_without_tokens_others_may_not(network, start_relay):
    relay = start_relay(f"yard={SOURCE}", config=f"[RTSP]\nListen=127.0.0.1:0\n[HTTP]\nListen={network.SERVER}:0\n")
    relay.wait_for_line("is open to other machines, but no token is configured")
    assert ask(relay.http_url, "/api/v1/status", source=network.STRANGER).code == "closed"
    assert ask(relay.http_url, "/healthz", source=network.STRANGER).status == 200


@pytest.mark.parametrize("headers, code", [
    ({"Host": "nvr.lan"}, None),
    ({"Host": "NVR.LAN:8090"}, None),
    ({"Host": "localhost"}, None),
    ({"Host": "[::1]:8090"}, None),
    ({"Host": "192.0.2.7"}, None),
    ({"Host": "evil.example"}, "foreign-host"),
    ({"Host": "nvr.lan.evil.example"}, "foreign-host"),
    ({"Host": "127.0.0.1.evil.example"}, "foreign-host"),
    ({"Host": "nvr.lan:x"}, "foreign-host"),
    ({"Host": "nvr.lan", "Origin": "http://nvr.lan"}, None),
    ({"Host": "nvr.lan", "Origin": "https://nvr.lan"}, None),
    ({"Host": "nvr.lan", "Origin": "http://evil.example"}, "foreign-origin"),
    ({"Host": "nvr.lan", "Origin": "null"}, "foreign-origin"),
    ({"Host": "nvr.lan", "Sec-Fetch-Site": "cross-site"}, "foreign-origin"),
    ({"Host": "nvr.lan", "Sec-Fetch-Site": "same-site"}, "foreign-origin"),
    ({"Host": "nvr.lan", "Sec-Fetch-Site": "same-origin"}, None),
    ({"Host": "nvr.lan", "Sec-Fetch-Site": "none"}, None),
])
def test_pages_of_others(relay, headers, code):
    for path in ("/api/v1/status", "/healthz"):
        answer = ask(relay.http_url, path, token=TOKENS["admin"], headers=headers)
        assert (answer.status, answer.json.get("error", {}).get("code")) == (403 if code else 200, code)


def test_no_page_may_read_or_frame(relay):
    for path in ("/healthz", "/api/v1/status", "/nosuch"):
        headers = ask(relay.http_url, path, headers={"Origin": relay.http_url}).headers
        assert not any(name.startswith("access-control") or name == "set-cookie" or name == "server" for name in headers)
        assert headers["x-content-type-options"] == "nosniff" and headers["cross-origin-resource-policy"] == "same-origin"
        assert "frame-ancestors 'none'" in headers["content-security-policy"] and headers["cache-control"] == "no-store" and headers["connection"] == "close"


def test_guessing_is_made_slow(relay):
    """Ten wrong tokens, and the address waits for a minute, whatever it knows; another one does not."""
    for _ in range(10):
        wrong = ask(relay.http_url, "/api/v1/status", token=f"{CANARY}-wrong")
        assert wrong.status == 401 and wrong.code == "wrong-token"
    late = ask(relay.http_url, "/api/v1/status", token=TOKENS["admin"])
    assert late.status == 429 and late.headers["retry-after"] == "60"
    assert ask(relay.http_url, "/api/v1/status", token=TOKENS["admin"], source="127.0.0.2").status == 200
    assert ask(relay.http_url, "/healthz", token=f"{CANARY}-wrong").status == 200
    lines = [line for line in relay.lines if "wrong token" in line]
    assert len(lines) == 2 and all("address=127.0.0.1:" in line for line in lines)


# ---- where it listens ----


def test_taken_address_is_named(run_camrelayd, write_config):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        done = run_camrelayd("--config", write_config(f"[RTSP]\nListen=127.0.0.1:0\n[HTTP]\nListen={address}\n"), f"yard={SOURCE}")
    assert done.returncode == 69 and f"cannot listen on '{address}'" in done.stderr


def test_no_http(start_relay):
    relay = start_relay(f"yard={SOURCE}", config="[HTTP]\nListen=none\n")
    assert not any(address.startswith("http") for address in relay.addresses)


def test_several_addresses(start_relay):
    relay = start_relay(f"yard={SOURCE}", config="[HTTP]\nListen=127.0.0.1:0 127.0.0.2:0\n")
    urls = [address for address in relay.addresses if address.startswith("http://")]
    assert len(urls) == 2
    for url in urls:
        assert ask(url, "/readyz").status == 200
    assert eventually(lambda: set(urls) <= set(ask(urls[0], "/api/v1/status").json["listeners"]))


def test_sockets_of_systemd(service_manager, write_config):
    """One of a unit is used; one of our own is kept over a restart, so that dashboards go on where they were."""
    with socket.create_server(("127.0.0.1", 0)) as unit:
        own = f"http://127.0.0.1:{unit.getsockname()[1]}"
        path = write_config(f"[RTSP]\nListen=127.0.0.1:0\n[HTTP]\nListen={own.removeprefix('http://')} 127.0.0.2:0\n")
        relay = service_manager.start("--config", path, f"yard={SOURCE}", sockets=[("http", unit)])
        relay.wait_until_ready()
        assert relay.http_url == own and ask(own, "/healthz").status == 200
        kept = next(address for address in relay.addresses if address.startswith("http://127.0.0.2:"))
        relay.stop()
        again = service_manager.start("--config", path, f"yard={SOURCE}", sockets=[("http", unit)])
        again.wait_until_ready()
        assert kept in again.addresses and ask(kept, "/readyz").status == 200
