// The way back to the event loop from a loop that only awaits wasm.

const channel = new MessageChannel();
/** @type {(() => void)[]} */
const waiting = [];
channel.port1.onmessage = () => waiting.shift()?.();

/**
 * Lets messages in. Awaiting wasm only reaches the microtask queue, and timers
 * are clamped to 4 ms (a second, in a tab in the background).
 * @returns {Promise<void>}
 */
export function macrotask() {
  return new Promise((resolve) => {
    waiting.push(resolve);
    channel.port2.postMessage(null);
  });
}
