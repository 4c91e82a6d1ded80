import re


def test_both_texts_stand_side_by_side_and_mine_can_be_sent_again(inside):
    response = inside.post("/stale/?tab=2", {"text": "He named one trigger.", "version": "3", "password": "x"})
    html = response.text
    assert response.status_code == 409
    assert "Ines Duarte saved this while you were writing" in html
    assert "<del>one</del> <del>trigger.</del>" in html
    assert "<ins>two</ins> <ins>triggers.</ins>" in html
    assert '<form id="again" method="post" action="/stale/?tab=2">' in html
    sent = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', html))
    sent.pop("csrfmiddlewaretoken")
    assert sent == {"text": "He named one trigger.", "version": "4"}


def test_the_title_of_two_versions_names_nobody(inside):
    html = inside.post("/stale/", {"text": "Theo came."}).text
    assert re.search("<title>(.*)</title>", html)[1] == "Two versions · IOP Portal"


def test_a_part_of_a_page_gets_both_texts_as_a_part(inside):
    response = inside.post("/stale/", {"text": "x"}, headers={"HX-Request": "true"})
    assert (response.status_code, "<html" in response.text, 'id="again"' in response.text) == (409, False, True)
