# Sourced by the scripts beside it: where things are, how they are said, and how
# what is missing gets installed. Installs nothing by being sourced.

set -euo pipefail

root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
cd "$root"

# A cold build of burn takes a quarter of an hour: its outputs live in the user's
# cache, where every clone and every script finds them again.
inkling_cache="${XDG_CACHE_HOME:-$HOME/.cache}/inkling"
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$inkling_cache/target}"
tools_dir="$inkling_cache/tools"
export PATH="$tools_dir/bin:$HOME/.cargo/bin:$PATH"
export CARGO_TERM_COLOR="${CARGO_TERM_COLOR:-never}"

wasm_pack_version=0.15.1
min_node_major=20

say() { printf '%s\n' "$*"; }

# One clear line: what is missing, and how to get it.
fail() {
  printf 'error: %s\n' "$*" >&2
  exit 1
}

has() { command -v "$1" >/dev/null 2>&1; }

as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  elif has sudo; then
    sudo "$@"
  else
    fail "installing $3 needs root: run \`$*\` as root, then start this script again"
  fi
}

is_a_mac() { [ "$(uname -s)" = Darwin ]; }

# on_a_mac COMMAND: where a Mac gets it from, for the end of a sentence.
on_a_mac() {
  is_a_mac || return 0
  case "$1" in
  cc) printf '%s' '; on a Mac: `xcode-select --install`' ;;
  *) printf '%s' "; on a Mac: \`brew install $1\`" ;;
  esac
}

# need_apt COMMAND PACKAGE WHY: a Debian package, for a command that is missing.
need_apt() {
  has "$1" && return
  has apt-get || fail "$1 is missing ($3) and there is no apt-get: install what your system calls $2$(on_a_mac "$1")"
  say "Installing $2 with apt: $3"
  export DEBIAN_FRONTEND=noninteractive
  # The lists of a fresh machine are empty or stale; the second try is with new ones.
  as_root apt-get install -y --no-install-recommends "$2" >/dev/null 2>&1 ||
    { as_root apt-get update >/dev/null && as_root apt-get install -y --no-install-recommends "$2" >/dev/null; } ||
    fail "apt could not install $2: run \`apt-get install $2\` to see why"
  has "$1" || fail "$2 is installed, but $1 is still not on the PATH"
}

need_rust() {
  has rustup || fail "rustup is missing (it brings the pinned Rust): get it from https://rustup.rs"
  need_apt cc build-essential "Rust links its build scripts with the system's C compiler"
  local channel
  channel="$(sed -n 's/^channel = "\(.*\)"/\1/p' rust-toolchain.toml)"
  if ! rustup run "$channel" rustc --version >/dev/null 2>&1 ||
    ! rustup target list --installed --toolchain "$channel" 2>/dev/null | grep -qx wasm32-unknown-unknown ||
    ! rustup run "$channel" cargo clippy --version >/dev/null 2>&1 ||
    ! rustup run "$channel" cargo fmt --version >/dev/null 2>&1; then
    say "Installing Rust $channel with rustup: the version that rust-toolchain.toml pins, and its WebAssembly target"
    rustup toolchain install "$channel" --profile minimal --no-self-update \
      --component rustfmt --component clippy --target wasm32-unknown-unknown ||
      fail "rustup could not install Rust $channel: run \`rustup toolchain install $channel\` to see why"
  fi
}

# What the engine with threads is built of besides: see scripts/build.
need_rust_sources() {
  local channel
  channel="$(sed -n 's/^channel = "\(.*\)"/\1/p' rust-toolchain.toml)"
  [ -f "$(rustup run "$channel" rustc --print sysroot)/lib/rustlib/src/rust/library/Cargo.lock" ] && return
  say "Installing the sources of Rust's library with rustup: the engine with threads builds it with atomic instructions"
  rustup component add rust-src --toolchain "$channel" ||
    fail "rustup could not install rust-src: run \`rustup component add rust-src --toolchain $channel\` to see why"
}

need_node() {
  has node || fail "node is missing (it runs the development tools): install Node $min_node_major or newer, from https://nodejs.org"
  has npm || fail "npm is missing: it comes with Node, from https://nodejs.org"
  local major
  major="$(node -p 'process.versions.node.split(".")[0]')"
  [ "$major" -ge "$min_node_major" ] ||
    fail "node is version $major, $min_node_major or newer is needed: https://nodejs.org"
}

