"""What ``kb ask --llm`` keeps of a model's words, and that it falls back on the page whatever the model does."""

from __future__ import annotations

import contextlib
import http.server
import json
import threading
import time
from pathlib import Path

import pytest

from cli import kb_app, llm
from kb.ask import index, phrase, reply
from kb.ask.chat import Chat, Silent

PAGES = Path(__file__).parent / "pages"
QUESTION = "what is a button polyp?"
GOOD = "It is harmless [button-polyp]. It was made up [button-polyp]."


def message(content, **more):
    return {"choices": [{"message": {"role": "assistant", "content": content, **more}, "finish_reason": "stop"}]}


class Model:
    """A server that speaks the protocol, or whatever else ``reply`` says."""

    def __init__(self):
        self.asked = []
        self.reply = message(GOOD)
        self.status, self.head, self.wait = 200, {}, 0.0
        self.open = True
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outer.asked.append((self.path, dict(self.headers), json.loads(body)))
                data = outer.reply if isinstance(outer.reply, bytes) else json.dumps(outer.reply).encode()
                with contextlib.suppress(OSError):
                    self.send_response(outer.status)
                    for name, value in outer.head.items():
                        self.send_header(name, value)
                    self.end_headers()
                    for at in range(0, len(data), 4) if outer.wait else [0]:
                        if not outer.open:
                            return
                        self.wfile.write(data[at : at + 4] if outer.wait else data)
                        time.sleep(outer.wait)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}/v1"


