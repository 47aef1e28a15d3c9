"""Times scikit-learn on the tables of a folder; prints 'task seconds' lines. Does nothing where scikit-learn is missing."""
import glob
import os
import sys
import time

try:
    import numpy as np
    from scipy.stats import skew
    from scipy.spatial.distance import cdist
    from sklearn.decomposition import PCA
    from sklearn.ensemble import IsolationForest
    from sklearn.neighbors import LocalOutlierFactor, NearestNeighbors
    from sklearn.preprocessing import StandardScaler
    from sklearn.svm import OneClassSVM
except ImportError:
    sys.exit(0)


def table(name):
    path, = glob.glob(os.path.join(sys.argv[1], name + "_*.f64"))
    columns = int(path.rsplit("_", 1)[1].split(".")[0])
    return np.fromfile(path, dtype="<f8").reshape(-1, columns)


def timed(task, work, repeat=2):
    best = float("inf")
    for _ in range(repeat):
        start = time.perf_counter()
        result = work()
        best = min(best, time.perf_counter() - start)
    print(task, best, flush=True)
    return result


def ecdf(values):
    ordered = np.sort(values)
    return np.searchsorted(ordered, values, side="right") / len(values)


def tails(x):
    left = -np.log(np.apply_along_axis(ecdf, 0, x))
    right = -np.log(np.apply_along_axis(ecdf, 0, -x))
    sign = np.sign(skew(x, axis=0))
    return left, right, -left * np.sign(sign - 1) + right * np.sign(sign + 1)


def ecod(x):
    left, right, corrected = tails(x)
    return np.maximum(corrected, np.maximum(left, right)).sum(axis=1)


def copod(x):
    left, right, corrected = tails(x)
    return np.maximum(corrected, (left + right) / 2).sum(axis=1)


def hbos(x):
    scores = np.zeros(len(x))
    for j in range(x.shape[1]):
        density, edges = np.histogram(x[:, j], bins=10, density=True)
        bins = np.clip(np.searchsorted(edges, x[:, j], side="left"), 1, 10)
        scores -= np.log2(density + 0.1)[bins - 1]
    return scores


def pca(x):
    z = StandardScaler().fit_transform(x)
    model = PCA().fit(z)
    return (cdist(z, model.components_) / model.explained_variance_ratio_).sum(axis=1)


wide = table("wide")
forest = timed("isolation_forest_fit", lambda: IsolationForest(random_state=0).fit(wide))
timed("isolation_forest_score", lambda: forest.score_samples(wide), 1)
timed("isolation_forest_row", lambda: forest.score_samples(wide[:1]), 10)
for name, method in (("ecod", ecod), ("copod", copod), ("hbos", hbos), ("pca", pca)):
    timed(name + "_wide", lambda: method(wide), 1)
long = table("long")
timed("ecod_long", lambda: ecod(long), 1)
timed("hbos_long", lambda: hbos(long), 1)
near = table("near")
timed("lof_brute", lambda: LocalOutlierFactor(algorithm="brute").fit(near))
timed("lof_tree", lambda: LocalOutlierFactor(algorithm="kd_tree").fit(near), 1)
timed("knn", lambda: NearestNeighbors(n_neighbors=5).fit(near).kneighbors(), 1)
svm = table("svm")
timed("one_class_svm", lambda: OneClassSVM(nu=0.1).fit(svm))
