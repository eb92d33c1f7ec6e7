"""TLS in front of a camera that speaks plain TCP, and certificates for it."""
import contextlib
import pathlib
import socket
import ssl
import subprocess
import threading


class Certificate:
    """Self-signed, key and all in one file."""

    def __init__(self, folder, name):
        self.path = pathlib.Path(folder) / f"{name}.pem"
        key = self.path.with_suffix(".key")
        self._openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", f"/CN={name}",
                      "-keyout", key, "-out", self.path)
        # As the manual says: what openssl prints is what the configuration takes.
        printed = self._openssl("x509", "-in", self.path, "-noout", "-fingerprint", "-sha256").strip()
        self.fingerprint = printed
        self.digest = printed.split("=", 1)[1]
        self.path.write_text(self.path.read_text() + key.read_text())

    @staticmethod
    def _openssl(*arguments):
        return subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True, text=True).stdout


def pump(source, sink):
    with contextlib.suppress(OSError, ValueError):
        while data := source.recv(65536):
            sink.sendall(data)
    for end in (source, sink):
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)


class TlsFront:
    """Listens on a port of its own and passes what comes in TLS on to 127.0.0.1:PORT."""

    def __init__(self, port, certificate):
        self._target = port
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(certificate.path)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.accepted = 0  # handshakes that came to an end
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self):
        return f"rtsps://127.0.0.1:{self.port}"

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        try:
            connection.settimeout(10)
            inside = self._context.wrap_socket(connection, server_side=True)
            self.accepted += 1
            inside.settimeout(None)
            outside = socket.create_connection(("127.0.0.1", self._target), 10)
        except OSError:  # a handshake that failed, a camera that is away
            connection.close()
            return
        back = threading.Thread(target=pump, args=(outside, inside), daemon=True)
        back.start()
        pump(inside, outside)
        back.join()
        inside.close()
        outside.close()

    def stop(self):
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
