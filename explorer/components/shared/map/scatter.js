// Points on a canvas by WebGL: positions and colours are uploaded once, panning and zooming move four numbers.

const VERTEX = `
attribute vec2 position;
attribute vec2 before; // where each point comes from while the map changes
attribute vec4 colour;
uniform vec4 view; // scale x, scale y, offset x, offset y
uniform float size;
uniform float share; // of the way from there to here
varying vec4 shade;
void main() {
  gl_Position = vec4(mix(before, position, share) * view.xy + view.zw, colour.a == 0.0 ? 2.0 : 0.0, 1.0);
  gl_PointSize = size;
  shade = colour;
}`;
const FRAGMENT = `
precision highp float;
uniform float size;
varying vec4 shade;
void main() {
  float away = length(gl_PointCoord - 0.5) * size;
  float inside = clamp(size * 0.5 - away, 0.0, 1.0);
  if (inside <= 0.0) discard;
  gl_FragColor = vec4(shade.rgb * shade.a, shade.a) * inside;
}`;

/** @typedef {"position" | "before" | "colour"} Attribute of a vertex */

export class Scatter {
  /** @type {Float32Array<ArrayBuffer> | null} */
  points = null;
  /** @type {Uint8Array<ArrayBuffer> | null} */
  colours = null;
  /** Called when what was drawn is lost.
   * @type {() => void} */
  redraw = () => {};

  /**
   * @param {HTMLCanvasElement} canvas
   * @throws {Error} when the browser has no WebGL
   */
  constructor(canvas) {
    const preserveDrawingBuffer = document.documentElement.dataset.stage === "print"; // else paper stays empty
    const gl = canvas.getContext("webgl", { antialias: false, alpha: true, premultipliedAlpha: true, preserveDrawingBuffer });
    if (!gl) throw new Error("no WebGL");
    this.canvas = canvas;
    this.gl = gl;
    canvas.addEventListener("webglcontextlost", (event) => event.preventDefault());
    canvas.addEventListener("webglcontextrestored", () => {
      this.program = this.#build();
      if (this.points) this.setPoints(this.points);
      if (this.colours) this.setColours(this.colours);
      this.redraw();
    });
    this.program = this.#build();
  }

  #build() {
    const { gl } = this;
    const program = gl.createProgram();
    for (const [kind, source] of /** @type {const} */ ([
      [gl.VERTEX_SHADER, VERTEX],
      [gl.FRAGMENT_SHADER, FRAGMENT],
    ])) {
      const shader = gl.createShader(kind);
      if (!shader) throw new Error("no WebGL: its context is lost");
      gl.shaderSource(shader, source);
      gl.compileShader(shader);
      gl.attachShader(program, shader);
    }
    gl.linkProgram(program);
    if (!gl.getProgramParameter(program, gl.LINK_STATUS)) throw new Error("no WebGL: its shaders do not compile");
    gl.useProgram(program);
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
    return {
      view: gl.getUniformLocation(program, "view"),
      size: gl.getUniformLocation(program, "size"),
      share: gl.getUniformLocation(program, "share"),
      places: {
        position: gl.getAttribLocation(program, "position"),
        before: gl.getAttribLocation(program, "before"),
        colour: gl.getAttribLocation(program, "colour"),
      },
      buffers: { position: gl.createBuffer(), before: gl.createBuffer(), colour: gl.createBuffer() },
    };
  }

  /**
   * @param {Float32Array<ArrayBuffer>} xy n · 2
   * @param {Float32Array<ArrayBuffer>} [before] where they come from, if they shall move there
   */
  setPoints(xy, before = xy) {
    this.points = xy;
    this.#upload("position", xy, 2, this.gl.FLOAT, false);
    this.#upload("before", before, 2, this.gl.FLOAT, false);
  }

  /** @param {Uint8Array<ArrayBuffer>} rgba n · 4; a point of alpha 0 is not drawn */
  setColours(rgba) {
    this.colours = rgba;
    this.#upload("colour", rgba, 4, this.gl.UNSIGNED_BYTE, true);
  }

  /**
   * @param {Attribute} name
   * @param {Float32Array<ArrayBuffer> | Uint8Array<ArrayBuffer>} data
   * @param {number} width numbers for each point
   * @param {number} kind of a number
   * @param {boolean} normalised
   */
  #upload(name, data, width, kind, normalised) {
    const { gl } = this;
    const { buffers, places } = this.program;
    gl.bindBuffer(gl.ARRAY_BUFFER, buffers[name]);
    gl.bufferData(gl.ARRAY_BUFFER, data, gl.STATIC_DRAW);
    gl.enableVertexAttribArray(places[name]);
    gl.vertexAttribPointer(places[name], width, kind, normalised, 0, 0);
  }

  /**
   * Draw with `scale` device pixels per unit around the point `centre`.
   * @param {import("./geometry.js").Point} centre
   * @param {number} scale
   * @param {number} size of a point in device pixels
   * @param {number} [share] of the way from where the points come from
   */
  draw(centre, scale, size, share = 1) {
    const { gl, canvas, program } = this;
    gl.viewport(0, 0, canvas.width, canvas.height);
    gl.clearColor(0, 0, 0, 0);
    gl.clear(gl.COLOR_BUFFER_BIT);
    if (!this.points || !this.colours) return;
    gl.uniform4f(program.view, ...viewOf(centre, scale, canvas.width, canvas.height));
    gl.uniform1f(program.size, size);
    gl.uniform1f(program.share, share);
    gl.drawArrays(gl.POINTS, 0, this.points.length / 2);
  }

  destroy() {
    this.gl.getExtension("WEBGL_lose_context")?.loseContext();
  }
}

/**
 * What turns a point of the map into clip space, −1 … 1 along both sides of the canvas.
 * @param {import("./geometry.js").Point} centre
 * @param {number} scale device pixels per unit
 * @param {number} width of the canvas
 * @param {number} height
 * @returns {[scaleX: number, scaleY: number, offsetX: number, offsetY: number]}
 */
export function viewOf(centre, scale, width, height) {
  const x = (2 * scale) / width;
  const y = (2 * scale) / height;
  return [x, y, -centre[0] * x, -centre[1] * y];
}
