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

    def __init__(self, settings):
        super().__init__()
        layers, width = [], SIDE * SIDE
        if settings["input_dropout"] > 0:
            layers.append(InklingDropout(settings["input_dropout"], 2**32 - 1))
        for number, units in enumerate(settings["hidden"]):
            layers.append(nn.Linear(width, units))
            if settings["layer_norm"]:
                layers.append(nn.LayerNorm(units))
            layers.append(ACTIVATIONS[settings["activation"]]())
            if settings["dropout"] > 0:
                layers.append(InklingDropout(settings["dropout"], number))
            width = units
        layers.append(nn.Linear(width, len(CLASSES)))
        self.layers = nn.Sequential(*layers)

    def forward(self, x):
        return self.layers(x)

    def draw_weights(self, seed, initialisation):
        """The initial weights, drawn as Inkling draws them: the same start for both."""
        for layer in self.layers:
            if isinstance(layer, InklingDropout):
                layer.seed = seed
        random = np.random.RandomState([seed, 1])
        for layer in self.layers:
            if isinstance(layer, nn.Linear):
                inputs, outputs = layer.in_features, layer.out_features
                bias = np.zeros(outputs)
                match initialisation:
                    case "torch":
                        bound = 1 / np.sqrt(inputs)
                        weight = random.uniform(-bound, bound, (inputs, outputs))
                        bias = random.uniform(-bound, bound, outputs)
                    case "kaiming_normal":
                        # nn.init.kaiming_normal_, in pairs by Box and Muller.
                        draws = random.random_sample(((inputs * outputs + 1) // 2, 2))
                        radius, angle = np.sqrt(-2 * np.log(1 - draws[:, 0])), 2 * np.pi * draws[:, 1]
                        normal = np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)
                        normal = normal.ravel()[: inputs * outputs].reshape(inputs, outputs)
                        weight = np.sqrt(2 / inputs) * normal
                    case "xavier":
                        bound = np.sqrt(6 / (inputs + outputs))
                        weight = random.uniform(-bound, bound, (inputs, outputs))
                    case "equal":
                        weight = np.full((inputs, outputs), 1 / inputs)
                with torch.no_grad():
                    layer.weight.copy_(torch.tensor(weight.T))
                    layer.bias.copy_(torch.tensor(bias))
