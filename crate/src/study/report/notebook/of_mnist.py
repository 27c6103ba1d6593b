

def normalisation(train_rows):
    """Mean and standard deviation of MNIST's pixels, as shares of full ink, whatever is trained on."""
    return 0.1307, 0.3081
