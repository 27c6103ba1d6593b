class InklingDropout(nn.Dropout):
    """nn.Dropout that drops the very units that Inkling dropped: Philox4x32-10 (Salmon, Moraes,
    Dror and Shaw, SC 2011) of a unit's place, its layer, the step and the run's seed."""

    def __init__(self, p, layer):
        super().__init__(p)
        self.layer, self.seed, self.step = layer, 0, 0

    def forward(self, x):
        if not self.training:
            return x
        count = x.numel()
        places = np.arange((count + 3) // 4, dtype=np.uint64)
        words = [places] + [np.full_like(places, word) for word in (self.layer, self.step, 0)]
        key, low = [self.seed, 3], np.uint64(0xFFFFFFFF)
        for _ in range(10):
            first, third = words[0] * np.uint64(0xD2511F53), words[2] * np.uint64(0xCD9E8D57)
            words = [
                (third >> np.uint64(32)) ^ words[1] ^ np.uint64(key[0]),
                third & low,
                (first >> np.uint64(32)) ^ words[3] ^ np.uint64(key[1]),
                first & low,
            ]
            key = [(key[0] + 0x9E3779B9) % 2**32, (key[1] + 0xBB67AE85) % 2**32]
        draws = np.stack(words, axis=1).ravel()[:count] >> np.uint64(8)
        kept = draws >= round(float(np.float32(self.p)) * 2**24)
        self.step += 1
        return x * torch.tensor(kept, dtype=x.dtype).reshape(x.shape) / (1 - self.p)


ACTIVATIONS = {
    "relu": nn.ReLU,
    "leaky_relu": nn.LeakyReLU,
    "tanh": nn.Tanh,
    "sigmoid": nn.Sigmoid,
    "gelu": nn.GELU,
    "silu": nn.SiLU,
}


class MLP(nn.Module):
    """Pixels; linear, layer normalisation, activation, dropout for each hidden layer; a logit a
    class."""

    def __init__(self, hidden, activation, dropout, layer_norm):
        super().__init__()
        layers, width = [], SIDE * SIDE
        for number, units in enumerate(hidden):
            layers.append(nn.Linear(width, units))
            if layer_norm:
                layers.append(nn.LayerNorm(units))
            layers.append(ACTIVATIONS[activation]())
            if dropout > 0:
                layers.append(InklingDropout(dropout, number))
            width = units
        layers.append(nn.Linear(width, len(CLASSES)))
        self.layers = nn.Sequential(*layers)

    def forward(self, x):
        return self.layers(x)

    def draw_weights(self, seed):
        """PyTorch's usual initialisation, drawn as Inkling draws it: the same start for both."""
        for layer in self.layers:
            if isinstance(layer, InklingDropout):
                layer.seed = seed
        random = np.random.RandomState([seed, 1])
        for layer in self.layers:
            if isinstance(layer, nn.Linear):
                bound = 1 / np.sqrt(layer.in_features)
                weight = random.uniform(-bound, bound, (layer.in_features, layer.out_features))
                bias = random.uniform(-bound, bound, layer.out_features)
                with torch.no_grad():
                    layer.weight.copy_(torch.tensor(weight.T))
                    layer.bias.copy_(torch.tensor(bias))
