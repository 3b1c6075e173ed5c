// Follow me: go where a presenter goes, until this person does something; a button follows again.

import { h } from "../../components/shared/dom.js";
import { readMove } from "../../components/shared/moves.js";
import { SIGNED_OUT } from "../../components/shared/signed_out.js";

const RETRY = [1000, 2000, 4000, 8000]; // milliseconds; a hall of phones does not come back all at once
const HANDS = ["input", "click", "keydown"]; // not touches: who scrolls has not let go

/** @typedef {import("../../components/shared/moves.js").Move} Move */
/** @typedef {{run: string, page: string, keyframes?: any[]}} Place */

/**
 * @param {string} address of the socket
 * @param {Element[]} elements what a person uses to go on alone
 * @param {{place: (place: Place) => void, move: (move: Move) => void}} handlers
 * @returns {HTMLElement} the button; hidden while nobody presents
 */
export function follow(address, elements, handlers) {
  let isFollowing = true;
  let failures = 0;
  /** @type {Place | null} */
  let place = null;
  /** @type {Move | null} */
  let move = null;
  const button = h("button", { class: "follow", hidden: true, onclick: () => set(!isFollowing) });

  /** @param {boolean} following */
  function set(following) {
    isFollowing = following;
    button.textContent = following ? "Following" : "Follow";
    button.setAttribute("aria-pressed", `${following}`);
    if (!following) return;
    if (place) handlers.place(place);
    if (move) handlers.move(move);
  }

  function connect() {
    const target = new URL(address, location.href);
    target.protocol = target.protocol.replace("http", "ws");
    const socket = new WebSocket(target);
    socket.binaryType = "arraybuffer";
    socket.onmessage = ({ data }) => {
      failures = 0;
      button.hidden = false;
      if (typeof data === "string") {
        place = /** @type {Place} */ (JSON.parse(data));
        move = null;
        if (isFollowing) handlers.place(place);
      } else {
        move = readMove(data);
        if (isFollowing) handlers.move(move);
      }
    };
    socket.onclose = ({ code }) => {
      if (code === SIGNED_OUT) return;
      const wait = RETRY[Math.min(failures++, RETRY.length - 1)];
      setTimeout(connect, wait * (0.5 + Math.random()));
    };
  }

  /** @param {Event} event */
  const letGo = (event) => event.isTrusted && isFollowing && !button.hidden && set(false);
  for (const name of HANDS) for (const element of elements) element.addEventListener(name, letGo, true);
  set(true);
  connect();
  return button;
}
