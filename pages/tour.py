"""Tour: views in an order, each with a caption, to play in a lecture."""

import streamlit as st

from explorer.tour.edit import head, views
from explorer.tour.others import others
from explorer.tour.share import share

st.title("Tour")
tour = head()
if tour.views:
    share(tour)
    views(tour)
others()
