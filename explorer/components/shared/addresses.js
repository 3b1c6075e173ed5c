// Where the server answers for a run.

/** The app's own address: modules are served three levels below it, at modules/VERSION/shared/addresses.js. */
export const ROOT = new URL("../../../", import.meta.url);

/**
 * The address of what the server has for a run.
 * @param {string} run its id; may hold slashes
 * @param {string} rest as in "/draw"
 * @param {string} [service] of the server
 * @returns {string}
 */
export function addressOf(run, rest, service = "live") {
  return new URL(`${service}/${run.split("/").map(encodeURIComponent).join("/")}${rest}`, ROOT).href;
}
