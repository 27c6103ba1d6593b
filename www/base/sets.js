// The data sets that a site can be built with, by the name of their file in data/.

/** The one that is always there. */
export const SAMPLE = "sample";

/** What the others are called on the page: what scripts/fetch-mnist can bring. */
export const FETCHED = {
  mnist: "MNIST",
  fashion: "Fashion-MNIST",
  kmnist: "KMNIST",
  "emnist-letters": "EMNIST letters",
  "emnist-balanced": "EMNIST balanced",
  "emnist-byclass": "EMNIST byclass",
};
