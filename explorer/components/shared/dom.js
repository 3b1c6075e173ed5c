// Elements in one call, and what several components do with them.

/** h("button", {class: "x", onclick: f}, "text", child) → element. */
export function h(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null || (value === false && !name.startsWith("aria-"))) continue;
    if (name.startsWith("aria-")) element.setAttribute(name, `${value}`);
    else if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name in element && typeof value !== "string") element[name] = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

/** A row of buttons of which one is pressed: {value, set(value)}; `changed(value)` when a person presses another. */
export function choice(label, options, value, changed) {
  const buttons = options.map(([key, text, title]) =>
    h("button", { type: "button", role: "radio", title: title ?? text, onclick: () => press(key) }, text),
  );
  const element = h("div", { class: "choice", role: "radiogroup", "aria-label": label }, ...buttons);
  const found = { element, value, set };
  function set(key) {
    found.value = key;
    buttons.forEach((button, index) => {
      const on = options[index][0] === key;
      button.setAttribute("aria-checked", on);
      button.tabIndex = on ? 0 : -1;
    });
  }
  function press(key) {
    if (key === found.value) return;
    set(key);
    changed(key);
  }
  element.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const now = options.findIndex(([key]) => key === found.value);
    const next = (now + step + options.length) % options.length;
    press(options[next][0]);
    buttons[next].focus();
  });
  set(value);
  return found;
}

/** Numbers as people read them: a true minus sign, fixed digits. */
export function number(value, digits = 2) {
  return value.toFixed(digits).replace("-", "−");
}

/** z as it is kept and linked: four decimals, so that a link reopens exactly this code. */
export function rounded(z) {
  return Array.from(z, (value) => Math.round(value * 1e4) / 1e4);
}

/** Calls `tick(seconds since start)` before each frame until it is stopped. */
export function play(tick) {
  const start = performance.now();
  let handle = requestAnimationFrame(function next(now) {
    handle = requestAnimationFrame(next);
    tick(Math.max(0, now - start) / 1000, now);
  });
  return () => cancelAnimationFrame(handle);
}

/** 0 → 1 → 0 over `period` seconds, evenly there and back. */
export function pingPong(seconds, period) {
  const phase = (seconds / period) % 1;
  return phase < 0.5 ? 2 * phase : 2 - 2 * phase;
}
