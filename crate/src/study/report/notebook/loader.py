class InklingOrder(Sampler):
    """A new permutation each epoch, as shuffle=True has it, in the order in which Inkling
    saw the images."""

    def __init__(self, num_images, seed):
        self.num_images, self.seed, self.epoch = num_images, seed, 0

    def __len__(self):
        return self.num_images

    def __iter__(self):
        self.epoch += 1
        random = np.random.RandomState([self.seed, 2, self.epoch])
        return iter(random.permutation(np.arange(self.num_images)).tolist())


def loaders(settings):
    """A loader of the training part, in batches of a new order each epoch, and one of the
    validation part. A sampler of whole batches lets the data set be indexed once a batch."""
    train_rows, validation_rows = split(settings["split_seed"], settings["validation_share"])
    order = InklingOrder(len(train_rows), settings["seed"])
    train_batches = BatchSampler(order, settings["batch_size"], drop_last=False)
    in_order = SequentialSampler(range(len(validation_rows)))
    validation_batches = BatchSampler(in_order, 2000, drop_last=False)
    return (
        DataLoader(dataset(train_rows, train_rows), sampler=train_batches, batch_size=None),
        DataLoader(dataset(validation_rows, train_rows), sampler=validation_batches, batch_size=None),
    )
