"""The server's side of components: socket, HTTP routes, origin check, and the props of each component."""
