// How the server refuses the socket of who is not signed in, or not any more.

export const SIGNED_OUT = 4401; // the code with which it closes
export const SENTENCE = "You are signed out: reload the page to sign in.";