need_npm_packages() {
  need_node
  local stamp=node_modules/.inkling-lock
  cat package.json package-lock.json | cmp -s - "$stamp" && return
  say "Installing the packages of package-lock.json with npm: type checker, formatter, wasm-opt, test browser driver, vendored libraries"
  npm ci --no-fund --no-audit --loglevel=error ||
    fail "npm could not install the packages: run \`npm ci\` to see why"
  cat package.json package-lock.json >"$stamp"
}

# cargo_tool CRATE VERSION COMMAND WHY: into this project's own folder, so that
# another project's version of the same tool stays as it is.
cargo_tool() {
  "$3" --version 2>/dev/null | grep -qwF "$2" && return
  say "Installing $1 $2 with cargo: $4 (takes minutes)"
  # Without --locked: the published lock file holds a yanked entry. The tools get
  # a target directory of their own, so that they never meet this workspace's.
  CARGO_TARGET_DIR="$inkling_cache/tools-target" \
    cargo install --quiet "$1" --version "$2" --root "$tools_dir" --force ||
    fail "cargo could not install $1: run \`cargo install $1 --version $2\` to see why"
  rm -rf "$inkling_cache/tools-target"
  hash -r
}

need_wasm_bindgen() {
  local version
  version="$(awk '$0 == "name = \"wasm-bindgen\"" { getline; gsub(/[^0-9.]/, ""); print; exit }' Cargo.lock)"
  [ -n "$version" ] || fail "Cargo.lock names no wasm-bindgen: restore it with \`git checkout Cargo.lock\`"
  cargo_tool wasm-bindgen-cli "$version" wasm-bindgen "it writes the JavaScript around the engine and must be of Cargo.lock's version"
}

need_wasm_pack() {
  cargo_tool wasm-pack "$wasm_pack_version" wasm-pack "it runs the Rust tests in a browser"
}

# want_apt COMMAND PACKAGE WHY: the same for what can be done without; it says so.
want_apt() {
  if has "$1"; then return 0; fi
  if has apt-get && (need_apt "$@"); then return 0; fi
  say "Going on without $1: what needs it is skipped, and says so"
}

# The tests of the main job in other engines, which are skipped where one is absent.
want_engines() {
  want_apt firefox-esr firefox-esr "the main job is tested in Firefox too"
  want_apt WebKitWebDriver webkit2gtk-driver "the main job is tested in WebKit too"
  want_apt xvfb-run xvfb "WebKit needs a screen, if only a virtual one"
}

# Any Chrome or Chromium will do; scripts/browser.mjs looks for one. Only Debian has it as
# a package: Ubuntu's is a pointer to a snap, whose browser sees no files of ours.
need_browser() {
  local found
  need_node
  if ! found="$(node scripts/browser.mjs 2>&1)"; then
    if [ -n "${CHROME:-}" ] || ! has apt-get || ! (need_apt chromium chromium "the browser that the tests drive"); then
      fail "${found#error: }"
    fi
    found="$(node scripts/browser.mjs)" || fail "chromium is installed, but is not on the PATH"
  fi
  export CHROME="$found"
}

# chromedriver must be of the browser's version. GitHub's machines say where theirs is.
need_chromedriver() {
  if [ -z "${CHROMEDRIVER:-}" ]; then
    if [ -n "${CHROMEWEBDRIVER:-}" ]; then
      CHROMEDRIVER="$CHROMEWEBDRIVER/chromedriver"
    else
      if ! has chromedriver && has apt-get; then
        (need_apt chromedriver chromium-driver "it drives the browser for the Rust tests") || true
      fi
      CHROMEDRIVER="$(command -v chromedriver)" ||
        fail "chromedriver is missing (it drives the browser for the Rust tests): get the one of your browser's version from https://googlechromelabs.github.io/chrome-for-testing/ and put it on the PATH, or name it with CHROMEDRIVER$(on_a_mac chromedriver)"
    fi
  fi
  [ -x "$CHROMEDRIVER" ] || fail "CHROMEDRIVER: found \"$CHROMEDRIVER\", expected the path of a chromedriver to run"
  export CHROMEDRIVER
}
