// Lead from a page of /show: whoever opened it by a presenter's link shows a hall what this page shows.

import { presenter } from "../../components/lead/presenter.js";
import { h } from "../../components/shared/dom.js";

const KEY = "betascope lead"; // in the storage of this tab: the address is on a screen that a hall sees

/** @returns {string | null} the token of the link that opened this page */
export function tokenOfLink() {
  const given = new URLSearchParams(location.hash.slice(1)).get("lead");
  if (given) {
    sessionStorage.setItem(KEY, given);
    history.replaceState(null, "", location.pathname + location.search);
  }
  return sessionStorage.getItem(KEY);
}

/**
 * @param {string} address of the socket
 * @param {string} token
 * @returns {{element: HTMLElement, show: (place: {run: string, page: string}) => void}} a line on how many follow; `show`: from now on, this
 */
export function lead(address, token) {
  const element = h("div", { class: "leading", role: "status" });
  presenter.watch((text) => (element.textContent = text));
  return { element, show: (place) => presenter.update({ ...place, address, token, on: true }) };
}
