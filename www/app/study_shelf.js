// The studies that are kept: listed, opened, renamed, remarked on, removed, taken from a
// file. Two tabs may hold one study: each change is told with what this tab had read, so
// that the other's words stay, and what is typed is put together when it is done.

import { Refused, sentence_of } from "../base/fault.js";
import { new_id } from "../base/id.js";
import { in_turn } from "../base/readings.js";
import { merged_text } from "../store/merge.js";
import { HeldTexts } from "./held_texts.js";
import { imported } from "./study_files.js";
import { by_order, form_of, is_same, is_study_active, next_order, settled } from "./study_state.js";
import { Waiting } from "./waiting.js";

/** @import { StudyRecord } from "../pkg/ndarray/inkling.js" */
/** @import { StudyParts } from "./studies.js" */
/** @import { OrderedRecord } from "./study_state.js" */

/** So long after the last key remarks are kept. */
const TYPED_AFTER_MS = 400;

/** A tab that is closed tells nobody: whether it still runs a study is asked this often. */
const ASK_EVERY_MS = 3_000;

/** Of the records that the engine writes. */
const FORMAT_VERSION = 2;

/** A file of studies is text; more than this is none of ours. */
const MOST_FILE_BYTES = 200e6;

export class StudyShelf {
  #parts;
  #held;
  /** Each study as this tab read it last, or as its last change came to. @type {Map<string, StudyRecord>} */
  #read = new Map();
  /** What is being typed, and into which study. @type {{ id: string, text: string } | null} */
  #typed = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #keeping;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #asking;
  /** Changes of studies that are not kept yet. */
  #waiting = new Waiting();
  /** Changes are kept one after the other. @type {Promise<unknown>} */
  #last_change = Promise.resolve();
  /** Whether what is kept has been read once. */
  #is_listed = false;

  /** @param {StudyParts} parts */
  constructor(parts) {
    this.#parts = parts;
    this.#held = new HeldTexts(parts.typed, "typed remarks");
  }

