"""All that knows Streamlit or the browser; pages call this and `vae_core`, nothing else."""
