"""How a secure connection to the target is made."""

from __future__ import annotations

import ssl
from pathlib import Path

from pydantic import ValidationInfo, field_validator, model_validator

from conformance.target.model import Model, profile_error


class Tls(Model):
    """How a secure connection is made; relative paths count from the profile's folder.

    ca: a PEM file of authorities that are trusted beside the usual ones. cert, key: PEM files of the certificate
    that we show, and of its key if that is not in the same file. verify: whether the target has to show who it is.
    """

    ca: str | None = None
    cert: str | None = None
    key: str | None = None
    verify: bool = True

    @field_validator("ca", "cert", "key")
    @classmethod
    def _find_file(cls, given: str | None, info: ValidationInfo) -> str | None:
        if given is None:
            return None
        file = Path((info.context or {}).get("folder", "")) / Path(given).expanduser()
        try:
            file.open("rb").close()
        except OSError as error:
            raise profile_error(f"{file}: cannot be read: {error.strerror}; name a PEM file") from None
        return str(file)

    @model_validator(mode="after")
    def _try_out(self) -> Tls:
        self.make_context()  # a wrong file is to be told before the first request
        return self

    def make_context(self) -> ssl.SSLContext:
        """Make what a connection is secured with."""
        import httpx2  # here, since most profiles have no tls and reading them is to be quick

        context = httpx2.create_ssl_context(verify=self.verify)
        if self.key and not self.cert:
            raise profile_error("key is given without cert; give both, or cert alone if the file holds both")
        try:
            if self.ca:
                context.load_verify_locations(self.ca)
        except ssl.SSLError:
            raise profile_error(
                f"{self.ca}: holds no certificate; ca is a file of certificates in PEM form"
            ) from None
        try:
            if self.cert:
                # Without a password of our own OpenSSL would ask for one on the terminal.
                context.load_cert_chain(self.cert, self.key, password="")
        except ssl.SSLError as error:
            why = (error.reason or "").replace("_", " ").lower() or "they are not in PEM form"
            raise profile_error(
                f"cert and key cannot be used: {why}; give a certificate and its key, unencrypted"
            ) from None
        return context
