// A component in a notebook: its props and states are traits of a widget in Python.

import { subscribe } from "../../components/shared/bus.js";
import { h } from "../../components/shared/dom.js";
import { rounded } from "../../components/shared/numbers.js";
import { COMPONENTS, asProps } from "../../take_away/browser/components.js";
import { add } from "./contents.js";
import { followTheme } from "./theme.js";

/**
 * The traits, as anywidget hands them over.
 * @typedef {object} Model
 * @property {(name: string) => any} get
 * @property {(name: string, value: any) => void} set
 * @property {() => void} save_changes
 * @property {(event: string, listener: () => void) => void} on
 * @property {(event: string, listener: () => void) => void} off
 */

/** @typedef {{model: Model, el: HTMLElement}} Given */

/** Props that a component reads once. */
const ONCE = ["mode", "reach"];
const PAUSE = 50; // milliseconds between two codes that Python is sent during a drag

/**
 * @param {Given} given
 * @returns {() => void} takes it away
 */
export function render({ model, el }) {
  add(model.get("contents"), model.get("files"));
  /** @type {Record<string, string>} traits that go both ways, by the names of their props */
  const states = model.get("states");
  const host = h("div", { class: "betascope-widget", onfocusin: keepKeys });
  el.append(host);
  const owner = {};
  let props = { ...model.get("props"), ...fromPython() };
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  let isWaiting = false;

  const mount = COMPONENTS[model.get("component")];
  let view = mount(component());

  function component() {
    return {
      data: props,
      parentElement: host,
      owner,
      /**
       * @param {string} name
       * @param {any} state
       */
      setStateValue: (name, state) => queueMicrotask(() => take(name, state.value)),
      setTriggerValue() {},
    };
  }

  /** @returns {Record<string, any>} what the traits are now */
  function fromPython() {
    return Object.fromEntries(Object.entries(states).map(([name, trait]) => [name, model.get(trait)]));
  }

  /**
   * A state of the component: back to it as a prop, as a run of the script in the app would, and to Python.
   * @param {string} name
   * @param {any} value
   */
  function take(name, value) {
    clearTimeout(timer);
    timer = undefined;
    const changes = asProps(name, value, props);
    props = { ...props, ...changes };
    view.update(component());
    send(changes);
  }

  /** @param {Record<string, any>} changes */
  function send(changes) {
    for (const [name, value] of Object.entries(changes)) {
      if (name in states && !isEqual(value, model.get(states[name]))) model.set(states[name], value);
    }
    model.save_changes();
  }

  /** Several traits that change together are one update. */
  function changed() {
    if (isWaiting) return;
    isWaiting = true;
    queueMicrotask(() => {
      isWaiting = false;
      const fresh = fromPython();
      if (Object.keys(states).every((name) => isEqual(fresh[name], props[name]))) return; // sent from here
      const isNew = ONCE.some((name) => name in fresh && fresh[name] !== props[name]);
      props = { ...props, ...fresh };
      if (isNew) {
        view.destroy();
        view = mount(component());
      } else view.update(component());
    });
  }

  /** @param {number[]} z while a thumb is dragged, or a path plays */
  function follow(z) {
    const now = rounded(z);
    props = { ...props, z: now };
    timer ??= setTimeout(() => {
      timer = undefined;
      if (!isEqual(props.z, model.get("z"))) send({ z: props.z, row: null });
    }, PAUSE);
  }

  for (const trait of Object.values(states)) model.on(`change:${trait}`, changed);
  const stopTheme = followTheme(host, () => view.update(component()));
  const stopFollowing = subscribe(props.run ?? "", {}, ({ z }, sender) => {
    if (z && sender === owner && "z" in states) follow(z);
  });

  return () => {
    clearTimeout(timer);
    for (const trait of Object.values(states)) model.off(`change:${trait}`, changed);
    stopTheme();
    stopFollowing();
    view.destroy();
    host.remove();
  };
}

/**
 * JupyterLab leaves the keys of an element with this attribute alone; only the element in focus counts.
 * @param {FocusEvent} event
 */
function keepKeys({ target }) {
  if (target instanceof Element) target.setAttribute("data-lm-suppress-shortcuts", "true");
}

/**
 * @param {any} one
 * @param {any} other
 */
function isEqual(one, other) {
  return JSON.stringify(one) === JSON.stringify(other);
}