  /** Remarks that were typed just before the page went. */
  #take_held() {
    for (const held of this.#held.all()) {
      const record = this.#find(held.id);
      if (!record) continue;
      const { text } = merged_text(held.base, held.text, record.remarks);
      this.#held.drop(held.id);
      if (text === record.remarks) continue;
      const whole = { ...record, remarks: text };
      this.put(whole);
      void this.keep(whole);
    }
  }

  /** Opens what was kept before the page was loaded, unless something is open by then. */
  async restore() {
    const { store } = this.#parts;
    const { form } = store.get();
    await this.refresh();
    this.#take_held();
    const state = store.get();
    const [latest] = state.kept;
    if (!latest || state.record || is_study_active(state)) return;
    this.#show(latest);
    // What a person has typed already is what they want to run.
    if (state.form !== form) store.set({ form: state.form });
  }

  /** Reads anew what is kept: another tab may have written. */
  refresh = in_turn(() => this.#read_all());

  async #read_all() {
    const { store, page, studies } = this.#parts;
    // What this tab has changed is to be found there.
    await this.#last_change;
    const before = new Map(store.get().kept.map((one) => [one.id, one]));
    const found = await studies.all();
    const open = found.filter((one) => one !== settled(one));
    const asked = await Promise.all(open.map(({ id }) => studies.running_elsewhere(id)));
    const elsewhere = open.filter((_, at) => asked[at]).map(({ id }) => id);
    this.#ask_again(elsewhere.length > 0);
    this.#is_listed = true;

    const state = store.get();
    const here = new Map(state.kept.map((one) => [one.id, one]));
    /** @param {string} id */
    const is_changed = (id) => here.get(id) !== before.get(id) || this.#waiting.has(id);
    /** Of what this tab runs, or has changed since, it knows better. @param {string} id */
    const is_newer_here = (id) =>
      is_changed(id) || (is_study_active(state) && id === state.record?.id);
    const kept = [];
    let is_overtaken = false;
    for (const one of found) {
      if (is_newer_here(one.id)) {
        is_overtaken ||= is_changed(one.id);
        continue;
      }
      if (one.id !== this.#typed?.id) this.#read.set(one.id, one);
      const now = elsewhere.includes(one.id) ? one : settled(one);
      kept.push(one.id === this.#typed?.id ? { ...now, remarks: this.#typed.text } : now);
    }
    kept.push(...state.kept.filter(({ id }) => is_newer_here(id)));
    if (kept.length > 0) page.set({ is_kept: true });
    store.set({ kept: kept.sort(by_order), elsewhere });
    this.#follow();
    // What another tab wrote into one that changed meanwhile is seen the next time.
    if (is_overtaken) void this.refresh();
  }

  /** Shows the open study as it is kept now: it may have gone on, or away, in another tab. */
  #follow() {
    const { store, read, notice } = this.#parts;
    const { record, kept, phase } = store.get();
    if (!record || phase !== "idle") return;
    const now = kept.find(({ id }) => id === record.id);
    if (!now) {
      this.#typed = null;
      store.set({ record: null, reading: null });
      notice(`${record.name} was deleted in another tab.`);
      return;
    }
    if (is_same(now, record)) return;
    store.set({ record: now });
    void read();
  }

  /** @param {boolean} is_elsewhere whether a study runs in another tab */
  #ask_again(is_elsewhere) {
    clearTimeout(this.#asking);
    if (is_elsewhere) this.#asking = setTimeout(() => void this.refresh(), ASK_EVERY_MS);
  }

  /** @param {string} id */
  open(id) {
    const { store } = this.#parts;
    const found = this.#find(id);
    if (!found) return;
    if (is_study_active(store.get())) {
      throw new Refused("A study runs. Open another one when it is over, or stop it first.");
    }
    this.#show(found);
  }

  /** Opens a study, and the form says what would run it again. @param {StudyRecord} record */
  #show(record) {
    const { store, read } = this.#parts;
    this.end_remarks();
    const reading = store.get().record?.id === record.id ? store.get().reading : null;
    store.set({
      record,
      reading,
      progress: new Map(),
      is_stopped: false,
      has_failed: false,
      refusal: "",
      test_told: "",
      form: form_of(record.plan),
    });
    void read();
    if (record.format_version < FORMAT_VERSION) void this.#renew(record);
  }

  /** Brings a study that an older page kept to this one's format. @param {StudyRecord} old */
  async #renew(old) {
    const { store, engine } = this.#parts;
    const renewed = await engine.checked_study(old).catch(() => null);
    const now = this.#find(old.id);
    // What cannot be read is told where its figures would stand.
    if (!renewed || now !== old) return;
    this.put({ .../** @type {OrderedRecord} */ (old), ...renewed });
    if (store.get().record?.id === old.id) store.set({ form: form_of(renewed.plan) });
  }

  /** Changes the open study's remarks, while they are typed. @param {string} text */
  remark(text) {
    const { store } = this.#parts;
    const { record } = store.get();
    if (!record) return;
    this.#typed = { id: record.id, text };
    this.#held.set({ id: record.id, text, base: this.#read.get(record.id)?.remarks ?? "" });
    this.put({ ...record, remarks: text });
    this.#keep_soon();
  }

  /** The person is done with them: what another tab wrote meanwhile is put beside. */
  end_remarks() {
    clearTimeout(this.#keeping);
    this.#keeping = undefined;
    const typed = this.#typed;
    this.#typed = null;
    if (!typed) return;
    const record = this.#find(typed.id);
    if (record) void this.keep({ ...record, remarks: typed.text });
  }

  #keep_soon() {
    this.#keeping ??= setTimeout(async () => {
      this.#keeping = undefined;
      const typed = this.#typed;
      const record = typed && this.#find(typed.id);
      if (!record) return;
      const stands = await this.#parts.studies.newest(record.id);
      // Both are put together once, when this tab's are whole.
      const is_alone = stands?.remarks === this.#read.get(record.id)?.remarks;
      const now = this.#find(record.id);
      if (is_alone && now && this.#typed?.id === now.id) void this.keep(now, true);
    }, TYPED_AFTER_MS);
  }

  /**
   * Keeps what this tab changed of a study, after what it keeps already.
   * @param {StudyRecord} record
   * @param {boolean} [with_typed] remarks that are still being typed, too
   * @returns {Promise<void>}
   */
  keep(record, with_typed = false) {
    const done = this.#waiting.begin(record.id);
    return this.#in_turn(() => this.#keep(record, with_typed).finally(done));
  }

  /** @param {() => Promise<void>} change */
  #in_turn(change) {
    const changing = this.#last_change.then(change);
    this.#last_change = changing.catch((error) => this.#parts.notice(sentence_of(error)));
    return this.#last_change.then(() => {});
  }

  /**
   * @param {StudyRecord} record
   * @param {boolean} with_typed
   */
  async #keep(record, with_typed) {
    const { studies, page, notice } = this.#parts;
    const { id } = record;
    const base = this.#read.get(id) ?? record;
    const is_typing = this.#typed?.id === id;
    const sent = is_typing && !with_typed ? { ...record, remarks: base.remarks } : record;
    const change = await studies.change(sent, base);
    if (change.is_gone) {
      // The list is read anew when this change is done with.
      void this.refresh();
      return;
    }
    this.#held.let_go(id, sent.remarks);
    // What is typed goes on from what was sent, whatever stands beside it by now.
    this.#read.set(id, is_typing ? { ...change.record, remarks: sent.remarks } : change.record);
    if (change.is_kept) page.set({ is_kept: true });
    if (change.were_joined && !is_typing) {
      notice(
        `Remarks on ${record.name} were written in another tab at the same time. Both stand there now.`,
      );
    }
    const now = this.#find(id);
    if (!now) return;
    // Unless the person has written on since.
    const { name, remarks } = change.record;
    const is_renamed = now.name !== record.name;
    const is_written = this.#typed?.id === id || now.remarks !== record.remarks;
    this.put({
      ...now,
      name: is_renamed ? now.name : name,
      remarks: is_written ? now.remarks : remarks,
    });
  }

  /** Resolves once what is kept has been read: a new study comes before all of it. */
  async listed() {
    while (!this.#is_listed) await this.refresh();
  }

  /**
   * Takes a study that is new here: the newest of those that are listed.
   * @param {StudyRecord} record
   * @returns {StudyRecord} as it stands in the list; it is kept soon
   */
  add(record) {
    const { store } = this.#parts;
    const added = { ...record, order: next_order(store.get().kept) };
    this.#read.set(added.id, added);
    this.put(added);
    void this.#in_turn(() => this.#keep_new(added));
    return added;
  }

  /** @param {StudyRecord} record */
  async #keep_new(record) {
    if (await this.#parts.studies.put(record)) this.#parts.page.set({ is_kept: true });
  }

  /** Shows a study as it stands in this tab. @param {StudyRecord} record */
  put(record) {
    const { store } = this.#parts;
    const { kept, record: open } = store.get();
    const others = kept.filter(({ id }) => id !== record.id);
    store.set({
      kept: [record, ...others].sort(by_order),
      ...(open?.id === record.id ? { record } : {}),
    });
  }

  /**
   * @param {string} id
   * @param {string} name
   */
  async rename(id, name) {
    const found = this.#find(id);
    if (!found) return;
    const renamed = { ...found, name };
    this.put(renamed);
    await this.keep(renamed);
  }

  /** @param {string} id */
  async remove(id) {
    const { store, studies } = this.#parts;
    const state = store.get();
    if (is_study_active(state) && state.record?.id === id) {
      throw new Refused("This study runs. Stop it before you delete it.");
    }
    if (state.elsewhere.includes(id) && (await studies.running_elsewhere(id))) {
      throw new Refused("This study runs in another tab. Stop it there before you delete it.");
    }
    if (this.#typed?.id === id) this.#typed = null;
    this.#read.delete(id);
    const { kept, chosen, record } = store.get();
    store.set({
      kept: kept.filter((one) => one.id !== id),
      chosen: chosen.filter((one) => one !== id),
      ...(record?.id === id ? { record: null, reading: null } : {}),
    });
    await studies.remove(id);
  }

  /** @param {string} id @param {boolean} is_chosen */
  choose(id, is_chosen) {
    const { store } = this.#parts;
    const others = store.get().chosen.filter((one) => one !== id);
    store.set({ chosen: is_chosen ? [...others, id] : others });
  }

  /**
   * Takes the studies of a file, all or none; one that is known already becomes a copy.
   * @param {File} file
   */
  async import_file(file) {
    const { store, engine } = this.#parts;
    store.set({ shelf_told: "" });
    try {
      if (file.size > MOST_FILE_BYTES) {
        throw new Error(`${file.name}: found ${file.size} bytes, expected a file of studies`);
      }
      const records = [];
      for (const one of imported(await file.text(), file.name)) {
        records.push(await engine.checked_study(one));
      }
      await this.listed();
      // The first of a file is its newest.
      for (const one of records.toReversed()) {
        const copy = { ...one, id: new_id(), name: `${one.name} (imported)` };
        const taken = settled(this.#find(one.id) ? copy : one);
        const added = { ...taken, order: next_order(store.get().kept) };
        // What a person sees imported is kept by then.
        await this.#in_turn(() => this.#keep_new(added));
        this.#read.set(added.id, added);
        this.put(added);
      }
      const [newest] = store.get().kept;
      if (newest && records.length > 0 && !is_study_active(store.get())) this.#show(newest);
    } catch (error) {
      store.set({ shelf_told: sentence_of(error) });
    }
  }

  /** Keeps what waits to be kept: the page is being closed. */
  leave() {
    this.end_remarks();
  }

  /** @param {string} id */
  #find(id) {
    const { record, kept } = this.#parts.store.get();
    return record?.id === id ? record : kept.find((one) => one.id === id);
  }
}
