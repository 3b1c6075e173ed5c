// The props of the traversal, as explorer/traverse/props.py makes them.

/** @typedef {import("../shared/beta.js").Curve & {at: number, per_dim: number[][]}} Rates `at`: the step in view */

/**
 * @typedef {object} TraversalFields
 * @property {number[]} z
 * @property {number} reach of the sliders, in deviations
 * @property {number[]} centre
 * @property {number[]} deviation
 * @property {boolean} prior whether centre and deviation are those of N(0, I)
 * @property {number | null} condition the class or β in view
 * @property {Rates | null} rates the curve over β, for models that are conditioned on it
 * @property {import("../shared/training_film.js").Moments | null} [moments] of its training
 * @property {string[]} [classNames]
 * @property {boolean} [mayName] whether dimensions may be named; true where it is missing
 * @property {import("../shared/map/props.js").MapProps | null} map
 * @property {import("./factors.js").FactorProps | null} factors
 */

/**
 * @typedef {import("../shared/component.js").RunProps & import("../shared/source.js").SourceProps &
 *   import("../shared/weight.js").DimensionProps & TraversalFields} TraversalProps
 */

export {};
