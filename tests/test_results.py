"""The docs quote what the benches have written."""

from bench.claims import PAGES, with_results


def test_tables_quote_the_committed_results():
    tables = 0
    for page in PAGES:
        text = page.read_text()
        tables += text.count("<!-- results ")
        assert with_results(text) == text, f"{page.name}: `python -m bench.claims` writes its tables anew"
    assert tables >= 10
