/**
 * What stands around the map, in the order it is mounted.
 *
 * @import {Page} from "./page.js"
 */
import { mountLegend } from "./legend.js";
import { mountOutline } from "./outline.js";
import { mountPanel } from "./panel.js";
import { mountPlayer } from "./player.js";
import { mountSearch } from "./search.js";
import { mountStrip } from "./strip.js";
import { mountTools } from "./tools.js";

/** @type {((page: Page) => void)[]} */
export const AROUND = [mountOutline, mountTools, mountSearch, mountLegend, mountPanel, mountStrip, mountPlayer];
