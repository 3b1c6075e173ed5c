// Marks on a canvas that stand out from points of any colour, and lines as lists of points [x, y].

export function drawLine(pen, points, colour) {
  pen.lineJoin = pen.lineCap = "round";
  pen.beginPath();
  points.forEach(([x, y], index) => (index ? pen.lineTo(x, y) : pen.moveTo(x, y)));
  for (const [style, width] of [
    ["rgba(255, 255, 255, 0.85)", 6],
    [colour, 3],
  ]) {
    pen.strokeStyle = style;
    pen.lineWidth = width;
    pen.stroke();
  }
}

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

/** Whether (x, y) lies in a polygon: an odd number of its edges lie to the right. */
export function inside(polygon, x, y) {
  let odd = false;
  for (let i = 0, j = polygon.length - 1; i < polygon.length; j = i++) {
    const [ax, ay] = polygon[i];
    const [bx, by] = polygon[j];
    if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) odd = !odd;
  }
  return odd;
}

/** `n` points at even distances along a line of points. */
export function evenly(line, n) {
  const lengths = [0];
  for (let i = 1; i < line.length; i++)
    lengths.push(lengths[i - 1] + Math.hypot(line[i][0] - line[i - 1][0], line[i][1] - line[i - 1][1]));
  const total = lengths.at(-1);
  let at = 1;
  return Array.from({ length: n }, (_, step) => {
    const wanted = (total * step) / (n - 1);
    while (at < line.length - 1 && lengths[at] < wanted) at++;
    const share = (wanted - lengths[at - 1]) / Math.max(lengths[at] - lengths[at - 1], 1e-12);
    return [0, 1].map((axis) => line[at - 1][axis] + Math.min(1, share) * (line[at][axis] - line[at - 1][axis]));
  });
}
