"""Requests over HTTP: one connection each, no redirects, retries only where nothing can happen twice."""

from __future__ import annotations

import http.client
import json
import os
import random
import ssl
import time
from typing import Any, Callable, Iterable, Mapping, Sequence
from urllib.parse import quote, urlencode, urlsplit

from .errors import BadRequest, ConnectionFailed, from_response

_LONGEST_PAUSE = 60.0
_PREFIX = "/api/v1"
Query = Mapping[str, Any]
Body = Callable[[], Iterable[bytes]]


class Transport:
    """Sends requests to one server.

    Args:
        base_url: Where the server is; ``/api/v1`` behind it is allowed.
        api_key: The API key; unless given, that of the environment variable ``ESA_API_KEY``, if there is one.
        timeout: For how many seconds a connection, or the next bytes of an answer, are waited for.
        retries: How often a request is tried again when the server asks for patience (429, 503 with ``Retry-After``) or,
            where repeating it changes nothing, when the line breaks.
        ssl_context: For a server with a certificate of your own authority.
    """

    def __init__(
        self,
        base_url: str = "http://localhost:8000",
        api_key: str | None = None,
        *,
        timeout: float = 30.0,
        retries: int = 4,
        ssl_context: ssl.SSLContext | None = None,
    ) -> None:
        address = urlsplit(base_url)
        if address.scheme not in ("http", "https") or not address.hostname:
            raise ValueError(f"base_url: expected an http or https address, got {base_url!r}")
        self._is_secure = address.scheme == "https"
        self._host, self._port = address.hostname, address.port
        self._root = address.path.rstrip("/").removesuffix(_PREFIX) + _PREFIX
        self._api_key = api_key if api_key is not None else os.environ.get("ESA_API_KEY")
        self._timeout = timeout
        self._retries = retries
        self._ssl_context = ssl_context
        self._sleep: Callable[[float], None] = time.sleep

    def _call(
        self, method: str, path: Sequence[str], *, query: Query | None = None, json_body: Any = None, idempotent: bool | None = None
    ) -> Any:
        """Sends JSON, and returns the answer's."""
        content = None if json_body is None else json.dumps(json_body, allow_nan=False).encode()
        headers = {} if content is None else {"Content-Type": "application/json", "Content-Length": str(len(content))}
        with self._request(
            method, path, query=query, headers=headers, body=None if content is None else lambda: [content],
            idempotent=method in ("GET", "PUT", "DELETE") if idempotent is None else idempotent,
        ) as response:
            answer = response.read()
        return json.loads(answer) if answer else None

    def _request(
        self,
        method: str,
        path: Sequence[str],
        *,
        query: Query | None = None,
        headers: Mapping[str, str] | None = None,
        body: Body | None = None,
        idempotent: bool = True,
        timeout: float | None = None,
        retries: int | None = None,
    ) -> http.client.HTTPResponse:
        """Sends a request until it succeeds or trying again is no use; the caller closes the answer."""
        target = self._target(path, query)
        attempts = (self._retries if retries is None else retries) + 1
        for attempt in range(1, attempts + 1):
            try:
                response = self._send(method, target, headers or {}, body, timeout or self._timeout)
            except (OSError, http.client.HTTPException) as broken:
                if attempt == attempts or not (idempotent or isinstance(broken, ConnectionRefusedError)):
                    raise ConnectionFailed(f"{method} {target}: {broken or type(broken).__name__}") from broken
                self._sleep(pause(attempt))
                continue
            if response.status < 300:
                return response
            with response:
                error = from_response(response.status, response.headers, response.read())
            asked = error.status in (429, 503) and error.retry_after is not None
            worth = asked or (idempotent and error.status in (502, 503, 504))
            if attempt == attempts or not worth or (error.retry_after or 0) > _LONGEST_PAUSE:
                raise error
            self._sleep(error.retry_after if error.retry_after is not None else pause(attempt))
        raise AssertionError("unreachable")

    def _send(self, method: str, target: str, headers: Mapping[str, str], body: Body | None, timeout: float) -> http.client.HTTPResponse:
        if self._is_secure:
            connection: http.client.HTTPConnection = http.client.HTTPSConnection(self._host, self._port, timeout=timeout, context=self._ssl_context)
        else:
            connection = http.client.HTTPConnection(self._host, self._port, timeout=timeout)
        try:
            connection.putrequest(method, target, skip_accept_encoding=True)
            for name, value in {"Accept": "application/json", "Connection": "close", **self._credential(), **headers}.items():
                connection.putheader(name, value)
            if body is None and method in ("POST", "PUT"):
                connection.putheader("Content-Length", "0")
            connection.endheaders()
            if body is not None:
                self._write(connection, body())
            # With "Connection: close" the answer owns the socket from here on.
            return connection.getresponse()
        except BaseException:
            connection.close()
            raise

    @staticmethod
    def _write(connection: http.client.HTTPConnection, blocks: Iterable[bytes]) -> None:
        try:
            for block in blocks:
                connection.send(block)
        except (BrokenPipeError, ConnectionResetError):
            # A server that refuses an upload may say so before it has read it; the answer tells why.
            return

    def _credential(self) -> dict[str, str]:
        return {"X-API-Key": self._api_key} if self._api_key else {}

    def _target(self, path: Sequence[str], query: Query | None) -> str:
        target = self._root + "".join("/" + quote(_segment(part), safe="") for part in path)
        given = {name: _text(value) for name, value in (query or {}).items() if value is not None}
        return f"{target}?{urlencode(given)}" if given else target


def pause(attempt: int) -> float:
    """How many seconds to wait before trying again: twice as long each time, up to half a minute, somewhat at random."""
    return min(30.0, 0.5 * 2 ** min(attempt - 1, 6)) * random.uniform(0.5, 1.0)


def given(**fields: Any) -> dict[str, Any]:
    """The fields that have a value."""
    return {name: value for name, value in fields.items() if value is not None}


def _segment(part: str) -> str:
    # An empty id, or dots, would make another path of it.
    if not isinstance(part, str) or part in ("", ".", ".."):
        raise BadRequest(f"expected an id, got {part!r}", field="id", expected="an id")
    return part


def _text(value: Any) -> str:
    return ("true" if value else "false") if isinstance(value, bool) else str(value)
