import json
import os
import unittest
from unittest import mock

from pivot_client import BadRequest, Conflict, ConnectionFailed, NotFound, PIVOTClient, RateLimited, ServerError

from .scripted import ScriptedTest, hanging_up, replying

SESSION = {"session_id": "sess_1", "status": "created", "created_at": "2025-12-19T10:30:00Z"}


class Requests(ScriptedTest):
    def test_a_session_is_created_with_the_documented_fields_and_the_key(self):
        self.script = [replying(201, SESSION)]

        session = self.client.create_session(config_path="configs/train.yaml", session_name="my_experiment", tags=("unet",))

        asked = self.asked[0]
        self.assertEqual("sess_1", session["session_id"])
        self.assertEqual(("POST", "/api/v1/training/sessions", "key-1"), (asked.method, asked.path, asked.headers["X-API-Key"]))
        self.assertEqual({"config_path": "configs/train.yaml", "session_name": "my_experiment", "tags": ["unet"]}, json.loads(asked.body))

    def test_the_key_comes_from_the_environment_unless_given(self):
        with mock.patch.dict(os.environ, {"ESA_API_KEY": "key-2"}):
            self.assertEqual({"X-API-Key": "key-2"}, PIVOTClient()._credential())
            self.assertEqual({"X-API-Key": "key-3"}, PIVOTClient(api_key="key-3")._credential())
            self.assertEqual({}, PIVOTClient(api_key="")._credential())

    def test_an_address_may_end_with_the_prefix_of_the_api(self):
        for address in ("http://h", "http://h/", "http://h/api/v1", "http://h/api/v1/"):
            self.assertEqual("/api/v1", PIVOTClient(address)._root)
        self.assertEqual("/behind/api/v1", PIVOTClient("https://h/behind")._root)
        with self.assertRaises(ValueError):
            PIVOTClient("localhost:8000")

    def test_a_refusal_names_code_field_and_expectation(self):
        self.script = [replying(422, {"error": {"code": "VALIDATION_ERROR", "message": "config_path: field required.", "details": {"field": "config_path", "expected": "a YAML file"}}}, X_Request_ID="req_1")]

        with self.assertRaises(BadRequest) as caught:
            self.client.create_session()

        error = caught.exception
        self.assertEqual(("VALIDATION_ERROR", 422, "config_path", "a YAML file", "req_1"), (error.code, error.status, error.field, error.expected, error.request_id))
        self.assertEqual("config_path: field required.", str(error))

    def test_each_status_has_its_exception(self):
        for status, kind in ((404, NotFound), (409, Conflict), (500, ServerError)):
            self.script = [replying(status, {"error": {"code": "X", "message": "no"}})]
            with self.assertRaises(kind):
                self.client.start_training("sess_1")

    def test_an_answer_that_is_no_json_is_still_an_exception(self):
        self.script = [lambda request: (request.send_response(418), request.end_headers(), request.wfile.write(b"<html>"))]
        with self.assertRaisesRegex(Exception, "answered 418"):
            self.client.get_session("sess_1")

    def test_whoever_asks_too_often_waits_as_long_as_the_server_says(self):
        self.script = [replying(429, {}, Retry_After="7"), replying(200, SESSION)]

        self.client.start_training("sess_1")

        self.assertEqual([7.0], self.waited)

    def test_a_wait_of_an_hour_is_an_exception(self):
        self.script = [replying(429, {"error": {"message": "Too many."}}, Retry_After="3600")]
        with self.assertRaises(RateLimited) as caught:
            self.client.get_session("sess_1")
        self.assertEqual(3600, caught.exception.retry_after)

    def test_a_broken_line_is_tried_again_where_nothing_can_happen_twice(self):
        self.script = [hanging_up, replying(200, SESSION)]
        self.assertEqual("sess_1", self.client.get_session("sess_1")["session_id"])

        self.script = [hanging_up, replying(200, SESSION)]
        with self.assertRaises(ConnectionFailed):
            self.client.start_training("sess_1")
        self.assertEqual(3, len(self.asked))

    def test_a_report_is_sent_again_because_it_replaces_itself(self):
        self.script = [hanging_up, replying(201, {"recorded": 1})]

        self.client.report_metrics("sess_1", {"epoch": 1, "val_loss": 0.5})
        self.script = [replying(201, {"recorded": 2})]
        self.client.report_metrics("sess_1", [{"epoch": 1, "a": 1}, {"epoch": 2, "a": 2}])

        self.assertEqual([{"epoch": 1, "val_loss": 0.5}] * 2 + [{"metrics": [{"epoch": 1, "a": 1}, {"epoch": 2, "a": 2}]}], [json.loads(asked.body) for asked in self.asked])

    def test_a_number_that_json_does_not_have_is_refused_before_it_is_sent(self):
        with self.assertRaises(ValueError):
            self.client.report_metrics("sess_1", {"epoch": 1, "val_loss": float("nan")})
        self.assertEqual([], self.asked)

    def test_an_id_cannot_lead_to_another_path(self):
        self.script = [replying(404, {})]
        with self.assertRaises(NotFound):
            self.client.get_session("../alerts?x=1")
        self.assertEqual("/api/v1/training/sessions/..%2Falerts%3Fx%3D1", self.asked[0].path)
        for nothing in ("", "..", None):
            with self.assertRaises(BadRequest):
                self.client.delete_checkpoint(nothing)

    def test_a_redirect_does_not_carry_the_key_away(self):
        self.script = [replying(302, {}, Location="http://elsewhere.example/")]
        with self.assertRaisesRegex(Exception, "answered 302"):
            self.client.get_session("sess_1")
        self.assertEqual(1, len(self.asked))

    def test_filters_become_query_parameters(self):
        self.script = [replying(200, {"notifications": []}), replying(200, {"values": []}), replying(200, {"alerts": []})]
        self.client.list_notifications(type="training", unread=True)
        self.client.get_metric_history("sess_1", "val_loss", start_epoch=2)
        self.client.list_alerts(status="active", severity="high")
        self.assertEqual(
            ["/api/v1/notifications?type=training&unread=true", "/api/v1/metrics/sess_1/history?metric_name=val_loss&start_epoch=2", "/api/v1/alerts?status=active&severity=high"],
            [asked.path for asked in self.asked])


if __name__ == "__main__":
    unittest.main()
