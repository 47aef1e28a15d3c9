"""Times scikit-learn on the tables of a folder with a number of threads, as far as its names are wanted; prints 'task seconds' lines.

Methods that only PyOD has are timed as pyod_methods.py writes them down. Does nothing where scikit-learn is missing."""
import glob
import os
import sys
import time

try:
    import numpy as np
    from sklearn.ensemble import IsolationForest
    from sklearn.neighbors import LocalOutlierFactor
    from sklearn.svm import OneClassSVM
except ImportError:
    sys.exit(0)

import lstm
import pyod_methods

FOLDER, THREADS, WANTED = sys.argv[1], int(sys.argv[2]), sys.argv[3].split(",")


def table(name):
    path, = glob.glob(os.path.join(FOLDER, name + "_*.f64"))
    columns = int(path.rsplit("_", 1)[1].split(".")[0])
    return np.fromfile(path, dtype="<f8").reshape(-1, columns)


def timed(task, work):
    """The fastest run of two seconds, or of two runs that take longer."""
    if not any(task.startswith(name) for name in WANTED):
        return
    runs = []
    while len(runs) < 2 or (len(runs) < 40 and sum(runs) < 2):
        start = time.perf_counter()
        work()
        runs.append(time.perf_counter() - start)
    print(task, min(runs), flush=True)


def measure(name, make, x, score=None):
    """Fit, score of the same rows, and score of one row; another detector may stand in for scoring."""
    if name not in WANTED:
        return
    timed(name + "_fit", lambda: make().fit(x))
    fitted = (score or make)().fit(x)
    timed(name + "_score", lambda: fitted.decision_function(x))
    if THREADS == 1:
        timed(name + "_row", lambda: fitted.decision_function(x[:1]))


wide, long, near, svm = (table(name) for name in ("wide", "long", "near", "svm"))
measure("isolation_forest", lambda: IsolationForest(random_state=0, n_jobs=THREADS), wide)
for name in ("ecod", "copod", "hbos", "pca"):
    measure(name, getattr(pyod_methods, name.upper()), wide)
for name in ("ecod", "hbos"):
    timed(name + "_long_fit", lambda: getattr(pyod_methods, name.upper())().fit(long))
for algorithm in ("brute", "kd_tree"):
    measure(
        "lof_" + algorithm,
        lambda: LocalOutlierFactor(algorithm=algorithm, n_jobs=THREADS),
        near,
        lambda: LocalOutlierFactor(algorithm=algorithm, n_jobs=THREADS, novelty=True))
measure("knn", lambda: pyod_methods.KNN(THREADS), near)
measure("one_class_svm", lambda: OneClassSVM(nu=0.1), svm)
series = lstm.Autoencoder(table("series"))
timed("lstm_epoch", series.epoch)
