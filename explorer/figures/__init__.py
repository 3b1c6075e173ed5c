"""Arrays to plotly figures and tables; no module calls Streamlit."""
