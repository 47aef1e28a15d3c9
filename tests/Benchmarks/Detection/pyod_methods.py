"""Methods of PyOD that scikit-learn has no counterpart of, computed as PyOD does, in NumPy.

Every fit ends, as PyOD's does, with a threshold at the 90th percentile, labels, mean and standard deviation of the scores."""
import numpy as np
from scipy.spatial.distance import cdist
from scipy.stats import skew
from sklearn.decomposition import PCA as Components
from sklearn.neighbors import NearestNeighbors
from sklearn.preprocessing import StandardScaler
from sklearn.utils import check_array


class Detector:
    def fit(self, x):
        x = check_array(x)
        self.scores = self.learn(x)
        self.threshold = np.percentile(self.scores, 90)
        self.labels = (self.scores > self.threshold).astype(int)
        self.mean, self.deviation = np.mean(self.scores), np.std(self.scores)
        return self

    def decision_function(self, x):
        return self.score(check_array(x))


def shares_at_most(x):
    """For every value the share of its column that is at most as large."""
    rows = len(x)
    order = np.argsort(x, axis=0)
    ordered = np.take_along_axis(x, order, axis=0)
    shares = np.repeat(np.arange(1, rows + 1)[:, None] / rows, x.shape[1], axis=1)
    # of equal values each has the share of the last
    shares[:-1][ordered[:-1] == ordered[1:]] = np.inf
    shares = np.minimum.accumulate(shares[::-1], axis=0)[::-1]
    back = np.empty_like(shares)
    np.put_along_axis(back, order, shares, axis=0)
    return back


class Tails(Detector):
    """ECOD and COPOD: new rows are ranked together with the training rows."""

    def learn(self, x):
        self.training = x
        return self.of(x)

    def score(self, x):
        return self.of(np.concatenate((self.training, x)))[len(self.training):]

    def of(self, x):
        left, right = -np.log(shares_at_most(x)), -np.log(shares_at_most(-x))
        sign = np.sign(skew(x, axis=0))
        corrected = left * -np.sign(sign - 1) + right * np.sign(sign + 1)
        return np.maximum(corrected, self.both(left, right)).sum(axis=1)


class ECOD(Tails):
    def both(self, left, right):
        return np.maximum(left, right)


class COPOD(Tails):
    def both(self, left, right):
        return (left + right) / 2


class HBOS(Detector):
    BINS, ALPHA, TOLERANCE = 10, 0.1, 0.5

    def learn(self, x):
        self.histograms = [np.histogram(column, bins=self.BINS, density=True) for column in x.T]
        return self.score(x)

    def score(self, x):
        scores = np.zeros(x.shape)
        for feature, (density, edges) in enumerate(self.histograms):
            column = x[:, feature]
            logarithm = np.log2(density + self.ALPHA)
            bins = np.digitize(column, edges, right=True)
            of = logarithm[np.clip(bins - 1, 0, self.BINS - 1)]
            below = (bins == 0) & (edges[0] - column > (edges[1] - edges[0]) * self.TOLERANCE)
            above = (bins == self.BINS + 1) & (column - edges[-1] > (edges[-1] - edges[-2]) * self.TOLERANCE)
            scores[:, feature] = np.where(below | above, logarithm.min(), of)
        return -scores.sum(axis=1)


class PCA(Detector):
    def learn(self, x):
        self.scaler = StandardScaler().fit(x)
        z = self.scaler.transform(x)
        self.components = Components().fit(z)
        return self.distances(z)

    def score(self, x):
        return self.distances(self.scaler.transform(x))

    def distances(self, z):
        return (cdist(z, self.components.components_) / self.components.explained_variance_ratio_).sum(axis=1)


class KNN(Detector):
    def __init__(self, threads):
        self.neighbors = NearestNeighbors(n_neighbors=5, n_jobs=threads)

    def learn(self, x):
        return self.neighbors.fit(x).kneighbors()[0][:, -1]

    def score(self, x):
        return self.neighbors.kneighbors(x)[0][:, -1]
