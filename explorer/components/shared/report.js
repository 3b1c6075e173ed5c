// What Python is told, and told again when it does not answer: Streamlit drops what is said while it is disconnected.

const FIRST = 2000; // milliseconds until it is said again, then twice as long each time
const TRIES = 5;

export class Report {
  /** component: what Streamlit hands to a module; known(data, name): what a run of the script knew of `name`. */
  constructor(component, known) {
    this.component = component;
    this.known = known;
    this.pending = new Map();
  }

  say(name, value) {
    clearTimeout(this.pending.get(name)?.timer);
    this.pending.set(name, { value, before: this.state(name), tries: 0 });
    this.tell(name);
  }

  tell(name) {
    const said = this.pending.get(name);
    this.component.setStateValue(name, { value: said.value, tries: said.tries }); // the same again would not be sent
    if (said.tries++ < TRIES) said.timer = setTimeout(() => this.tell(name), FIRST * 2 ** (said.tries - 1));
    else this.pending.delete(name);
  }

  state(name) {
    return JSON.stringify(this.known(this.component.data, name));
  }

  /** The run that is looked at is not there any more. */
  gone() {
    this.component.setTriggerValue("gone", true);
  }

  /** After a run of the script: what it knows better than before was heard. */
  update(component) {
    this.component = component;
    for (const [name, { before, timer }] of this.pending) {
      if (this.state(name) === before) continue;
      clearTimeout(timer);
      this.pending.delete(name);
    }
  }

  stop() {
    for (const { timer } of this.pending.values()) clearTimeout(timer);
    this.pending.clear();
  }
}
