import time
import unittest

from pivot_client import ConnectionFailed, NotFound, SessionFailed, SessionStopped
from pivot_client.events import parse

from .scripted import ScriptedTest, feeding, hanging_up, replying


def metrics(number: int, epoch: int) -> str:
    return f'id: {number}\nevent: metrics\ndata: {{"epoch": {epoch}, "train_loss": 0.{epoch}, "val_loss": 0.{epoch}}}\n\n'


def status(number: int, word: str) -> str:
    name = word if word in ("completed", "failed") else "status"
    return f'id: {number}\nevent: {name}\ndata: {{"status": "{word}"}}\n\n'


def session(word: str, **more) -> dict:
    return {"session_id": "sess_1", "status": word, "created_at": "2025-12-19T10:30:00Z", **more}


class Parsing(unittest.TestCase):
    def test_a_feed_is_read_as_the_standard_says(self):
        text = b': comment\n\nid: 1\nevent: metrics\ndata: {"a":\ndata: 1}\n\ndata:{"b": 2}\r\n\r\nid: 3\ndata: {"cut": "off"}\n'
        events = list(parse(text.splitlines(keepends=True)))
        self.assertEqual([("1", "metrics", {"a": 1}), ("1", "message", {"b": 2})], [(event.id, event.name, event.data) for event in events])


class Feeds(ScriptedTest):
    def test_metrics_come_until_the_session_is_completed(self):
        self.script = [feeding(status(1, "created") + metrics(2, 1) + ": keep-alive\n\n" + metrics(3, 2) + status(4, "completed"))]

        epochs = [one["epoch"] for one in self.client.stream_metrics("sess_1")]

        self.assertEqual([1, 2], epochs)
        self.assertEqual(("/api/v1/sse/training/sess_1", "text/event-stream", "key-1"), (self.asked[0].path, self.asked[0].headers["Accept"], self.asked[0].headers["X-API-Key"]))

    def test_a_line_that_breaks_is_picked_up_after_the_last_message(self):
        self.script = [
            feeding(metrics(2, 1) + metrics(3, 2) + 'id: 4\nevent: metrics\ndata: {"epoch": 3'), hanging_up, replying(503, {}, Retry_After="2"),
            feeding(metrics(4, 3) + status(5, "completed")),
        ]

        self.assertEqual([1, 2, 3], [one["epoch"] for one in self.client.stream_metrics("sess_1")])
        self.assertEqual([None, "3", "3", "3"], [asked.headers.get("Last-Event-ID") for asked in self.asked])
        self.assertGreaterEqual(self.waited[2], 2)

    def test_a_feed_that_has_nothing_more_ends(self):
        self.script = [replying(204)]
        self.assertEqual([], list(self.client.stream_metrics("sess_1", last_event_id="9")))
        self.assertEqual("9", self.asked[0].headers["Last-Event-ID"])

    def test_a_session_that_was_stopped_and_resumed_is_followed_on(self):
        self.script = [
            feeding(metrics(2, 1) + status(3, "stopped") + status(4, "running") + metrics(5, 2) + status(6, "stopped") + metrics(7, 99)),
            replying(200, session("running")), replying(200, session("stopped")),
        ]
        self.assertEqual([1, 2], [one["epoch"] for one in self.client.stream_metrics("sess_1")])

    def test_a_session_that_is_not_there_is_an_exception_at_once(self):
        self.script = [replying(404, {"error": {"code": "NOT_FOUND", "message": "No session."}})]
        with self.assertRaises(NotFound):
            next(self.client.stream_metrics("sess_1"))

    def test_a_server_that_stays_away_is_an_exception(self):
        self.script = [feeding(metrics(2, 1)), *[hanging_up] * 50]
        self.client._sleep = lambda seconds: time.sleep(0.02)
        with self.assertRaises(ConnectionFailed):
            list(self.client._follow(("sse", "training", "sess_1"), None, reconnect_for=0.2))

    def test_waiting_gives_the_last_epochs_metrics(self):
        self.script = [
            replying(200, session("running")), feeding(metrics(2, 1) + status(3, "completed")), replying(200, session("completed")),
            replying(200, {"session_id": "sess_1", "metrics": [{"epoch": 1, "val_loss": 0.1}]}),
        ]
        self.assertEqual({"epoch": 1, "val_loss": 0.1}, self.client.wait_for_completion("sess_1"))
        self.assertEqual("/api/v1/training/sessions/sess_1/metrics?limit=1", self.asked[-1].path)

    def test_waiting_for_what_does_not_complete_is_an_exception(self):
        self.script = [replying(200, session("failed", error="The training diverged."))]
        with self.assertRaisesRegex(SessionFailed, "diverged"):
            self.client.wait_for_completion("sess_1")
        self.script = [replying(200, session("stopped"))]
        with self.assertRaises(SessionStopped):
            self.client.wait_for_completion("sess_1")

    def test_waiting_ends_when_the_time_is_up(self):
        self.client._sleep = time.sleep
        self.script = [replying(200, session("running")), *[hanging_up] * 50]
        with self.assertRaises(TimeoutError):
            self.client.wait_for_completion("sess_1", timeout=0.2)


if __name__ == "__main__":
    unittest.main()
