"""An LSTM encoder-decoder (Malhotra et al. 2016) in NumPy, trained with Adam on batches of windows: an epoch for an epoch's time."""
import numpy as np

WINDOW, UNITS, BATCH, RATE = 16, 16, 32, 1e-3


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


class Cell:
    """A layer's weights and what a pass over a batch leaves behind for the way back."""

    def __init__(self, inputs, random):
        limit = np.sqrt(6 / (inputs + 2 * UNITS))
        self.inputs = inputs
        self.weights = random.uniform(-limit, limit, (inputs + UNITS, 4 * UNITS))
        self.bias = np.zeros(4 * UNITS)
        self.bias[UNITS:2 * UNITS] = 1

    def forward(self, inputs):
        """inputs: [steps, batch, features]; returns h of every step."""
        h = cell = np.zeros((inputs.shape[1], UNITS))
        self.steps, states = [], []
        for x in inputs:
            joined = np.concatenate((x, h), axis=1)
            z = joined @ self.weights + self.bias
            gates = sigmoid(z)
            candidate = np.tanh(z[:, 2 * UNITS:3 * UNITS])
            before, cell = cell, gates[:, UNITS:2 * UNITS] * cell + gates[:, :UNITS] * candidate
            squashed = np.tanh(cell)
            h = gates[:, 3 * UNITS:] * squashed
            self.steps.append((joined, gates, candidate, before, squashed))
            states.append(h)
        return np.stack(states)

    def backward(self, slopes):
        """slopes: of h at every step; returns those of the inputs, and of the weights and biases."""
        weights, bias = np.zeros_like(self.weights), np.zeros_like(self.bias)
        carried = cell = 0
        inputs = []
        for (joined, gates, candidate, before, squashed), slope in zip(reversed(self.steps), reversed(slopes)):
            into, forget, out = gates[:, :UNITS], gates[:, UNITS:2 * UNITS], gates[:, 3 * UNITS:]
            h = slope + carried
            cell = cell + h * out * (1 - squashed ** 2)
            z = np.concatenate((
                cell * candidate * into * (1 - into), cell * before * forget * (1 - forget),
                cell * into * (1 - candidate ** 2), h * squashed * out * (1 - out)), axis=1)
            weights += joined.T @ z
            bias += z.sum(axis=0)
            joined_slope = z @ self.weights.T
            inputs.append(joined_slope[:, :self.inputs])
            carried = joined_slope[:, self.inputs:]
            cell = cell * forget
        return np.stack(inputs[::-1]), weights, bias


class Autoencoder:
    def __init__(self, series):
        scaled = (series - series.mean(axis=0)) / series.std(axis=0)
        padded = np.concatenate((np.repeat(scaled[:1], WINDOW - 1, axis=0), scaled))
        self.windows = np.stack([padded[i:i + WINDOW] for i in range(len(series))])
        self.random = np.random.default_rng(0)
        features = series.shape[1]
        self.encoder, self.decoder = Cell(features, self.random), Cell(UNITS, self.random)
        self.output, self.output_bias = self.random.normal(0, 0.2, (UNITS, features)), np.zeros(features)
        self.trained = [
            self.encoder.weights, self.encoder.bias, self.decoder.weights, self.decoder.bias, self.output, self.output_bias]
        self.first = [np.zeros_like(p) for p in self.trained]
        self.second = [np.zeros_like(p) for p in self.trained]
        self.updates = 0

    def epoch(self):
        held_back = len(self.windows) // 10
        order = self.random.permutation(len(self.windows) - held_back)
        for first in range(0, len(order), BATCH):
            self.step(self.windows[order[first:first + BATCH]].transpose(1, 0, 2))
        error, _, _ = self.reconstruct(self.windows[-held_back:].transpose(1, 0, 2))
        return np.mean(error ** 2)

    def reconstruct(self, batch):
        code = self.encoder.forward(batch)[-1]
        decoded = self.decoder.forward(np.repeat(code[None], WINDOW, axis=0))
        return (decoded @ self.output + self.output_bias)[::-1] - batch, decoded, code

    def step(self, batch):
        error, decoded, _ = self.reconstruct(batch)
        slope = (2 * error / error.size)[::-1]
        codes, decoder_weights, decoder_bias = self.decoder.backward(slope @ self.output.T)
        last = np.zeros((WINDOW,) + codes.shape[1:])
        last[-1] = codes.sum(axis=0)
        _, encoder_weights, encoder_bias = self.encoder.backward(last)
        self.update([
            encoder_weights, encoder_bias, decoder_weights, decoder_bias,
            np.einsum("sbu,sbf->uf", decoded, slope), slope.sum(axis=(0, 1))])

    def update(self, gradients):
        norm = np.sqrt(sum((g ** 2).sum() for g in gradients))
        self.updates += 1
        for p, g, first, second in zip(self.trained, gradients, self.first, self.second):
            g *= min(1, 1 / norm)
            first += 0.1 * (g - first)
            second += 0.001 * (g ** 2 - second)
            p -= RATE * first / (1 - 0.9 ** self.updates) / (np.sqrt(second / (1 - 0.999 ** self.updates)) + 1e-8)
