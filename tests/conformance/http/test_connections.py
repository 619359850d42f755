"""How the judge reaches a target: TLS with authorities and certificates of one's own, and proxies."""

import base64
import contextlib
import datetime
import json
import socket
import ssl
import threading

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from typer.testing import CliRunner

from conformance import proof
from conformance.command.cli import app
from conformance.proof.server import serve, serve_bytes

REFERENCE = proof.reference_of("onlyautomator")
ONLY = ("--only", "missing-token", "--only", "value-true")
PEM = serialization.Encoding.PEM


class Authority:
    """Signs certificates, and keeps each with its key in files of a folder."""

    def __init__(self, folder):
        self.folder = folder
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.certificate = self._signed("authority", self.key, is_authority=True)
        self.file = self._written("authority.pem", self.certificate.public_bytes(PEM))

    def issue(self, name):
        """Return the files of a certificate for this machine, and of its key."""
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = self._signed(name, key)
        return (
            self._written(f"{name}.pem", certificate.public_bytes(PEM)),
            self._written(f"{name}.key", _private(key)),
        )

    def encrypted_key(self):
        return self._written("encrypted.key", _private(self.key, serialization.BestAvailableEncryption(b"x")))

    def _written(self, name, content):
        file = self.folder / name
        file.write_bytes(content)
        return file

    def _signed(self, name, key, is_authority=False):
        now = datetime.datetime.now(datetime.UTC)
        builder = (
            x509.CertificateBuilder()
            .subject_name(_named(name))
            .issuer_name(_named("authority"))
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(days=1))
            .not_valid_after(now + datetime.timedelta(days=1))
            .add_extension(x509.BasicConstraints(is_authority, None), critical=True)
            .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        )
        return builder.sign(self.key, hashes.SHA256())


def _named(name):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _private(key, encryption=None):
    encryption = encryption or serialization.NoEncryption()
    return key.private_bytes(PEM, serialization.PrivateFormat.PKCS8, encryption)


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("authority"))


