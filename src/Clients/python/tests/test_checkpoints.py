import hashlib
import tempfile
import tracemalloc
import unittest
from pathlib import Path

from pivot_client import ConnectionFailed, DigestMismatch, NotFound
from pivot_client.checkpoints import _Upload

from .scripted import ScriptedTest, replying

CONTENT = bytes(range(256)) * 4096


class Checkpoints(ScriptedTest):
    def setUp(self):
        super().setUp()
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.checkpoint = {"checkpoint_id": "ckpt_1", "file_name": "model.pth", "file_size_bytes": len(CONTENT), "sha256": hashlib.sha256(CONTENT).hexdigest()}

    def sending(self, content: bytes, upto: int | None = None):
        def answer(request):
            asked = request.headers.get("Range")
            start = int(asked.removeprefix("bytes=").rstrip("-")) if asked else 0
            request.send_response(206 if asked else 200)
            request.send_header("Content-Length", str(len(content) - start))
            if asked:
                request.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
            request.end_headers()
            request.wfile.write(content[start:upto])

        return answer

    def test_a_download_goes_on_where_it_broke_off(self):
        self.script = [replying(200, self.checkpoint), self.sending(CONTENT, 300_000), self.sending(CONTENT, 700_001), self.sending(CONTENT)]

        path = self.client.download_checkpoint("ckpt_1", self.folder)

        self.assertEqual(CONTENT, path.read_bytes())
        self.assertEqual(self.folder / "model.pth", path)
        self.assertEqual([None, "bytes=300000-", "bytes=700001-"], [asked.headers.get("Range") for asked in self.asked[1:]])
        self.assertEqual(f'"{self.checkpoint["sha256"]}"', self.asked[2].headers["If-Range"])
        self.assertEqual([path], list(self.folder.iterdir()))

    def test_a_download_of_an_earlier_run_is_picked_up(self):
        (self.folder / "best.pth.ckpt_1.part").write_bytes(CONTENT[:1000])
        self.script = [replying(200, self.checkpoint), self.sending(CONTENT)]
        self.assertEqual(CONTENT, self.client.download_checkpoint("ckpt_1", self.folder / "best.pth").read_bytes())
        self.assertEqual("bytes=1000-", self.asked[1].headers["Range"])

    def test_other_bytes_than_those_that_were_stored_are_thrown_away(self):
        self.script = [replying(200, self.checkpoint), self.sending(CONTENT[::-1])]
        with self.assertRaises(DigestMismatch):
            self.client.download_checkpoint("ckpt_1", self.folder / "best.pth")
        self.assertEqual([], list(self.folder.iterdir()))

    def test_a_download_without_progress_is_given_up_and_what_came_is_kept(self):
        self.script = [replying(200, self.checkpoint), *[self.sending(CONTENT, 10)] * 20]
        with self.assertRaises(ConnectionFailed):
            self.client.download_checkpoint("ckpt_1", self.folder / "best.pth")
        self.assertEqual(10, (self.folder / "best.pth.ckpt_1.part").stat().st_size)

    def test_an_upload_is_a_form_with_its_file_last(self):
        file = self.folder / 'a "strange" näme.pth'
        file.write_bytes(CONTENT)
        self.script = [replying(201, {"checkpoint_id": "ckpt_1", "sha256": self.checkpoint["sha256"]})]

        self.client.upload_checkpoint("sess_1", 50, file, {"val_loss": 0.25})

        asked = self.asked[0]
        self.assertEqual(str(len(asked.body)), asked.headers["Content-Length"])
        head, _, rest = asked.body.partition(CONTENT)
        self.assertIn('name="session_id"\r\n\r\nsess_1\r\n', head.decode())
        self.assertIn('name="epoch"\r\n\r\n50\r\n', head.decode())
        self.assertIn('name="metrics"\r\n\r\n{"val_loss": 0.25}\r\n', head.decode())
        self.assertIn('filename="a %22strange%22 näme.pth"', head.decode())
        self.assertTrue(rest.endswith(b"--\r\n"))

    def test_an_upload_that_arrived_otherwise_is_an_exception(self):
        file = self.folder / "model.pth"
        file.write_bytes(CONTENT)
        self.script = [replying(201, {"checkpoint_id": "ckpt_1", "sha256": "0" * 64})]
        with self.assertRaises(DigestMismatch):
            self.client.upload_checkpoint("sess_1", 50, file)

    def test_a_large_file_goes_up_and_comes_down_in_constant_memory(self):
        size = 64 << 20
        file = self.folder / "large.pth"
        with open(file, "wb") as writing:
            writing.truncate(size)
        digest = hashlib.sha256(bytes(size)).hexdigest()

        def give(request):
            request.send_response(200)
            request.send_header("Content-Length", str(size))
            request.end_headers()
            for _ in range(size >> 18):
                request.wfile.write(bytes(1 << 18))

        self.script = [replying(200, {**self.checkpoint, "file_size_bytes": size, "sha256": digest}), give]
        upload = _Upload(file, {"session_id": "sess_1"})
        tracemalloc.start()
        self.addCleanup(tracemalloc.stop)
        sent = sum(len(block) for block in upload.blocks())
        self.client.download_checkpoint("ckpt_1", self.folder / "again.pth")

        self.assertEqual((str(sent), digest), (upload.headers["Content-Length"], upload.sha256))
        self.assertLess(tracemalloc.get_traced_memory()[1], 4 << 20)

    def test_a_refusal_of_an_upload_says_why(self):
        file = self.folder / "model.pth"
        file.write_bytes(CONTENT)
        self.script = [replying(404, {"error": {"code": "NOT_FOUND", "message": "No session with id 'sess_1'."}})]
        with self.assertRaisesRegex(NotFound, "No session"):
            self.client.upload_checkpoint("sess_1", 50, file)


if __name__ == "__main__":
    unittest.main()
