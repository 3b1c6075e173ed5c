"""The Home page: what the project is, the gallery, the user's runs."""
