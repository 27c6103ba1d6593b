loss_of = nn.CrossEntropyLoss()


def train_epoch(model, loader, optimizer, schedule, settings):
    """One pass over the training part: mean loss and accuracy, or None where the loss is no
    number any more. `schedule` moves on with each step, if there is one."""
    model.train()
    loss_of = nn.CrossEntropyLoss(label_smoothing=settings["label_smoothing"])
    *hidden, _ = [layer for layer in model.layers if isinstance(layer, nn.Linear)]
    loss_sum = correct = count = 0
    for x, y in loader:
        optimizer.zero_grad()
        logits = model(x)
        loss = loss_of(logits, y)
        if not torch.isfinite(loss):
            return None
        loss.backward()
        optimizer.step()
        if settings["max_norm"] > 0:
            with torch.no_grad():
                for layer in hidden:
                    layer.weight.copy_(layer.weight.renorm(2, 0, settings["max_norm"]))
        if schedule:
            schedule.step()
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


def schedules_of(settings, optimizer, steps):
    """What moves the learning rate after each epoch and after each of its `steps`, or None."""
    schedulers, rate = torch.optim.lr_scheduler, settings["learning_rate"]
    epochs = settings["epochs"]
    match settings["schedule"]:
        case "cosine":
            return schedulers.CosineAnnealingLR(optimizer, T_max=epochs), None
        case "step":
            return schedulers.StepLR(optimizer, step_size=-(-epochs // 3), gamma=0.1), None
        case "one_cycle":
            total = epochs * steps
            return None, schedulers.OneCycleLR(
                optimizer, max_lr=rate, total_steps=total, cycle_momentum=False
            )
        case "warm_up":
            return None, schedulers.LinearLR(
                optimizer, start_factor=1 / steps, total_iters=max(1, steps - 1)
            )
    return None, None


def train(settings, name):
    """One run from scratch: the trained model, a dict an epoch, and the one that the model is
    of. There is none of that, and the run ends early, where the loss is no number any more."""
    torch.manual_seed(settings["seed"])
    train_loader, validation_loader = loaders(settings)
    model = MLP(settings)
    model.draw_weights(settings["seed"], settings["initialisation"])
    optimizer = optimizer_of(settings, model.parameters())
    by_epoch, by_step = schedules_of(settings, optimizer, len(train_loader))
    history, best, best_weights = [], None, None
    for epoch in tqdm(range(1, settings["epochs"] + 1), desc=name, unit="epoch"):
        trained = train_epoch(model, train_loader, optimizer, by_step, settings)
        if trained is None:
            return model, history, None
        if by_epoch:
            by_epoch.step()
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
        if best is None or validated[1] > best["validation_accuracy"]:
            best, best_weights = history[-1], copy.deepcopy(model.state_dict())
        losses = [row["validation_loss"] for row in history]
        if 0 < settings["patience"] <= epoch - 1 - losses.index(min(losses)):
            break
    if not settings["keep_best"]:
        return model, history, history[-1]
    model.load_state_dict(best_weights)
    return model, history, best
