"""Models to take away: a page of components in one file or as a site, which needs no server of ours."""

from streamlit import config
from streamlit.logger import set_log_level

# Outside of a page, Streamlit warns that its caches have no server. Reading the configuration sets the level, so it goes first.
config.get_config_options()
set_log_level("error")
