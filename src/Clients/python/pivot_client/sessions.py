"""Training sessions: make, start, stop, resume, follow, wait, and report to."""

from __future__ import annotations

import time
from contextlib import closing
from typing import Any, Iterator, Mapping, Sequence

from .errors import SessionFailed, SessionStopped
from .events import Event, EventFeed
from .models import Metrics, TrainingSession
from .transport import given

_SESSIONS = ("training", "sessions")
_ENDED = ("completed", "failed", "stopped")
# For how long a feed that broke off is tried to be picked up, in seconds: a server may be updated meanwhile.
_PATIENCE = 300.0


class Sessions(EventFeed):
    """What is done with training sessions."""

    def create_session(
        self,
        config_path: str | None = None,
        session_name: str | None = None,
        tags: Sequence[str] | None = None,
        *,
        trainer: str | None = None,
        config: Mapping[str, Any] | None = None,
    ) -> TrainingSession:
        """Makes a session, yet to be started.

        Args:
            config_path: The YAML file on the server by which it trains.
            session_name: What to call it.
            tags: Words to find it by.
            trainer: ``external`` when a program of yours trains and reports its metrics.
            config: That program's own configuration; ``epochs`` in it is the number of epochs to come.
        """
        return self._call("POST", _SESSIONS, json_body=given(
            config_path=config_path, session_name=session_name, tags=None if tags is None else list(tags), trainer=trainer, config=config))

    def start_training(self, session_id: str) -> TrainingSession:
        """Starts a session, or goes on where it was. Raises Conflict when it is running already."""
        return self._call("POST", (*_SESSIONS, session_id, "start"))

    def stop_training(self, session_id: str) -> TrainingSession:
        """Stops a session; what it has learned stays."""
        return self._call("POST", (*_SESSIONS, session_id, "stop"))

    def resume_training(self, session_id: str) -> TrainingSession:
        """Goes on after a stop or a failure."""
        return self._call("POST", (*_SESSIONS, session_id, "resume"))

    def get_session(self, session_id: str) -> TrainingSession:
        """A session as it stands."""
        return self._call("GET", (*_SESSIONS, session_id))

    def list_sessions(self, *, status: str | None = None, limit: int | None = None, offset: int | None = None) -> dict[str, Any]:
        """A page of sessions, newest first: ``sessions``, ``total``, ``limit``, ``offset``."""
        return self._call("GET", _SESSIONS, query={"status": status, "limit": limit, "offset": offset})

    def get_metrics(self, session_id: str, *, metric_name: str | None = None, limit: int | None = None) -> list[Metrics]:
        """The last epochs' metrics, in their order: 1000 epochs unless told."""
        return self._call("GET", (*_SESSIONS, session_id, "metrics"), query={"metric_name": metric_name, "limit": limit})["metrics"]

    def get_metric_history(
        self,
        session_id: str,
        metric_name: str | None = None,
        *,
        start_epoch: int | None = None,
        end_epoch: int | None = None,
        max_points: int | None = None,
    ) -> dict[str, Any]:
        """One metric over the epochs: ``metric_name``, ``values``, ``epochs``, ``timestamps``."""
        return self._call("GET", ("metrics", session_id, "history"), query={
            "metric_name": metric_name, "start_epoch": start_epoch, "end_epoch": end_epoch, "max_points": max_points})

    def report_metrics(self, session_id: str, metrics: Metrics | Sequence[Metrics]) -> dict[str, Any]:
        """Reports what an external trainer measured: one epoch as ``{"epoch": 1, "train_loss": 0.5}``, or several.

        An epoch that is reported again is replaced, so a report whose answer was lost is simply sent again.
        """
        body = dict(metrics) if isinstance(metrics, Mapping) else {"metrics": [dict(epoch) for epoch in metrics]}
        return self._call("POST", (*_SESSIONS, session_id, "metrics"), json_body=body, idempotent=True)

    def complete_session(self, session_id: str, error: str | None = None) -> TrainingSession:
        """Ends a session that an external trainer reports to; with an error it has failed."""
        return self._call("POST", (*_SESSIONS, session_id, "complete"), json_body=given(error=error))

    def stream_events(self, session_id: str, *, last_event_id: str | None = None) -> Iterator[Event]:
        """All of a session's messages, from the first (or the one after ``last_event_id``), until it completes, fails or is stopped.

        A line that breaks is picked up where it was: no message is missed, none comes twice.
        """
        return self._until_ended(session_id, last_event_id, None)

    def stream_metrics(self, session_id: str, *, last_event_id: str | None = None) -> Iterator[Metrics]:
        """A session's metrics as they are measured, from the first epoch on: ``epoch``, ``train_loss``, ``val_loss`` … of each."""
        return (event.data for event in self.stream_events(session_id, last_event_id=last_event_id) if event.name == "metrics")

    def wait_for_completion(self, session_id: str, timeout: float | None = None) -> Metrics:
        """Waits until a session is completed, and returns its last epoch's metrics (empty if it has none).

        Raises:
            SessionFailed: It failed.
            SessionStopped: It was stopped.
            TimeoutError: It has not ended after ``timeout`` seconds; it goes on.
        """
        session = self.get_session(session_id)
        if session["status"] not in _ENDED:
            for _ in self._until_ended(session_id, None, None if timeout is None else time.monotonic() + timeout):
                pass
            session = self.get_session(session_id)
        if session["status"] == "failed":
            raise SessionFailed(session.get("error") or "The session failed.", code="SESSION_FAILED")
        if session["status"] == "stopped":
            raise SessionStopped("The session was stopped.", code="SESSION_STOPPED")
        last = self.get_metrics(session_id, limit=1)
        return last[-1] if last else {}

    def _until_ended(self, session_id: str, last_event_id: str | None, deadline: float | None) -> Iterator[Event]:
        with closing(self._follow(("sse", "training", session_id), last_event_id, reconnect_for=_PATIENCE, deadline=deadline)) as events:
            for event in events:
                yield event
                # A stop or a failure of long ago may be over: the session was resumed since, and more messages follow.
                if event.data.get("status") in ("failed", "stopped") and self.get_session(session_id)["status"] == event.data["status"]:
                    return
