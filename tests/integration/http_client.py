"""Requests over HTTP as the tests make them: plain ones, and bytes as they are."""

import http.client
import json
import socket
import urllib.parse

TIMEOUT_S = 20


class Answer:
    """status, headers (lower case), body; json if it says it is."""

    def __init__(self, status, headers, body):
        self.status = status
        self.headers = {name.lower(): value for name, value in headers}
        self.body = body

    @property
    def json(self):
        assert self.headers["content-type"] == "application/json"
        return json.loads(self.body)

    @property
    def code(self):
        return self.json["error"]["code"]


def place(url):
    parts = urllib.parse.urlsplit(url)
    return parts.hostname, parts.port


def ask(url, path, method="GET", token=None, body=None, headers=None, source=None):
    """An Answer. BODY: an object, sent as JSON, or bytes as they are."""
    host, port = place(url)
    own = {"Authorization": f"Bearer {token}"} if token else {}
    if isinstance(body, (dict, list)):
        body, own["Content-Type"] = json.dumps(body).encode(), "application/json"
    connection = http.client.HTTPConnection(host, port, timeout=TIMEOUT_S, source_address=(source, 0) if source else None)
    try:
        connection.request(method, path, body, {**own, **(headers or {})})
        reply = connection.getresponse()
        return Answer(reply.status, reply.getheaders(), reply.read())
    finally:
        connection.close()


def dial(url, timeout=TIMEOUT_S):
    return socket.create_connection(place(url), timeout)


def read_all(connection):
    """What comes until the other side closes; a reset ends it, too."""
    received = b""
    try:
        while piece := connection.recv(65536):
            received += piece
    except (ConnectionResetError, BrokenPipeError):
        pass
    return received


def send_raw(url, data):
    """What is answered to DATA, all of it."""
    with dial(url) as connection:
        try:
            connection.sendall(data)
        except (ConnectionResetError, BrokenPipeError):
            pass
        return read_all(connection)


def raw_status(reply):
    assert reply.startswith(b"HTTP/1.1 "), reply
    return int(reply[9:12])
