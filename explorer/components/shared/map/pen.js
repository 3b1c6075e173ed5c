// Marks on a canvas that stand out from points of any colour.

const MANY = 300; // marks of a group beyond which they are small
/** Of groups that are compared: a square and a diamond, in colours that everyone can tell apart. */
const GROUPS = [
  { colour: "#d55e00", corners: [[-6, -6], [6, -6], [6, 6], [-6, 6]] },
  { colour: "#0072b2", corners: [[0, -8], [8, 0], [0, 8], [-8, 0]] },
];

/** @typedef {import("./geometry.js").Point} Point */

/**
 * @param {CanvasRenderingContext2D} pen
 * @param {Point[]} points
 * @param {string} colour
 */
export function drawLine(pen, points, colour) {
  pen.lineJoin = pen.lineCap = "round";
  pen.beginPath();
  points.forEach(([x, y], index) => (index ? pen.lineTo(x, y) : pen.moveTo(x, y)));
  pen.strokeStyle = "rgba(255, 255, 255, 0.85)";
  pen.lineWidth = 6;
  pen.stroke();
  pen.strokeStyle = colour;
  pen.lineWidth = 3;
  pen.stroke();
}

/**
 * @param {CanvasRenderingContext2D} pen
 * @param {Point} centre
 * @param {string} colour
 * @param {number} radius
 */
export function drawDot(pen, [x, y], colour, radius) {
  pen.beginPath();
  pen.arc(x, y, radius, 0, 2 * Math.PI);
  pen.fillStyle = colour;
  pen.fill();
  pen.lineWidth = 2.5;
  pen.strokeStyle = "white";
  pen.stroke();
  pen.lineWidth = 1;
  pen.strokeStyle = "rgba(0, 0, 0, .55)";
  pen.beginPath();
  pen.arc(x, y, radius + 1.6, 0, 2 * Math.PI);
  pen.stroke();
}

/**
 * @param {CanvasRenderingContext2D} pen
 * @param {Point[]} points
 * @param {number} group
 */
export function drawMarks(pen, points, group) {
  const { colour, corners } = GROUPS[group % GROUPS.length];
  const size = points.length > MANY ? 0.5 : 1;
  pen.strokeStyle = colour;
  pen.lineWidth = 1.6;
  pen.beginPath();
  for (const [x, y] of points) {
    corners.forEach(([dx, dy], index) => (index ? pen.lineTo(x + size * dx, y + size * dy) : pen.moveTo(x + size * dx, y + size * dy)));
    pen.closePath();
  }
  pen.stroke();
}

/**
 * @param {CanvasRenderingContext2D} pen
 * @param {Point} centre
 * @param {string} colour
 */
export function drawCross(pen, [x, y], colour) {
  pen.strokeStyle = colour;
  pen.lineWidth = 1.5;
  pen.beginPath();
  pen.moveTo(x - 10, y);
  pen.lineTo(x + 10, y);
  pen.moveTo(x, y - 10);
  pen.lineTo(x, y + 10);
  pen.stroke();
}

/**
 * @param {CanvasRenderingContext2D} pen
 * @param {Point} centre
 * @param {string} text
 */
export function drawText(pen, [x, y], text) {
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  pen.lineJoin = "round";
  pen.lineWidth = 4;
  pen.strokeStyle = "rgba(255, 255, 255, 0.9)";
  pen.strokeText(text, x, y);
  pen.fillStyle = "#10141f";
  pen.fillText(text, x, y);
}
