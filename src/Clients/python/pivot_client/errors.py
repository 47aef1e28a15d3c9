"""What can go wrong, as exceptions."""

from __future__ import annotations

import json
from typing import Any, Mapping


class PIVOTError(Exception):
    """The base of every error of this client.

    Attributes:
        message: What is wrong, in the server's words where it answered.
        code: The server's error code, such as ``VALIDATION_ERROR``; None where the server did not answer.
        status: The HTTP status; None where the server did not answer.
        field: The request's field that is at fault, if one is.
        expected: What was expected of that field.
        request_id: The id under which the server recorded the request.
        retry_after: After how many seconds it is worth trying again, where the server says so.
    """

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        status: int | None = None,
        field: str | None = None,
        expected: str | None = None,
        request_id: str | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.status = status
        self.field = field
        self.expected = expected
        self.request_id = request_id
        self.retry_after = retry_after


class ConnectionFailed(PIVOTError):
    """The server could not be reached, or the line broke and could not be picked up again."""


class BadRequest(PIVOTError):
    """The request cannot be read or does not validate (400, 413, 415, 422); ``field`` says where."""


class Unauthorized(PIVOTError):
    """No valid API key (401), or one that may not do this (403)."""


class NotFound(PIVOTError):
    """There is no such thing (404)."""


class Conflict(PIVOTError):
    """The thing is in a state that does not allow this (409), such as a session that is running already."""


class RateLimited(PIVOTError):
    """Too many requests (429), after all retries."""


class ServerError(PIVOTError):
    """The server failed, or cannot do it now (5xx)."""


class SessionFailed(PIVOTError):
    """The training session that was waited for has failed; the message is its reason."""


class SessionStopped(PIVOTError):
    """The training session that was waited for was stopped; it ends only if it is resumed."""


class DigestMismatch(PIVOTError):
    """The bytes that arrived are not those that were stored: their SHA-256 differs."""


class WebhookVerificationError(PIVOTError):
    """A webhook's message does not come from whom it should, or is too old."""


_KINDS: dict[int, type[PIVOTError]] = {
    400: BadRequest, 401: Unauthorized, 403: Unauthorized, 404: NotFound, 409: Conflict, 413: BadRequest, 415: BadRequest, 422: BadRequest, 429: RateLimited,
}


def from_response(status: int, headers: Mapping[str, str], body: bytes) -> PIVOTError:
    """The exception that stands for an answer which is no success."""
    error = _error_of(body)
    details = error.get("details")
    details = details if isinstance(details, dict) else {}
    kind = _KINDS.get(status, ServerError if status >= 500 else PIVOTError)
    return kind(
        str(error.get("message") or error.get("detail") or error.get("title") or f"The server answered {status}."),
        code=error.get("code"),
        status=status,
        field=details.get("field"),
        expected=details.get("expected"),
        request_id=headers.get("X-Request-ID"),
        retry_after=_seconds(headers.get("Retry-After")),
    )


def _error_of(body: bytes) -> dict[str, Any]:
    try:
        document = json.loads(body)
    except ValueError:
        return {}
    if not isinstance(document, dict):
        return {}
    inner = document.get("error")
    return inner if isinstance(inner, dict) else document


def _seconds(text: str | None) -> float | None:
    return float(text) if text is not None and text.strip().isdigit() else None