@contextlib.contextmanager
def secured(url, authority, asks_for_certificate=False):
    """Put TLS before a server; yields the https URL."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*authority.issue("server"))
    if asks_for_certificate:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(authority.file)

    def talk(connection):
        with contextlib.suppress(OSError), context.wrap_socket(connection, server_side=True) as inner:
            joined(inner, url.rpartition("/")[2])

    with serve_bytes(talk) as front:
        yield f"https://localhost:{front.rpartition(':')[2]}"


def joined(inner, address, first=b""):
    """Carry bytes between a connection and an address, *first* of all some, until either side is done."""
    host, _, port = address.rpartition(":")
    with socket.create_connection((host, int(port))) as outer:
        outer.sendall(first)
        back = threading.Thread(target=carried, args=(outer, inner), daemon=True)
        back.start()
        carried(inner, outer)
        back.join()


def carried(source, sink):
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            sink.sendall(data)
    with contextlib.suppress(OSError):
        sink.shutdown(socket.SHUT_WR)


class Proxy:
    """Lets through what is authorized, and notes what it was asked for."""

    def __init__(self, authorization=None):
        self.authorization = authorization
        self.asked = []

    def talk(self, connection):
        head = b""
        while b"\r\n\r\n" not in head:
            head += connection.recv(65536)
        lines = head.decode("latin-1").split("\r\n")
        method, target, _ = lines[0].split()
        self.asked.append(f"{method} {target}")
        if self.authorization and f"proxy-authorization: {self.authorization}" not in map(_lowered, lines):
            connection.sendall(b"HTTP/1.1 407 Who are you\r\ncontent-length: 0\r\n\r\n")
        elif method == "CONNECT":
            connection.sendall(b"HTTP/1.1 200 Through\r\n\r\n")
            joined(connection, target)
        else:
            _, _, address, path = target.split("/", 3)
            inside = head.replace(target.encode(), b"/" + path.encode(), 1)
            joined(connection, address, inside.replace(b"\r\n", b"\r\nconnection: close\r\n", 1))


def _lowered(line):
    name, _, value = line.partition(": ")
    return f"{name.lower()}: {value}"


def run(folder, url, *arguments, environment=None, **keys):
    profile = folder / "target.yaml"
    profile.write_text(json.dumps({**REFERENCE().profile(url), **keys}))
    command = ["run", str(profile), *ONLY, "--report-dir", str(folder), *arguments]
    return CliRunner(env=environment or {}).invoke(app, command)


def test_authority_of_ones_own_is_named_from_the_profiles_folder(tmp_path, authority):
    (tmp_path / "ours.pem").write_bytes(authority.file.read_bytes())
    with serve(REFERENCE()) as url, secured(url, authority) as front:
        done = run(tmp_path, front, tls={"ca": "ours.pem"})

    assert done.exit_code == 0, done.output
    assert "note" not in done.stdout


def test_unknown_authority_is_no_verdict_and_says_what_helps(tmp_path, authority):
    with serve(REFERENCE()) as url, secured(url, authority) as front:
        done = run(tmp_path, front)

    assert done.exit_code == 3
    assert f"cannot connect to {front}: " in done.stdout
    assert "name the authority that it goes back to with tls.ca in the profile" in done.stdout


def test_certificate_for_another_name_is_no_verdict(tmp_path, authority):
    with serve(REFERENCE()) as url, secured(url, authority) as front:
        done = run(tmp_path, front.replace("localhost", "127.0.0.1"), tls={"ca": str(authority.file)})

    assert done.exit_code == 3
    assert "certificate is not valid for '127.0.0.1'" in done.stdout


def test_target_that_is_not_verified_is_noted_everywhere(tmp_path, authority):
    with serve(REFERENCE()) as url, secured(url, authority) as front:
        done = run(tmp_path, front, tls={"verify": False})
    sentence = "the target's certificate was not verified"

    assert done.exit_code == 0, done.output
    assert sentence in done.stdout
    assert sentence in json.loads((tmp_path / "report.json").read_text())["notes"][0]
    assert sentence in (tmp_path / "report.html").read_text().replace("&#39;", "'")


def test_certificate_of_ones_own_is_shown(tmp_path, authority):
    cert, key = authority.issue("judge")
    tls = {"ca": str(authority.file)}
    with serve(REFERENCE()) as url, secured(url, authority, asks_for_certificate=True) as front:
        known = run(tmp_path, front, tls={**tls, "cert": str(cert), "key": str(key)})
        unknown = run(tmp_path, front, tls=tls)

    assert known.exit_code == 0, known.output
    assert unknown.exit_code == 3


@pytest.mark.parametrize(
    ("tls", "says"),
    [
        ({"ca": "none.pem"}, "tls.ca: {folder}/none.pem: cannot be read: No such file or directory"),
        ({"ca": "."}, "tls.ca: {folder}: cannot be read: Is a directory"),
        ({"ca": "target.yaml"}, "tls: {folder}/target.yaml: holds no certificate"),
        ({"key": "judge.key"}, "tls: key is given without cert"),
        ({"cert": "judge.pem"}, "tls: cert and key cannot be used: "),
        ({"cert": "judge.pem", "key": "target.yaml"}, "tls: cert and key cannot be used: "),
        ({"cert": "judge.pem", "key": "server.key"}, "tls: cert and key cannot be used: key values mismatch"),
        ({"cert": "judge.pem", "key": "encrypted.key"}, "tls: cert and key cannot be used: "),
        ({"verify": "no"}, "tls.verify: must be true or false"),
        ({"cafile": "x"}, "tls: unknown key 'cafile'"),
    ],
)
def test_file_that_cannot_be_used_is_one_line_at_status_2(tls, says, tmp_path):
    authority = Authority(tmp_path)
    for name in ("judge", "server"):
        authority.issue(name)
    authority.encrypted_key()
    done = run(tmp_path, "https://127.0.0.1:9", tls=tls)

    assert done.exit_code == 2
    assert done.stderr.startswith(f"conformance: {tmp_path}/target.yaml: {says.format(folder=tmp_path)}")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("is_secured", [True, False])
def test_proxy_of_the_profile_is_used_even_for_this_machine(tmp_path, authority, is_secured):
    proxy = Proxy(f"Basic {base64.b64encode(b'ada:hush-hush').decode()}")
    with serve(REFERENCE()) as url, secured(url, authority) as front, serve_bytes(proxy.talk) as between:
        named = between.replace("//", "//ada:${SECRET}@")
        done = run(
            tmp_path,
            front if is_secured else url,
            environment={"SECRET": "hush-hush", "HTTP_PROXY": "http://127.0.0.1:9"},
            tls={"ca": str(authority.file)},
            proxy=named,
        )

    assert done.exit_code == 0, done.output
    assert proxy.asked[0].partition(" ")[0] == ("CONNECT" if is_secured else "POST")


@pytest.mark.parametrize("is_secured", [True, False])
def test_refusing_proxy_is_no_verdict_and_its_password_stays_secret(tmp_path, is_secured):
    with serve_bytes(Proxy("Basic other").talk) as between:
        url = "https://target.invalid" if is_secured else "http://target.invalid"
        done = run(tmp_path, url, proxy=between.replace("//", "//ada:hush-hush@"))
    written = "".join(file.read_text() for file in tmp_path.glob("re*"))

    assert done.exit_code == 3
    assert "the proxy " in done.stdout
    assert "hush" not in done.output + written
    assert base64.b64encode(b"ada:hush-hush").decode() not in done.output + written


def test_proxy_that_is_not_there_is_named_without_its_password(tmp_path):
    done = run(tmp_path, "http://target.invalid", proxy="http://ada:hush-hush@127.0.0.1:9")

    assert done.exit_code == 3
    assert "cannot connect to http://target.invalid through the proxy http://127.0.0.1:9" in done.stdout
    assert "hush" not in done.output


def test_proxy_of_the_environment_is_used_unless_switched_off(tmp_path):
    proxy = Proxy()
    with serve_bytes(proxy.talk) as between:
        environment = {"HTTP_PROXY": between, "http_proxy": between, "NO_PROXY": "", "no_proxy": ""}
        run(tmp_path, "http://target.invalid", environment=environment)
        through = list(proxy.asked)
        run(tmp_path, "http://target.invalid", environment=environment, proxy="none")

    assert through[0].startswith("POST http://target.invalid")
    assert proxy.asked == through


@pytest.mark.parametrize(
    "proxy", ["proxy:3128", "socks5://ada:hush-hush@a:1", "http://", "http://a:99999", ""]
)
def test_what_is_no_proxy_is_one_line_at_status_2(proxy, tmp_path):
    done = run(tmp_path, "http://127.0.0.1:9", proxy=proxy)

    assert done.exit_code == 2
    assert done.stderr.startswith(f"conformance: {tmp_path}/target.yaml: proxy: not an http or https URL; ")
    assert done.stderr.count("\n") == 1
    assert "hush" not in done.stderr