@pytest.fixture
def model():
    made = Model()
    thread = threading.Thread(target=made.server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield made
    made.open = False
    made.server.shutdown()
    made.server.server_close()
    thread.join()


@pytest.fixture
def answered(small):
    def ask(question=QUESTION):
        return reply.reply(small, index.build(small.values()), question)

    return ask


@pytest.fixture
def kb(model, capsys, monkeypatch, alone, tmp_path):
    """The command in this process, with the model set up in the environment."""
    monkeypatch.setenv(llm.URL, model.url)
    monkeypatch.setenv(llm.MODEL, "small:1b")
    monkeypatch.setenv("TRAINOSCOPE_LANG", "en")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")  # what is on this machine is not asked through a proxy
    monkeypatch.chdir(tmp_path)

    def run(*arguments):
        code = kb_app.main(["ask", *arguments, "--kb", str(PAGES)])
        out = capsys.readouterr()
        return code, out.out, out.err

    return run


def test_the_answer_comes_in_the_models_words_and_says_so(kb, model):
    code, out, err = kb(QUESTION, "--llm")

    assert (code, err) == (0, "")
    assert GOOD in out
    assert f"phrased by small:1b at 127.0.0.1:{model.server.server_port}" in out.replace("\n", " ")
    assert "kb lookup button-polyp" in out
    assert "medical advice" in out


def test_only_the_question_and_what_was_found_is_sent(kb, model):
    kb(QUESTION, "--llm")

    ((path, head, body),) = model.asked
    assert path == "/v1/chat/completions"
    assert "Authorization" not in head
    assert (body["model"], body["temperature"], body["stream"]) == ("small:1b", 0, False)
    assert QUESTION in body["messages"][1]["content"]
    assert "[button-polyp]" in body["messages"][1]["content"]
    assert len(json.dumps(body)) < 10_000


def test_nothing_is_sent_unless_it_is_asked_for(kb, model):
    kb(QUESTION)
    kb(QUESTION, "--json")

    assert model.asked == []


def test_where_the_library_has_no_answer_the_model_is_not_asked(kb, model, small):
    question = "who won the football game last night"
    unsure = reply.Reply("?", "en", "suggest", 0.5, others=("button-polyp",))

    assert kb(question, "--llm") == kb(question)
    assert json.loads(kb(question, "--llm", "--json")[1])["phrased"] is None
    assert phrase.phrased(unsure, small, Chat(model.url, "m")) is None
    assert model.asked == []


def test_as_data_the_page_stays_and_the_models_words_stand_beside_it(kb, model):
    plain = json.loads(kb(QUESTION, "--json")[1])
    model.reply = message(f"{GOOD} Trust me.")

    data = json.loads(kb(QUESTION, "--llm", "--json")[1])

    spoken = data.pop("phrased")
    assert data == plain
    assert (spoken["text"], spoken["dropped"]) == (GOOD, 1)
    assert "1 sentence without a source left out" in spoken["note"]["en"]
    assert "1 句没有出处，已略去" in spoken["note"]["zh"]


def redirected(model):
    model.status, model.head = 307, {"Location": f"{model.url}/elsewhere"}


BAD = {
    "uncited": (lambda m: setattr(m, "reply", message("It is harmless. Really.")), "no sentence named its source"),
    "another id": (lambda m: setattr(m, "reply", message("So it is [made-up-page].")), "no sentence named its source"),
    "empty": (lambda m: setattr(m, "reply", message("")), "no sentence named its source"),
    "refusal": (lambda m: setattr(m, "reply", message(None, refusal="I cannot.")), "it refused to answer"),
    "no content": (lambda m: setattr(m, "reply", message(None)), "its answer is not what the protocol says"),
    "a list": (lambda m: setattr(m, "reply", message(["a"])), "its answer is not what the protocol says"),
    "no choices": (lambda m: setattr(m, "reply", {"choices": []}), "its answer is not what the protocol says"),
    "an array": (lambda m: setattr(m, "reply", [1, 2]), "its answer is not what the protocol says"),
    "not JSON": (lambda m: setattr(m, "reply", b"<html>hello</html>"), "its answer is not what the protocol says"),
    "bytes": (lambda m: setattr(m, "reply", b"\xff\xfe\x00" * 50), "its answer is not what the protocol says"),
    "deep": (lambda m: setattr(m, "reply", b"[" * 100_000), "its answer is not what the protocol says"),
    "nothing": (lambda m: setattr(m, "reply", b""), "its answer is not what the protocol says"),
    "huge": (lambda m: setattr(m, "reply", message("x" * 1_000_000)), "its answer is too long"),
    "error": (lambda m: setattr(m, "status", 500), "it answered with HTTP 500"),
    "no key": (lambda m: setattr(m, "status", 401), "it answered with HTTP 401"),
    "redirect": (redirected, "it answered with HTTP 307"),
    "drip": (lambda m: setattr(m, "wait", 0.02), "no answer within 0.3 s"),
}


@pytest.mark.parametrize("harm", BAD)
def test_whatever_the_model_does_the_page_itself_is_shown_with_one_note(kb, model, harm):
    (Path.cwd() / "trainoscope.toml").write_text("[llm]\ntimeout = 0.3\n" if harm == "drip" else "")
    plain = kb(QUESTION)[1]
    break_it, why = BAD[harm]
    break_it(model)

    code, out, err = kb(QUESTION, "--llm")

    assert (code, err) == (0, "")
    assert out.startswith(plain)
    note = " ".join(out[len(plain) :].split())
    assert note == f"not phrased by small:1b: {why}; this is the page's own text"
    assert len(model.asked) == 1


def test_nobody_there_is_a_note_as_well(kb, monkeypatch):
    monkeypatch.setenv(llm.URL, "http://127.0.0.1:9/v1")

    code, out, _ = kb(QUESTION, "--llm")

    assert code == 0
    assert "it cannot be reached" in out


def test_in_chinese_the_note_is_chinese(kb, model):
    model.reply = message("完全没有危险[button-polyp]。相信我。这是虚构的。【button-polyp】")

    out = kb("什么是纽扣息肉？", "--llm")[1]

    assert "完全没有危险[button-polyp]。这是虚构的。【button-polyp】" in out
    assert "1 句没有出处，已略去" in out


def test_a_session_is_phrased_turn_by_turn(kb, model, monkeypatch):
    import io
    import sys

    lines = f"{QUESTION}\nwho won the football game last night\n".encode()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(lines)))

    code, out, _ = kb("--llm")

    assert code == 0
    assert out.count(GOOD) == 1
    assert len(model.asked) == 1


def test_the_option_without_a_model_exits_with_2(kb, monkeypatch):
    monkeypatch.delenv(llm.MODEL)

    code, out, err = kb(QUESTION, "--llm")

    assert (code, out) == (2, "")
    assert "no model is set up" in err


def test_the_key_is_sent_and_one_that_cannot_be_is_not_shown(kb, model, monkeypatch):
    monkeypatch.setenv(llm.KEY, "s3cret")
    kb(QUESTION, "--llm")
    assert model.asked[0][1]["Authorization"] == "Bearer s3cret"

    monkeypatch.setenv(llm.KEY, "s3\ncret")
    out = kb(QUESTION, "--llm")[1]
    assert "the request cannot be written" in out
    assert "cret" not in out


def test_what_a_model_thinks_aloud_is_not_part_of_its_answer(answered, small, monkeypatch):
    monkeypatch.setattr(Chat, "say", lambda *_: f"<think>\nWhat to say? Hm.\n</think>\n{GOOD}")

    spoken = phrase.phrased(answered(), small, Chat("http://localhost", "m"))

    assert (spoken.text, spoken.dropped) == (GOOD, 0)


def test_a_model_that_is_silent_is_told_in_both_languages():
    with pytest.raises(Silent) as silent:
        Chat("http://127.0.0.1:9", "m").say([])

    assert "cannot be reached" in silent.value.why.en
    assert "无法连接" in silent.value.why.zh
