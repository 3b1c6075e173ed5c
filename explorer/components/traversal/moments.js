// The large image at another moment of the training, until that one is the run in view.

import { paint } from "../shared/canvas.js";
import { TrainingFilm } from "../shared/training_film.js";

export class Moments {
  #film;

  /**
   * @param {import("../shared/training_film.js").Moments} moments
   * @param {HTMLCanvasElement} canvas
   * @param {import("../shared/component.js").Shape} shape of the image
   */
  constructor(moments, canvas, shape) {
    this.#film = new TrainingFilm(moments, (pixels, moment) => {
      paint(canvas, pixels, shape, moment);
      canvas.dataset.moment = `${moment}`;
    });
  }

  /** The run at the end of its training. */
  get run() {
    return this.#film.moments.run;
  }

  /**
   * Whether there is anything to show at a moment: the one in view is shown already.
   * @param {number | undefined} moment
   * @returns {moment is number}
   */
  isNews(moment) {
    return moment !== undefined && (Math.round(moment) !== this.#film.moments.at || this.#film.isElsewhere);
  }

  /**
   * @param {number} moment
   * @param {import("../shared/position.js").Position} position
   * @param {number} condition
   */
  show(moment, position, condition) {
    this.#film.show(Math.round(moment), position, condition);
  }

  /**
   * Show the moment again, whose image another one has covered.
   * @param {import("../shared/position.js").Position} position
   * @param {number} condition
   */
  again(position, condition) {
    if (this.#film.isElsewhere) this.show(this.#film.moment, position, condition);
  }
}
