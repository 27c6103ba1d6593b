class MLP(nn.Module):
    """784 pixels; linear, layer normalisation, ReLU, dropout for each hidden layer; ten logits."""

    def __init__(self, hidden, dropout, layer_norm):
        super().__init__()
        layers, width = [], 784
        for units in hidden:
            layers.append(nn.Linear(width, units))
            if layer_norm:
                layers.append(nn.LayerNorm(units))
            layers.append(nn.ReLU())
            if dropout > 0:
                layers.append(nn.Dropout(dropout))
            width = units
        layers.append(nn.Linear(width, 10))
        self.layers = nn.Sequential(*layers)

    def forward(self, x):
        return self.layers(x)

    def draw_weights(self, seed):
        """PyTorch's usual initialisation, drawn as Inkling draws it: the same start for both."""
        random = np.random.RandomState([seed, 1])
        for layer in self.layers:
            if isinstance(layer, nn.Linear):
                bound = 1 / np.sqrt(layer.in_features)
                weight = random.uniform(-bound, bound, (layer.in_features, layer.out_features))
                bias = random.uniform(-bound, bound, layer.out_features)
                with torch.no_grad():
                    layer.weight.copy_(torch.tensor(weight.T))
                    layer.bias.copy_(torch.tensor(bias))
