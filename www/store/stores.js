// All that this browser keeps, put together over one database.

import { Committees } from "./committees.js";
import { DataSets } from "./data_sets.js";
import { Database } from "./database.js";
import { Digits } from "./digits.js";
import { Locks } from "./locks.js";
import { Notes } from "./notes.js";
import { Room } from "./room.js";
import { Runs } from "./runs.js";
import { Studies } from "./studies.js";

/** @import { Manager } from "./locks.js" */
/** @import { InUse } from "./room.js" */

/**
 * @param {object} parts
 * @param {(sentence: string) => void} parts.on_notice told what a person should know, each thing once
 * @param {(names: string[]) => void} parts.on_evicted told what went to make room
 * @param {() => InUse} parts.in_use what this tab shows or computes, which never goes
 * @param {string} [parts.scope] path of the site's folder
 * @param {Manager | null} [parts.locks] the browser's; nothing where it has none
 * @param {() => Storage} [parts.tab_storage] lives as long as the tab
 * @param {() => Promise<StorageEstimate>} [parts.estimate]
 * @param {boolean} [parts.keeps_blobs] see `DataSets`
 */
export function create_stores(parts) {
  const database = new Database({ scope: parts.scope, on_notice: parts.on_notice });
  const locks = new Locks(database.name, parts.locks);
  const room = new Room({ ...parts, database, locks });
  const runs = new Runs({ database, locks, room });
  return {
    database,
    locks,
    runs,
    committees: new Committees({ database }),
    data_sets: new DataSets({ database, room, keeps_blobs: parts.keeps_blobs }),
    studies: new Studies({ database, locks }),
    digits: new Digits({ database }),
    notes: new Notes({ database, runs, storage: parts.tab_storage }),
  };
}
