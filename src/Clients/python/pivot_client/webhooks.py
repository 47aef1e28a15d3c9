"""Webhooks: registering them, and telling a genuine message from a forged one."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import time
from typing import Any, Mapping, Sequence

from .errors import WebhookVerificationError
from .transport import Transport, given

_PREFIX = "whsec_"


class Webhooks(Transport):
    """What is done with webhooks."""

    def register_webhook(self, url: str, events: Sequence[str], secret: str | None = None) -> dict[str, Any]:
        """Has events posted to an address. Without a secret the server makes one and shows it in this answer alone."""
        return self._call("POST", ("webhooks",), json_body=given(url=url, events=list(events), secret=secret))

    def list_webhooks(self, *, limit: int | None = None, offset: int | None = None) -> list[dict[str, Any]]:
        """Webhooks, newest first: 50 unless told."""
        return self._call("GET", ("webhooks",), query={"limit": limit, "offset": offset})["webhooks"]

    def get_webhook(self, webhook_id: str) -> dict[str, Any]:
        """A webhook."""
        return self._call("GET", ("webhooks", webhook_id))

    def update_webhook(self, webhook_id: str, **changes: Any) -> dict[str, Any]:
        """Changes ``url``, ``events`` or ``status`` (``active``, ``disabled``); the rest stays."""
        return self._call("PUT", ("webhooks", webhook_id), json_body=changes)

    def delete_webhook(self, webhook_id: str) -> dict[str, Any]:
        """Deletes a webhook."""
        return self._call("DELETE", ("webhooks", webhook_id))

    def test_webhook(self, webhook_id: str) -> dict[str, Any]:
        """Posts a signed message to a webhook now: ``success``, ``status_code``, ``response_time_ms``."""
        return self._call("POST", ("webhooks", webhook_id, "test"))

    def rotate_webhook_secret(self, webhook_id: str, secret: str | None = None) -> dict[str, Any]:
        """Gives a webhook a new secret; until ``previous_secret_until`` the one before signs as well."""
        return self._call("POST", ("webhooks", webhook_id, "rotate"), json_body=given(secret=secret))

    def list_webhook_deliveries(self, webhook_id: str, *, status: str | None = None, limit: int | None = None, offset: int | None = None) -> list[dict[str, Any]]:
        """A webhook's deliveries, newest first: 50 unless told."""
        return self._call("GET", ("webhooks", webhook_id, "deliveries"), query={"status": status, "limit": limit, "offset": offset})["deliveries"]

    def replay_webhook(self, webhook_id: str, **selection: Any) -> dict[str, Any]:
        """Delivers a range of the log again: ``from_sequence``, ``to_sequence``, ``start_time``, ``end_time``."""
        return self._call("POST", ("webhooks", webhook_id, "replay"), json_body=selection)


def verify_webhook(secret: str, headers: Mapping[str, str], body: bytes | str, *, tolerance: float = 300.0, now: float | None = None) -> Any:
    """Verifies a message by Standard Webhooks 1.0 and returns what it says.

    Args:
        secret: The webhook's secret: ``whsec_`` and base64, or any other text as it was registered.
        headers: The request's headers, in any case.
        body: The request's body, byte for byte as it came.
        tolerance: How many seconds old (or ahead) a message may be.
        now: The time in seconds since 1970; the clock's unless given.

    Raises:
        WebhookVerificationError: It is not signed with the secret, or too old.
    """
    given_headers = {name.lower(): value for name, value in headers.items()}
    message_id, timestamp, signatures = (_header(given_headers, name) for name in ("webhook-id", "webhook-timestamp", "webhook-signature"))
    if not (timestamp.isascii() and timestamp.isdigit()) or abs((time.time() if now is None else now) - int(timestamp)) > tolerance:
        raise WebhookVerificationError("webhook-timestamp: it is too old, ahead of time, or no time.", field="webhook-timestamp")
    content = body.encode() if isinstance(body, str) else bytes(body)
    expected = hmac.new(_key(secret), f"{message_id}.{timestamp}.".encode() + content, hashlib.sha256).digest()
    # Every signature is compared, and in constant time: how long it takes says nothing about the key.
    matches = [hmac.compare_digest(expected, signature) for signature in map(_signature, signatures.split()) if signature is not None]
    if not any(matches):
        raise WebhookVerificationError("webhook-signature: the message is not signed with this secret.", field="webhook-signature")
    return json.loads(content)


def _header(headers: Mapping[str, str], name: str) -> str:
    value = headers.get(name)
    if not value:
        raise WebhookVerificationError(f"{name}: header required.", field=name)
    return value


def _signature(text: str) -> bytes | None:
    version, _, encoded = text.partition(",")
    try:
        return base64.b64decode(encoded, validate=True) if version == "v1" else None
    except binascii.Error:
        return None


def _key(secret: str) -> bytes:
    return base64.b64decode(secret[len(_PREFIX):], validate=True) if secret.startswith(_PREFIX) else secret.encode()
