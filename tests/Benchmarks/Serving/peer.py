"""What a user would write instead: FastAPI and scikit-learn, a request a prediction, nothing recorded; and with "batched",
what an expert would make of it: requests that wait while a prediction runs are predicted together."""
import asyncio
import sys

import numpy as np
import uvicorn
from fastapi import FastAPI
from pydantic import BaseModel
from sklearn.ensemble import IsolationForest

port, features, batched = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3] == "batched"
model = IsolationForest(random_state=1).fit(np.random.default_rng(1).normal(size=(5000, features)))
app = FastAPI()
waiting = []
arrived = asyncio.Event()


class Rows(BaseModel):
    data: list[list[float]]


def answer(scores):
    return {"scores": scores.tolist(), "predictions": (scores > 0.5).astype(int).tolist()}


async def predict_together():
    while True:
        await arrived.wait()
        arrived.clear()
        batch = waiting[:]
        waiting.clear()
        if not batch:
            continue
        rows = np.concatenate([rows for rows, _ in batch])
        scores = await asyncio.get_running_loop().run_in_executor(None, lambda: -model.score_samples(rows))
        first = 0
        for rows, future in batch:
            future.set_result(scores[first:first + len(rows)])
            first += len(rows)


@app.on_event("startup")
async def start():
    if batched:
        asyncio.get_running_loop().create_task(predict_together())


if batched:
    @app.post("/detect")
    async def detect(request: Rows):
        future = asyncio.get_running_loop().create_future()
        waiting.append((np.array(request.data), future))
        arrived.set()
        return answer(await future)
else:
    @app.post("/detect")
    def detect(request: Rows):
        return answer(-model.score_samples(np.array(request.data)))

uvicorn.run(app, host="127.0.0.1", port=port, log_level="error", access_log=False)
