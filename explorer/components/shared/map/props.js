// The props of a map, as explorer/live/map_props.py makes them.

/**
 * @typedef {object} MapFields
 * @property {string} images which test images: two maps of the same have the same rows
 * @property {string} map the file of positions
 * @property {string} codes the file of the test images' codes
 * @property {import("./space.js").SpaceProps} space
 * @property {import("./legend.js").ColouringProps[]} colourings
 * @property {string} colour the name of one
 * @property {string[]} palette
 * @property {number[]} picks rows
 * @property {{name: string, rows: number[]}[]} groups that are compared
 * @property {number[] | null} z the code in view
 * @property {number | null} condition a class or a β, for models that need one
 * @property {import("../training_film.js").Moments | null} [moments] of its training, which the points flow through
 * @property {boolean} mini small and without tools
 */

/** @typedef {import("../component.js").RunProps & MapFields} MapProps */

export {};
