// The worker itself: tells the page that it lives, and has its engine asked by it.
//
// A trap leaves wasm memory in no known state, so it ends the engine: every
// call under way and every later one is rejected with the name `EngineDead`,
// and the page replaces this worker.

import "./life.js";
import { carry_errors } from "../base/crossing.js";
import * as Comlink from "../vendor/comlink.mjs";
import { Engine } from "./engine.js";

carry_errors();
Comlink.expose(new Engine());
