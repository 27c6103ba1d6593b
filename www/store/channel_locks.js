// Locks among the tabs of a site where the browser has none, as by plain http to another
// machine: the tabs agree over a broadcast channel. Who holds a name answers whoever asks
// for it, and who hears nothing for a moment takes it. Of two that ask at once the earlier
// has it. A tab that is closed answers nobody, and so holds nothing.

import { new_id } from "../base/id.js";

/** @import { Manager } from "./locks.js" */

/** A tab on a busy machine answers within this time; who is taken for gone loses what it holds. */
const ANSWER_MS = 1000;

/** Whoever waits for a name asks for it this often. */
const ASK_EVERY_MS = 500;

/** A wish for a name: when, and whose. @typedef {{ at_ms: number, id: string }} Ticket */

/** @typedef {{ kind: "ask", ask: string, name: string | null, ticket: Ticket }} Ask `name`: or whatever is held */
/** @typedef {{ kind: "held", ask: string, names: string[] }} Answer */

/** @implements {Manager} */
export class ChannelLocks {
  #site;
  #open;
  /** @type {BroadcastChannel | null} */
  #channel = null;
  /** Names that this tab holds or asks for. @type {Map<string, { ticket: Ticket, is_held: boolean, is_lost: boolean }>} */
  #mine = new Map();
  /** Who waits for answers. @type {Map<string, (names: string[]) => void>} */
  #asking = new Map();

  /**
   * @param {string} site what its tabs share and no other site's do
   * @param {(name: string) => BroadcastChannel} [open] tests put their own in its place
   */
  constructor(site, open = (name) => new BroadcastChannel(name)) {
    this.#site = site;
    this.#open = open;
  }

  /**
   * @param {string} name
   * @param {LockOptions} options
   * @param {(lock: Lock | null) => any} use the name is free again when its promise is done
   * @returns {Promise<any>} what `use` gives; rejects with the signal's reason
   */
  async request(name, { ifAvailable = false, signal }, use) {
    while (!(await this.#claim(name))) {
      signal?.throwIfAborted();
      if (ifAvailable) return use(null);
      await new Promise((done) => setTimeout(done, ASK_EVERY_MS));
      signal?.throwIfAborted();
    }
    try {
      signal?.throwIfAborted();
      return await use({ name, mode: "exclusive" });
    } finally {
      this.#mine.delete(name);
    }
  }

  /** @returns {Promise<{ held: LockInfo[] }>} what any tab holds */
  async query() {
    const mine = [...this.#mine].filter(([, { is_held }]) => is_held).map(([name]) => name);
    const others = await this.#ask(null, ticket());
    return { held: [...new Set([...mine, ...others])].map((name) => ({ name })) };
  }

  /** @param {string} name @returns {Promise<boolean>} whether this tab has it now */
  async #claim(name) {
    if (this.#mine.has(name)) return false;
    const mine = { ticket: ticket(), is_held: false, is_lost: false };
    this.#mine.set(name, mine);
    const others = await this.#ask(name, mine.ticket);
    if (others.length > 0 || mine.is_lost) {
      this.#mine.delete(name);
      return false;
    }
    mine.is_held = true;
    return true;
  }

  /**
   * @param {string | null} name
   * @param {Ticket} wish
   * @returns {Promise<string[]>} what other tabs say they hold of it
   */
  async #ask(name, wish) {
    this.#channel ??= this.#listen();
    const ask = new_id();
    /** @type {string[]} */
    const found = [];
    const over = new Promise((done) => {
      const timer = setTimeout(done, ANSWER_MS, null);
      this.#asking.set(ask, (names) => {
        found.push(...names);
        // One answer decides about a name; what all hold takes them all.
        if (name === null) return;
        clearTimeout(timer);
        done(null);
      });
    });
    this.#tell({ kind: "ask", ask, name, ticket: wish });
    await over;
    this.#asking.delete(ask);
    return found;
  }

  #listen() {
    const channel = this.#open(`${this.#site} locks`);
    channel.onmessage = ({ data }) => this.#hear(data);
    return channel;
  }

  /** @param {Ask | Answer} message */
  #hear(message) {
    if (message.kind === "held") {
      this.#asking.get(message.ask)?.(message.names);
      return;
    }
    const { ask, name, ticket: theirs } = message;
    const names = [];
    for (const [held, mine] of this.#mine) {
      if (name !== null && name !== held) continue;
      if (mine.is_held) names.push(held);
      else if (name !== null && is_earlier(mine.ticket, theirs)) names.push(held);
      else if (name !== null) mine.is_lost = true;
    }
    if (names.length > 0) this.#tell({ kind: "held", ask, names });
  }

  /** @param {Ask | Answer} message */
  #tell(message) {
    this.#channel?.postMessage(message);
  }
}

/** @returns {Ticket} */
const ticket = () => ({ at_ms: Date.now(), id: new_id() });

/** @param {Ticket} a @param {Ticket} b */
const is_earlier = (a, b) => a.at_ms < b.at_ms || (a.at_ms === b.at_ms && a.id < b.id);
