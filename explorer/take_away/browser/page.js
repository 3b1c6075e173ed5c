// A page of components without a server: tabs, and what Python would do between a component's state and its props.

import { publish } from "../../components/shared/bus.js";
import { h } from "../../components/shared/dom.js";
import { COMPONENTS, asProps } from "./components.js";
import { contents } from "./contents.js";
import { follow } from "./follow.js";
import { lead, tokenOfLink } from "./lead.js";
import { numbers } from "./numbers.js";
import { keyframesOf } from "./picks.js";

/** @typedef {import("./contents.js").ViewContents} ViewContents */
/** @typedef {import("./components.js").View} View */

/** @type {Record<string, (component: any) => View>} */
const MOUNTS = { ...COMPONENTS, numbers, note };

/** A tab: its component is mounted when it is shown first, and stays. */
class Tab {
  /** @type {View | null} */
  view = null;
  panel = h("section", { role: "tabpanel", hidden: true });

  /**
   * @param {ViewContents} contents
   * @param {(tab: Tab, name: string, value: any) => void} changed a state of its component
   */
  constructor({ title, component, props, caption }, changed) {
    this.component = component;
    this.props = props;
    this.changed = changed;
    this.button = h("button", { role: "tab", "aria-selected": "false" }, title);
    if (caption) this.panel.append(h("p", { class: "said" }, caption));
  }

  /** @param {boolean} isShown */
  show(isShown) {
    this.panel.hidden = !isShown;
    this.button.setAttribute("aria-selected", `${isShown}`);
    if (isShown) this.view ??= MOUNTS[this.component](this.#given());
  }

  /** @param {Record<string, any>} props */
  set(props) {
    this.props = { ...this.props, ...props };
    this.view?.update(this.#given());
  }

  #given() {
    return {
      data: this.props,
      parentElement: this.panel,
      /**
       * @param {string} name
       * @param {any} state
       */
      setStateValue: (name, state) => queueMicrotask(() => this.changed(this, name, state.value)),
      setTriggerValue() {},
    };
  }
}

/** @type {Tab[]} */
const tabs = contents.views.map((view) => new Tab(view, changed));

/**
 * Hand a state back as a prop, as a run of the script would, and what was picked on a map to the paths between images.
 * @param {Tab} tab
 * @param {string} name
 * @param {any} value
 */
async function changed(tab, name, value) {
  tab.set(asProps(name, value, tab.props));
  if (name !== "picks" || value.length < 2) return;
  const keyframes = await keyframesOf(tab.props.run, tab.props.codes, value);
  for (const other of tabs) {
    if (other.component === "interpolate" && other.props.run === tab.props.run) other.set({ keyframes });
  }
}

/**
 * In place of a view that needs the app.
 * @param {{data: {text: string}, parentElement: ParentNode}} component
 * @returns {View}
 */
function note({ data, parentElement }) {
  parentElement.append(h("p", { class: "note" }, data.text));
  return { update() {}, destroy() {} };
}

let current = tabs[0];

/** @param {KeyboardEvent} event a clicker's, or of who reads on */
function turn(event) {
  const step = { PageDown: 1, PageUp: -1 }[event.key];
  const next = step && tabs[tabs.indexOf(current) + step];
  if (!next || event.ctrlKey || event.altKey || event.metaKey) return;
  event.preventDefault();
  show(next);
}

/** @param {Tab} shown */
function show(shown) {
  current = shown;
  for (const tab of tabs) tab.show(tab === shown);
  const page = Object.keys(OF_PAGE).find((name) => OF_PAGE[name].includes(shown.component));
  if (page) leading?.show({ run: shown.props.run, page });
}

/** Components that show what a presenter sees on a page of the app. */
/** @type {Record<string, string[]>} */
const OF_PAGE = { traverse: ["traversal", "codebook"], map: ["map"], interpolate: ["interpolate"] };
const owner = {};
const token = contents.follow ? tokenOfLink() : null;
const leading = contents.follow && token ? lead(contents.follow.replace(/follow$/, "lead"), token) : null;

/** @param {import("./follow.js").Place} place */
function goTo({ run, page, keyframes }) {
  if (!contents.runs[run]) {
    location.assign(location.pathname.replace(/\/show\/.*/, "/show/") + run.split("/").map(encodeURIComponent).join("/"));
    return;
  }
  const tab = tabs.find(({ component, props }) => OF_PAGE[page]?.includes(component) && props.run === run);
  if (!tab) return;
  if (keyframes && tab.component === "interpolate") tab.set({ keyframes });
  show(tab);
}

/** @param {import("../../components/shared/moves.js").Move} led */
function lookAt(led) {
  const [run] = Object.keys(contents.runs);
  if (led.z.length === contents.runs[run].info.dims) publish(run, { z: led.z, led }, owner);
}

document.title = contents.title;
const bar = h("nav", { role: "tablist" }, ...tabs.map(({ button }) => button));
for (const tab of tabs) tab.button.addEventListener("click", () => show(tab));
const main = h("main", {}, ...tabs.map(({ panel }) => panel));
const head = h(
  "header",
  {},
  contents.home ? h("a", { href: contents.home }, "All models") : null,
  h("h1", {}, contents.title),
  bar,
);
document.body.append(head, main);
show(tabs[0]);
if (contents.tour) addEventListener("keydown", turn);
if (leading) head.append(leading.element);
else if (contents.follow) head.append(follow(contents.follow, [bar, main], { place: goTo, move: lookAt }));
