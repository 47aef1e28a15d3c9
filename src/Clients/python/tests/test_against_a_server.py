"""The Training contract's example, and the rest of the client, against a running server: that of ESA_TEST_URL, with the key in ESA_API_KEY.

The server reads its configurations from a folder with train.yaml, which is quick, and long.yaml, which is not.
"""

from __future__ import annotations

import contextlib
import io
import os
import queue
import socket
import tempfile
import threading
import time
import unittest
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any, Callable
from urllib.parse import urlsplit

from pivot_client import BadRequest, Conflict, NotFound, PIVOTClient, SessionFailed, SessionStopped, Unauthorized, verify_webhook

ADDRESS = os.environ.get("ESA_TEST_URL")
# The example of the Training contract's Python client, import path and address apart.
EXAMPLE = """
from pivot_client import PIVOTClient

# Initialize client
client = PIVOTClient(base_url='http://localhost:8000')

# Create session
session = client.create_session(
    config_path='configs/train.yaml',
    session_name='my_experiment'
)

# Start training
client.start_training(session['session_id'])

# Monitor progress
for metrics in client.stream_metrics(session['session_id']):
    print(f"Epoch {metrics['epoch']}: Loss {metrics['val_loss']:.3f}")

# Wait for completion
final_metrics = client.wait_for_completion(session['session_id'])
"""


class CuttingProxy:
    """Hands bytes through, and hangs up in the middle of every longer answer."""

    def __init__(self, address: str, after: int) -> None:
        target = urlsplit(address)
        self._target, self._after, self.cuts = (target.hostname, target.port), after, 0
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        self._listening.close()

    def _serve(self) -> None:
        while True:
            try:
                caller, _ = self._listening.accept()
            except OSError:
                return
            with caller, socket.create_connection(self._target) as server:
                server.sendall(caller.recv(65536))
                left = self._after
                while left > 0 and (block := server.recv(left)):
                    caller.sendall(block)
                    left -= len(block)
                self.cuts += left == 0


