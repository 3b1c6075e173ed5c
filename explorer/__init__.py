"""The app: all code that uses Streamlit or the browser; pages import only this and `vae_core`."""
