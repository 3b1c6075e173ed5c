"""Arrays to plotly figures and tables; nothing here calls Streamlit."""
