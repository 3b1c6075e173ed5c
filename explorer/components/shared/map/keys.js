// The map by keyboard: arrows move a pointer or, with Shift, the view; plus, minus and 0 zoom; Enter and Escape pick.

const STEP = 8; // pixels that an arrow moves the pointer
const PAN = 40; // pixels that it moves the view

/** @typedef {import("./geometry.js").Point} Point */

/**
 * @typedef {object} KeyHandlers
 * @property {(right: number, down: number) => void} pan
 * @property {(right: number, down: number, time: number) => void} move the pointer
 * @property {(factor: number) => void} zoom
 * @property {() => void} fit
 * @property {(event: KeyboardEvent) => boolean} enter whether it did anything
 * @property {() => void} escape
 */

/** @type {Record<string, Point>} to the right and down */
export const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/**
 * @param {KeyHandlers} handlers
 * @returns {(event: KeyboardEvent) => void} a listener of keydown
 */
export function onKeys(handlers) {
  return (event) => {
    const arrow = ARROWS[event.key];
    if (arrow && event.shiftKey) handlers.pan(PAN * arrow[0], PAN * arrow[1]);
    else if (arrow) handlers.move(STEP * arrow[0], STEP * arrow[1], event.timeStamp);
    else if (event.key === "+" || event.key === "=") handlers.zoom(1.25);
    else if (event.key === "-") handlers.zoom(0.8);
    else if (event.key === "0") handlers.fit();
    else if (event.key === "Escape") handlers.escape();
    else if (event.key !== "Enter" || !handlers.enter(event)) return;
    event.preventDefault();
  };
}
