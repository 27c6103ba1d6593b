def split(split_seed, validation_share):
    """The stratified split: the very rows that Inkling trained and validated on."""
    rows = np.arange(len(labels))
    return train_test_split(
        rows, test_size=validation_share, stratify=labels, random_state=split_seed
    )


def tensors(rows):
    """Normalised pixels and labels of some rows."""
    x = torch.tensor(pixels[rows], dtype=torch.float32)
    return (x / 255 - 0.1307) / 0.3081, torch.tensor(labels[rows], dtype=torch.long)


def build(hidden, dropout, layer_norm):
    """Linear, layer normalisation, ReLU, dropout for each hidden layer; then ten logits."""
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
    return nn.Sequential(*layers)


def draw_weights(model, seed):
    """PyTorch's usual initialisation, drawn as Inkling draws it: the same start for both."""
    random = np.random.RandomState([seed, 1])
    for layer in model:
        if isinstance(layer, nn.Linear):
            bound = 1 / np.sqrt(layer.in_features)
            weight = random.uniform(-bound, bound, (layer.in_features, layer.out_features))
            bias = random.uniform(-bound, bound, layer.out_features)
            with torch.no_grad():
                layer.weight.copy_(torch.tensor(weight.T))
                layer.bias.copy_(torch.tensor(bias))


def train(run):
    """One run from scratch; a dict an epoch. Ends early where the loss is no number."""
    torch.manual_seed(run["seed"])
    train_rows, validation_rows = split(run["split_seed"], run["validation_share"])
    x, y = tensors(train_rows)
    x_validation, y_validation = tensors(validation_rows)
    model = build(run["hidden"], run["dropout"], run["layer_norm"])
    draw_weights(model, run["seed"])
    optimizer = torch.optim.SGD(
        model.parameters(),
        lr=run["learning_rate"],
        momentum=run["momentum"],
        weight_decay=run["weight_decay"],
    )
    schedule = None
    if run.get("schedule") == "cosine":
        schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=run["epochs"])
    loss_of = nn.CrossEntropyLoss()
    history = []
    for epoch in range(1, run["epochs"] + 1):
        model.train()
        loss_sum = correct = 0
        # What DataLoader(shuffle=True) does, in the order in which Inkling saw the images.
        order = np.random.RandomState([run["seed"], 2, epoch]).permutation(np.arange(len(y)))
        for batch in torch.tensor(order).split(run["batch_size"]):
            optimizer.zero_grad()
            logits = model(x[batch])
            loss = loss_of(logits, y[batch])
            if not torch.isfinite(loss):
                return history
            loss.backward()
            optimizer.step()
            loss_sum += loss.item() * len(batch)
            correct += (logits.argmax(1) == y[batch]).sum().item()
        if schedule:
            schedule.step()
        model.eval()
        with torch.no_grad():
            logits = model(x_validation)
            validation_loss = loss_of(logits, y_validation).item()
            validation_accuracy = (logits.argmax(1) == y_validation).float().mean().item()
        history.append(
            {
                "epoch": epoch,
                "train_loss": loss_sum / len(y),
                "train_accuracy": correct / len(y),
                "validation_loss": validation_loss,
                "validation_accuracy": validation_accuracy,
            }
        )
    return history
