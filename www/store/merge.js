// Two texts that began as one, written on in two places. Neither loses a word.

/** Between what was written in two places stands a blank line. */
const GAP = "\n\n";

/**
 * @param {string} base what both began as
 * @param {string} mine
 * @param {string} theirs
 * @returns {{ text: string, were_joined: boolean }}
 */
export function merged_text(base, mine, theirs) {
  if (mine === base || mine === theirs) return { text: theirs, were_joined: false };
  if (theirs === base) return { text: mine, were_joined: false };
  if (mine.includes(theirs)) return { text: mine, were_joined: false };
  if (theirs.includes(mine)) return { text: theirs, were_joined: true };
  // Where they were joined before, only this tab's part is written on.
  const parts = base === "" ? [] : theirs.split(base);
  const is_part = parts.length === 2 && is_edge(parts[0], "end") && is_edge(parts[1], "start");
  const text = is_part ? parts.join(mine) : `${theirs}${GAP}${mine}`;
  return { text, were_joined: true };
}

/** Whether a text ends, or begins, with a gap, or is empty. @param {string | undefined} text @param {"start" | "end"} at */
function is_edge(text = "", at) {
  return text === "" || (at === "end" ? text.endsWith(GAP) : text.startsWith(GAP));
}
