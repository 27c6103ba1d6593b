loss_of = nn.CrossEntropyLoss()


def train_epoch(model, loader, optimizer):
    """One pass over the training part: mean loss and accuracy, or None where the loss is no
    number any more."""
    model.train()
    loss_sum = correct = count = 0
    for x, y in loader:
        optimizer.zero_grad()
        logits = model(x)
        loss = loss_of(logits, y)
        if not torch.isfinite(loss):
            return None
        loss.backward()
        optimizer.step()
        loss_sum += loss.item() * len(y)
        correct += (logits.argmax(1) == y).sum().item()
        count += len(y)
    return loss_sum / count, correct / count


@torch.no_grad()
def evaluate(model, loader):
    """Mean loss and accuracy, dropout off."""
    model.eval()
    loss_sum = correct = count = 0
    for x, y in loader:
        logits = model(x)
        loss_sum += loss_of(logits, y).item() * len(y)
        correct += (logits.argmax(1) == y).sum().item()
        count += len(y)
    return loss_sum / count, correct / count


def optimizer_of(settings, parameters):
    """The run's optimiser; Adam, AdamW and Adagrad have averages of their own for momentum."""
    common = dict(lr=settings["learning_rate"], weight_decay=settings["weight_decay"])
    momentum = settings["momentum"]
    match settings["optimiser"]:
        case "adam":
            return torch.optim.Adam(parameters, **common)
        case "adamw":
            return torch.optim.AdamW(parameters, **common)
        case "rmsprop":
            return torch.optim.RMSprop(parameters, momentum=momentum, **common)
        case "adagrad":
            return torch.optim.Adagrad(parameters, **common)
        case name:
            nesterov = name == "nesterov" and momentum > 0
            return torch.optim.SGD(parameters, momentum=momentum, nesterov=nesterov, **common)


def train(settings, name):
    """One run from scratch: the trained model and a dict an epoch. Ends early where the loss is
    no number any more."""
    torch.manual_seed(settings["seed"])
    train_loader, validation_loader = loaders(settings)
    model = MLP(
        settings["hidden"], settings["activation"], settings["dropout"], settings["layer_norm"]
    )
    model.draw_weights(settings["seed"])
    optimizer = optimizer_of(settings, model.parameters())
    schedule = None
    if settings["schedule"] == "cosine":
        schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=settings["epochs"])
    history = []
    for epoch in tqdm(range(1, settings["epochs"] + 1), desc=name, unit="epoch"):
        trained = train_epoch(model, train_loader, optimizer)
        if trained is None:
            break
        if schedule:
            schedule.step()
        validated = evaluate(model, validation_loader)
        history.append(
            {
                "epoch": epoch,
                "train_loss": trained[0],
                "train_accuracy": trained[1],
                "validation_loss": validated[0],
                "validation_accuracy": validated[1],
            }
        )
    return model, history
