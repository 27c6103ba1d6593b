// A browser may name a language that its own formatter refuses (WebKit says "C"
// under LANG=C), and uPlot formats with it while it is being loaded: without
// this the page would stay empty. Import it before uPlot.

try {
  Intl.getCanonicalLocales(navigator.language);
} catch {
  Object.defineProperty(navigator, "language", { value: "en", configurable: true });
}

export {};
