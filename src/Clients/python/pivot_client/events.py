"""Server-Sent Events (WHATWG HTML, 9.2), picked up where they broke off."""

from __future__ import annotations

import http.client
import json
import time
from dataclasses import dataclass
from typing import Any, Generator, Iterable, Iterator, Sequence

from .errors import ConnectionFailed, PIVOTError
from .transport import Transport, pause

# The server sends a comment every 15 seconds; a line that is silent for longer than this is dead.
_SILENCE = 60.0


@dataclass(frozen=True)
class Event:
    """One message of a feed.

    Attributes:
        id: Its place in the server's log; a feed goes on after it.
        name: What it is, such as ``metrics``, ``status``, ``checkpoint``, ``completed`` or ``failed``.
        data: What it says.
    """

    id: str
    name: str
    data: dict[str, Any]


def parse(lines: Iterable[bytes]) -> Iterator[Event]:
    """The messages in a stream's lines. One that is cut off by the end of the stream is dropped, as the standard says."""
    last_id, name, data = "", "", []
    for number, raw in enumerate(lines):
        if not raw.endswith(b"\n"):
            return
        line = raw.decode("utf-8", "replace").rstrip("\r\n")
        if number == 0:
            line = line.removeprefix("\ufeff")
        if not line:
            if data:
                yield Event(last_id, name or "message", json.loads("\n".join(data)))
            name, data = "", []
            continue
        field, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if field == "data":
            data.append(value)
        elif field == "event":
            name = value
        elif field == "id" and "\0" not in value:
            last_id = value


class EventFeed(Transport):
    """Follows feeds."""

    def _follow(
        self, path: Sequence[str], last_event_id: str | None, *, reconnect_for: float, deadline: float | None = None
    ) -> Generator[Event, None, None]:
        """The messages after one, across broken lines, until the server says that there is no more.

        Raises:
            ConnectionFailed: The server could not be reached for ``reconnect_for`` seconds.
            TimeoutError: The deadline, on the monotonic clock, has passed.
        """
        last, attempt, lost_at, is_over = last_event_id, 0, time.monotonic(), False
        while True:
            asked = 0.0
            try:
                with self._open(path, last, deadline) as response:
                    if response.status == 204:
                        return
                    lost_at = None
                    for event in parse(_within(deadline, response)):
                        last, attempt, is_over = event.id or last, 0, is_over or event.name == "completed"
                        yield event
                if is_over:
                    return
            except (OSError, http.client.HTTPException, PIVOTError) as broken:
                self._require_patience(broken, deadline, None if lost_at is None else lost_at + reconnect_for)
                asked = getattr(broken, "retry_after", None) or 0.0
            lost_at = time.monotonic() if lost_at is None else lost_at
            attempt += 1
            self._sleep(_until(deadline, max(asked, pause(attempt))))

    def _open(self, path: Sequence[str], last: str | None, deadline: float | None) -> http.client.HTTPResponse:
        headers = {"Accept": "text/event-stream", "Cache-Control": "no-store", **({"Last-Event-ID": last} if last else {})}
        return self._request("GET", path, headers=headers, timeout=_until(deadline, _SILENCE), retries=0)

    @staticmethod
    def _require_patience(broken: Exception, deadline: float | None, until: float | None) -> None:
        now = time.monotonic()
        if deadline is not None and now >= deadline:
            raise TimeoutError("The session has not ended in time.") from broken
        if isinstance(broken, PIVOTError) and broken.status is not None and broken.status < 500 and broken.status != 429:
            raise broken
        if until is not None and now >= until:
            raise ConnectionFailed(f"The feed broke off and could not be picked up: {broken}") from broken


def _within(deadline: float | None, lines: Iterable[bytes]) -> Iterator[bytes]:
    for line in lines:
        if deadline is not None and time.monotonic() >= deadline:
            raise TimeoutError("The session has not ended in time.")
        yield line


def _until(deadline: float | None, seconds: float) -> float:
    return seconds if deadline is None else min(seconds, max(0.001, deadline - time.monotonic()))
