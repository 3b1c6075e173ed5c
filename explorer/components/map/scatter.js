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

export class Scatter {
  /** Throws when the browser has no WebGL. */
  constructor(canvas) {
    const gl = canvas.getContext("webgl", { antialias: false, alpha: true, premultipliedAlpha: true });
    if (!gl) throw new Error("no WebGL");
    this.canvas = canvas;
    this.gl = gl;
    this.count = 0;
    canvas.addEventListener("webglcontextlost", (event) => event.preventDefault());
    canvas.addEventListener("webglcontextrestored", () => {
      this.build();
      if (this.points) this.setPoints(this.points);
      if (this.colours) this.setColours(this.colours);
      this.redraw?.();
    });
    this.build();
  }

  build() {
    const { gl } = this;
    const program = gl.createProgram();
    for (const [kind, source] of [
      [gl.VERTEX_SHADER, VERTEX],
      [gl.FRAGMENT_SHADER, FRAGMENT],
    ]) {
      const shader = gl.createShader(kind);
      gl.shaderSource(shader, source);
      gl.compileShader(shader);
      gl.attachShader(program, shader);
    }
    gl.linkProgram(program);
    if (!gl.getProgramParameter(program, gl.LINK_STATUS)) throw new Error("no WebGL: its shaders do not compile");
    gl.useProgram(program);
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
    this.view = gl.getUniformLocation(program, "view");
    this.size = gl.getUniformLocation(program, "size");
    this.share = gl.getUniformLocation(program, "share");
    this.places = {
      position: gl.getAttribLocation(program, "position"),
      before: gl.getAttribLocation(program, "before"),
      colour: gl.getAttribLocation(program, "colour"),
    };
    this.buffers = { position: gl.createBuffer(), before: gl.createBuffer(), colour: gl.createBuffer() };
  }

  /** xy: Float32Array (n · 2); before: where they come from, if they shall move there. */
  setPoints(xy, before = xy) {
    this.points = xy;
    this.count = xy.length / 2;
    this.upload("position", xy, 2, this.gl.FLOAT, false);
    this.upload("before", before, 2, this.gl.FLOAT, false);
  }

  /** rgba: Uint8Array (n · 4); a point of alpha 0 is not drawn. */
  setColours(rgba) {
    this.colours = rgba;
    this.upload("colour", rgba, 4, this.gl.UNSIGNED_BYTE, true);
  }

  upload(name, data, width, kind, normalised) {
    const { gl } = this;
    gl.bindBuffer(gl.ARRAY_BUFFER, this.buffers[name]);
    gl.bufferData(gl.ARRAY_BUFFER, data, gl.STATIC_DRAW);
    gl.enableVertexAttribArray(this.places[name]);
    gl.vertexAttribPointer(this.places[name], width, kind, normalised, 0, 0);
  }

  /** Draw with `scale` device pixels per unit around the point `centre`; `size` in device pixels; `share` of a move done. */
  draw(centre, scale, size, share = 1) {
    const { gl, canvas } = this;
    gl.viewport(0, 0, canvas.width, canvas.height);
    gl.clearColor(0, 0, 0, 0);
    gl.clear(gl.COLOR_BUFFER_BIT);
    if (!this.points || !this.colours) return;
    const x = (2 * scale) / canvas.width;
    const y = (2 * scale) / canvas.height;
    gl.uniform4f(this.view, x, y, -centre[0] * x, -centre[1] * y);
    gl.uniform1f(this.size, size);
    gl.uniform1f(this.share, share);
    gl.drawArrays(gl.POINTS, 0, this.count);
  }

  destroy() {
    this.gl.getExtension("WEBGL_lose_context")?.loseContext();
  }
}