@unittest.skipUnless(ADDRESS, "ESA_TEST_URL names no server")
class AgainstAServer(unittest.TestCase):
    def setUp(self) -> None:
        self.client = PIVOTClient(base_url=ADDRESS)

    def eventually(self, look: Callable[[], Any], seconds: float = 20) -> Any:
        until = time.monotonic() + seconds
        while not (found := look()) and time.monotonic() < until:
            time.sleep(0.05)
        self.assertTrue(found)
        return found

    def external(self, epochs: int = 3) -> str:
        session = self.client.create_session(session_name="mine", tags=["external"], trainer="external", config={"epochs": epochs})
        self.client.start_training(session["session_id"])
        return session["session_id"]

    def test_the_documents_example_runs_as_printed(self):
        ran: dict[str, Any] = {}
        with contextlib.redirect_stdout(io.StringIO()) as printed:
            exec(EXAMPLE.replace("http://localhost:8000", ADDRESS), ran)

        session = self.client.get_session(ran["session"]["session_id"])
        self.assertEqual(("completed", "my_experiment"), (session["status"], session["session_name"]))
        self.assertEqual([f"Epoch {epoch}" for epoch in range(1, session["total_epochs"] + 1)], [line.split(":")[0] for line in printed.getvalue().splitlines()])
        self.assertEqual(session["total_epochs"], ran["final_metrics"]["epoch"])
        self.assertEqual(session["latest_metrics"]["val_loss"], ran["final_metrics"]["val_loss"])
        self.assertEqual(
            self.client.get_metric_history(session["session_id"], "val_loss")["values"],
            [epoch["val_loss"] for epoch in self.client.get_metrics(session["session_id"])])

    def test_a_session_is_stopped_and_resumed_and_its_feed_goes_on(self):
        session = self.client.create_session("long.yaml")["session_id"]
        self.client.start_training(session)
        seen = []
        for metrics in self.client.stream_metrics(session):
            seen.append(metrics["epoch"])
            if len(seen) == 2:
                self.assertEqual("stopped", self.client.stop_training(session)["status"])
        with self.assertRaises(SessionStopped):
            self.client.wait_for_completion(session)
        self.client.resume_training(session)
        for metrics in self.client.stream_metrics(session):
            if metrics["epoch"] > len(seen):
                break
        self.client.stop_training(session)
        self.assertEqual(list(range(1, len(seen) + 1)), seen)
        self.assertIn(session, [one["session_id"] for one in self.client.list_sessions(status="stopped", limit=10)["sessions"]])

    def test_a_feed_is_picked_up_anywhere(self):
        session = self.external()
        self.client.report_metrics(session, [{"epoch": epoch, "val_loss": 1 / epoch} for epoch in (1, 2)])
        self.client.report_metrics(session, {"epoch": 3, "val_loss": 0.3})
        self.client.complete_session(session)
        events = list(self.client.stream_events(session))
        for place, event in enumerate(events):
            self.assertEqual(events[place + 1:], list(self.client.stream_events(session, last_event_id=event.id)))
        self.assertEqual(["status", "status", "metrics", "metrics", "completed"], [event.name for event in events])
        self.assertEqual(0.3, self.client.wait_for_completion(session)["val_loss"])

    def test_a_line_that_is_cut_again_and_again_loses_nothing(self):
        session = self.external(30)
        for epoch in range(1, 31):
            self.client.report_metrics(session, {"epoch": epoch, "val_loss": 1 / epoch})
        self.client.complete_session(session)
        cutting = CuttingProxy(ADDRESS, after=1500)
        self.addCleanup(cutting.close)
        client = PIVOTClient(base_url=cutting.address)
        client._sleep = lambda seconds: None
        self.assertEqual(list(range(1, 31)), [metrics["epoch"] for metrics in client.stream_metrics(session)])
        self.assertGreater(cutting.cuts, 3)

    def test_a_training_that_failed_is_an_exception_for_whoever_waits(self):
        session = self.external()
        self.client.complete_session(session, error="Out of memory.")
        with self.assertRaisesRegex(SessionFailed, "Out of memory."):
            self.client.wait_for_completion(session)
        with self.assertRaises(TimeoutError):
            self.client.wait_for_completion(self.external(), timeout=0.3)

    def test_checkpoints_go_up_and_come_down(self):
        session, content = self.external(), os.urandom(3_000_000)
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder, "epoch_2.pth")
            file.write_bytes(content)
            saved = self.client.upload_checkpoint(session, 2, file, {"val_loss": 0.25})
            [listed] = self.client.list_checkpoints(session)
            self.assertEqual((saved["checkpoint_id"], 0.25, True), (listed["checkpoint_id"], listed["metric_value"], listed["is_best"]))

            Path(folder, f"again.pth.{saved['checkpoint_id']}.part").write_bytes(content[:1_234_567])
            self.assertEqual(content, self.client.download_checkpoint(saved["checkpoint_id"], Path(folder, "again.pth")).read_bytes())
            with self.assertRaises(NotFound):
                self.client.upload_checkpoint("sess_00000000000000000000000000000000", 1, file)
        self.assertEqual("Checkpoint deleted successfully", self.client.delete_checkpoint(saved["checkpoint_id"])["message"])
        self.assertEqual([], self.client.list_checkpoints(session))

    def test_what_is_refused_says_why(self):
        with self.assertRaises(BadRequest) as caught:
            self.client.create_session(config_path="configs/none.yaml")
        self.assertEqual(("VALIDATION_ERROR", 422, "config_path"), (caught.exception.code, caught.exception.status, caught.exception.field))
        with self.assertRaises(Conflict):
            self.client.start_training(self.external())
        with self.assertRaises(Unauthorized):
            PIVOTClient(ADDRESS, api_key="wrong").list_sessions()

    def test_an_alert_is_raised_acknowledged_and_resolved(self):
        session = self.external()
        rule = self.client.create_alert_rule("loss", "val_loss", "greater_than", 5, severity="high", session_id=session)
        self.client.report_metrics(session, {"epoch": 1, "val_loss": 9})
        alert = self.eventually(lambda: [one for one in self.client.list_alerts(status="active", severity="high") if one["rule_id"] == rule["rule_id"]])[0]
        self.assertEqual((9, 5), (alert["value"], alert["threshold"]))
        self.assertEqual("acknowledged", self.client.acknowledge_alert(alert["alert_id"], "user@example.com", "Investigating")["status"])
        self.assertEqual("resolved", self.client.resolve_alert(alert["alert_id"])["status"])
        self.assertEqual(7, self.client.update_alert_rule(rule["rule_id"], threshold=7)["threshold"])
        self.client.delete_alert_rule(rule["rule_id"])
        with self.assertRaises(NotFound):
            self.client.get_alert_rule(rule["rule_id"])

    def test_notifications_are_read_and_cleared(self):
        session = self.external()
        self.client.complete_session(session)
        told = self.eventually(lambda: [one for one in self.client.list_notifications(type="training", unread=True) if one["data"].get("session_id") == session])
        self.assertTrue(self.client.mark_notification_read(told[0]["id"])["read"])
        self.client.clear_notifications()
        self.assertNotIn(told[0]["id"], [one["id"] for one in self.client.list_notifications()])

    def test_a_webhook_is_signed_so_that_it_can_be_verified(self):
        messages: queue.Queue[tuple[dict[str, str], bytes]] = queue.Queue()

        class Receiver(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                messages.put((dict(self.headers), self.rfile.read(int(self.headers["Content-Length"]))))
                self.send_response(204)
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                return

        receiver = HTTPServer(("127.0.0.1", 0), Receiver)
        threading.Thread(target=receiver.serve_forever, daemon=True).start()
        self.addCleanup(receiver.server_close)
        self.addCleanup(receiver.shutdown)
        webhook = self.client.register_webhook(f"http://127.0.0.1:{receiver.server_port}/hook", ["training_completed"])
        tested = self.client.test_webhook(webhook["webhook_id"])
        self.assertEqual((True, 204), (tested["success"], tested["status_code"]))
        verify_webhook(webhook["secret"], *messages.get(timeout=10))
        session = self.external()
        self.client.complete_session(session)
        told = verify_webhook(webhook["secret"], *messages.get(timeout=20))
        self.assertEqual(("training_completed", session), (told["event"], told["data"]["session_id"]))
        self.assertTrue(self.client.list_webhook_deliveries(webhook["webhook_id"]))
        self.client.delete_webhook(webhook["webhook_id"])

    def test_the_machine_is_measured(self):
        self.assertEqual(len(self.client.get_resources()["cpu"]["per_cpu"]), self.client.get_resources()["cpu"]["count"])
        self.assertEqual("healthy", self.client.get_health()["status"])


if __name__ == "__main__":
    unittest.main()
