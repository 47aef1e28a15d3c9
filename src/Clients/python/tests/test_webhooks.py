import base64
import hashlib
import hmac
import json
import unittest

from pivot_client import WebhookVerificationError, verify_webhook

from .scripted import ScriptedTest, replying

# The example of the specification, https://github.com/standard-webhooks/standard-webhooks
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
BODY = b'{"test": 2432232314}'
HEADERS = {"webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek", "webhook-timestamp": "1614265330", "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="}
NOW = 1614265330.0


class Verification(unittest.TestCase):
    def test_the_specifications_example_is_genuine(self):
        self.assertEqual({"test": 2432232314}, verify_webhook(SECRET, HEADERS, BODY, now=NOW))
        self.assertEqual({"test": 2432232314}, verify_webhook(SECRET, {name.title(): value for name, value in HEADERS.items()}, BODY.decode(), now=NOW))

    def test_one_of_several_signatures_is_enough(self):
        self.assertTrue(verify_webhook(SECRET, HEADERS | {"webhook-signature": "v1a,xx v1,AAAA v1,%% " + HEADERS["webhook-signature"]}, BODY, now=NOW))

    def test_a_secret_may_be_any_text(self):
        signature = base64.b64encode(hmac.new(b"your_webhook_secret", b"msg_1.1614265330." + BODY, hashlib.sha256).digest()).decode()
        headers = {"webhook-id": "msg_1", "webhook-timestamp": "1614265330", "webhook-signature": f"v1,{signature}"}
        self.assertTrue(verify_webhook("your_webhook_secret", headers, BODY, now=NOW))

    def test_what_is_forged_or_old_or_incomplete_is_refused(self):
        for change, body, now, field in (
            ({}, BODY + b" ", NOW, "webhook-signature"), ({"webhook-id": "msg_other"}, BODY, NOW, "webhook-signature"),
            ({"webhook-signature": "v1,"}, BODY, NOW, "webhook-signature"), ({"webhook-signature": ""}, BODY, NOW, "webhook-signature"),
            ({}, BODY, NOW + 301, "webhook-timestamp"), ({}, BODY, NOW - 301, "webhook-timestamp"), ({"webhook-timestamp": "soon"}, BODY, NOW, "webhook-timestamp"),
        ):
            with self.subTest(field=field, change=change), self.assertRaises(WebhookVerificationError) as caught:
                verify_webhook(SECRET, HEADERS | change, body, now=now)
            self.assertEqual(field, caught.exception.field)


class Webhooks(ScriptedTest):
    def test_a_webhook_is_registered_with_the_documented_fields(self):
        self.script = [replying(201, {"webhook_id": "webhook_1", "status": "active"})]
        self.client.register_webhook("https://example.com/webhook", ["training_completed", "alert_triggered"], "your_webhook_secret")
        self.assertEqual(
            {"url": "https://example.com/webhook", "events": ["training_completed", "alert_triggered"], "secret": "your_webhook_secret"}, json.loads(self.asked[0].body))


if __name__ == "__main__":
    unittest.main()
