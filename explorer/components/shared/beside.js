// Places a popover at an element or a word.

const EDGE = 8; // pixels between a popover and the window's edge

/**
 * Show a popover below a box, or above it where there is no room.
 * @param {HTMLElement} popover
 * @param {DOMRect} box
 * @param {number} gap pixels between the two
 */
export function showBeside(popover, box, gap) {
  if (!popover.matches(":popover-open")) popover.showPopover();
  const { offsetWidth: width, offsetHeight: height } = popover;
  const below = box.bottom + gap + height < innerHeight;
  popover.dataset.side = below ? "below" : "above";
  popover.style.left = `${Math.max(EDGE, Math.min(box.left, innerWidth - width - EDGE))}px`;
  popover.style.top = `${below ? box.bottom + gap : Math.max(EDGE, box.top - height - gap)}px`;
}

/** @param {HTMLElement} popover */
export function hide(popover) {
  if (popover.matches(":popover-open")) popover.hidePopover();
}
